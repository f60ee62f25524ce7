/** What every route and every connection of one gateway shares. Built once in `gateway.ts`. */
import type { EmbedderThread } from '../actors/embedding/index.js'
import type { Clock, TopologyClient } from '../engine/index.js'
import type { RecordContents } from './contents.js'
import type { Erasures } from './erasure/erasures.js'
import type { Retention } from './erasure/retention.js'
import type { FailureEars } from './failure.js'
import type { Identity } from './identity/identity.js'
import type { Intake } from './intake.js'
import type { Jobs } from './jobs.js'
import type { GatewayLimits } from './limits.js'
import type { LiveChanges } from './live/changes.js'
import type { Metrics } from './metrics.js'
import type { AccessLog } from './privacy/access-log.js'
import type { AccessStore } from './privacy/access-store.js'
import type { Decisions } from './privacy/decisions.js'
import type { ShownPersons } from './privacy/shown-persons.js'
import type { Attempts } from './rate/attempts.js'
import type { Limiter } from './rate/limiter.js'
import type { AppUsage } from './rate/usage.js'
import type { Progress } from './progress.js'
import type { Connections } from './socket/connections.js'
import type { SystemStatus } from './status.js'
import type { Submissions } from './submission.js'

/** The parts of one gateway. */
export interface Edge extends FailureEars {
  readonly client: TopologyClient
  readonly clock: Clock
  readonly limits: GatewayLimits
  readonly identity: Identity
  readonly attempts: Attempts
  readonly limiter: Limiter
  readonly usage: AppUsage
  readonly decisions: Decisions
  readonly accessLog: AccessLog
  /** Where the access log is read; null without a ClickHouse. */
  readonly accessStore: AccessStore | null
  /** Whose rows analysts may know by id; null without a ClickHouse. */
  readonly shownPersons: ShownPersons | null
  /** Where texts are that left the hot tier; null without a ClickHouse. */
  readonly contents: RecordContents | null
  readonly jobs: Jobs
  readonly erasures: Erasures
  readonly retention: Retention
  readonly intake: Intake
  readonly submissions: Submissions
  readonly live: LiveChanges
  readonly metrics: Metrics
  readonly progress: Progress
  readonly connections: Connections
  /** What requests mean, for persons whose components have it. */
  readonly embedder: EmbedderThread
  /** What an acknowledgement means: the durability class of the log. */
  readonly durability: string
  readonly status: () => Promise<SystemStatus>
  /** Proxies whose word on an app's address is taken. */
  readonly trustedProxies: ReadonlySet<string>
  /** The gateway itself speaks TLS. */
  readonly isEncrypted: boolean
  /** The gateway is stopping and takes nothing new. */
  readonly isDraining: () => boolean
}
