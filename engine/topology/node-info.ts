/** The document that each node keeps fresh in the registry, for whoever asks which nodes there are. */
import type { NodeProblem } from './health.js'
import type { HotKey } from './hot-keys.js'

/** What a node tells about itself in the registry (kind `node`). */
export interface NodeInfo {
  readonly id: string
  /** `<name>.<version>` of what it runs. */
  readonly topology: string
  /** tcp://host:port of the query port. */
  readonly url: string
  readonly pid: number
  readonly partitions: number[]
  /** ms UTC, the time of Redis. */
  readonly heartbeatAt: number
  readonly problems: readonly NodeProblem[]
  /** Keys with the most records lately. */
  readonly hotKeys: readonly HotKey[]
  /** How old values were when their rows could be read, of the last minute or two: steps of `Ages`. */
  readonly rowAges: readonly number[]
}
