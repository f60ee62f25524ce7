/**
 * A gateway: everything at the edge, put together, started and stopped.
 *
 * Stopping is ordered: no new connections, no new work, what was accepted is acknowledged, then the sockets
 * end.
 */
import { systemClock, type Clock, type TopologyClient } from '../engine/index.js'
import { EmbedderThread } from '../actors/embedding/index.js'
import { countTokens } from '../actors/psp/index.js'
import type { RecordContents } from './contents.js'
import type { Edge } from './edge.js'
import { Erasures, type ErasureFacts } from './erasure/erasures.js'
import { Retention } from './erasure/retention.js'
import type { Failure } from './failure.js'
import { Identity, type IdentityOptions } from './identity/identity.js'
import { Intake } from './intake.js'
import { Jobs } from './jobs.js'
import { limitsWith, type GatewayLimits } from './limits.js'
import { LiveChanges } from './live/changes.js'
import { Metrics } from './metrics.js'
import { AccessLog } from './privacy/access-log.js'
import type { AccessStore } from './privacy/access-store.js'
import { Decisions } from './privacy/decisions.js'
import type { ShownPersons } from './privacy/shown-persons.js'
import { Progress } from './progress.js'
import { Attempts } from './rate/attempts.js'
import { Limiter } from './rate/limiter.js'
import { AppUsage } from './rate/usage.js'
import type { Route } from './route.js'
import { appRoutes } from './routes/apps.js'
import { authRoutes } from './routes/auth.js'
import { componentRoutes } from './routes/components.js'
import { enhancementRoutes } from './routes/enhancement.js'
import { erasureRoutes } from './routes/erasure.js'
import { personRoutes } from './routes/persons.js'
import { privacyRoutes } from './routes/privacy.js'
import { pspRoutes } from './routes/psp.js'
import { recordRoutes } from './routes/records.js'
import { reportRoutes, type Reports } from './routes/reports.js'
import { searchRoutes } from './routes/search.js'
import { submitRoutes } from './routes/submit.js'
import { systemRoutes } from './routes/system.js'
import { tenantRoutes } from './routes/tenants.js'
import type { Cors } from './server/cors.js'
import { boundSockets } from './server/crowd.js'
import { Front } from './server/front.js'
import { serveRoutes } from './server/http.js'
import type { TlsFiles } from './server/listen.js'
import { serveSockets } from './server/socket.js'
import { Connections } from './socket/connections.js'
import { statusOf, withProblem, type SystemStatus } from './status.js'
import { Submissions } from './submission.js'

/** How a gateway is started. */
export interface GatewayOptions extends IdentityOptions {
  readonly host: string
  /** 0 = a free one. */
  readonly port: number
  readonly client: TopologyClient
  /** What the client's topology is called. */
  readonly pipeline: { readonly name: string, readonly version: number }
  readonly clock?: Clock
  readonly limits?: Partial<GatewayLimits>
  readonly clickhouse?: { readonly url: string }
  /** Where accesses are written down; closed by the gateway. */
  readonly accessStore?: AccessStore
  /** Where it is kept whose rows analysts may know; closed by the gateway. */
  readonly shownPersons?: ShownPersons
  /** Where texts are that left the hot tier; closed by the gateway. */
  readonly contents?: RecordContents
  /** When the newest backup was written, ms UTC, 0: never; a metric. */
  readonly newestBackupAt?: () => number
  /** What /api/reports answers. */
  readonly reports?: Reports
  /** What /api/status answers; by default what the gateway sees by itself. */
  readonly status?: () => Promise<SystemStatus>
  /** Origins that may call from a browser; by default none. */
  readonly cors?: Cors
  /** Speaks TLS with this certificate, and with the next one when the files change. */
  readonly tls?: TlsFiles
  /** Addresses of proxies in front, whose X-Forwarded-For is believed. Default: none. */
  readonly trustedProxies?: readonly string[]
  /** Compresses larger messages for apps that offer it. Default: no. */
  readonly compressesMessages?: boolean
  /** Hears of each erasure once the log has it; of some twice. */
  readonly onErasure?: (facts: ErasureFacts) => void
  /** Hears of what failed inside, for the log. */
  readonly onFailure?: (failure: Failure) => void
}

/** A running gateway. */
export interface Gateway {
  readonly url: string
  readonly port: number
  /**
   * Drains, then stops; the same promise however often it is called. The client stays open: it is the
   * caller's.
   */
  stop(): Promise<void>
}

/** Starts a gateway. Throws CONFIG_INVALID when the port is taken. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  let isDraining = false
  let url = ''
  const { length: partitions } = await options.client.lag()
  const edge = edgeOf(options, partitions, () => isDraining, () => url)
  const routes = routesOf(edge, options.reports)
  const front = new Front({
    host: options.host, port: options.port, tls: options.tls ?? null, clock: edge.clock,
    certificatePollMs: edge.limits.certificatePollMs, onFailure: edge.onFailure,
    serve(app) {
      const isWebSocket = boundSockets(app, edge.limits.httpSocketsMax)
      serveSockets(app, edge, options.compressesMessages ?? false, isWebSocket)
      serveRoutes(app, routes, edge, options.cors ?? null)
    },
  })
  await edge.progress.look()
  countTokens('') // loads the tokenizer's table, so that no request waits for it
  const port = await front.open()
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  url = `${edge.isEncrypted ? 'https' : 'http'}://${host}:${port}`
  edge.progress.start()
  edge.connections.start()
  edge.jobs.start()
  edge.usage.start()
  edge.erasures.start()
  edge.retention.start()
  edge.identity.start(() => edge.connections.renew())
  edge.decisions.start(() => edge.connections.judge())
  edge.accessLog.start()
  for (const row of await edge.identity.apps.rows(edge.clock.now())) edge.accessLog.app(row)
  const drainAndStop = async (): Promise<void> => {
    isDraining = true
    front.stop()
    await edge.connections.stop()
    await edge.intake.drained()
    edge.progress.stop()
    edge.identity.stop()
    edge.decisions.stop()
    edge.jobs.stop()
    await edge.usage.stop()
    edge.retention.stop()
    edge.erasures.stop()
    front.close()
    await edge.embedder.stop()
    await edge.accessLog.stop()
    await edge.accessStore?.close()
    await edge.shownPersons?.close()
    await edge.contents?.close()
  }
  let stopped: Promise<void> | null = null
  return { url, port, stop: () => stopped ??= drainAndStop() }
}

function edgeOf(
  options: GatewayOptions, partitions: number, isDraining: () => boolean, url: () => string
): Edge {
  const { client, pipeline, clock = systemClock } = options
  const limits = limitsWith(options.limits)
  const intake = new Intake(limits, clock)
  const metrics = new Metrics(`${pipeline.name}.${pipeline.version}`, () => intake.bytes,
    options.newestBackupAt)
  const progress = new Progress(client, clock, limits)
  const attempts = new Attempts(client.allowances, clock, limits)
  const limiter = new Limiter(client.allowances, clock, limits, () => metrics.countOpen())
  const accessStore = options.accessStore ?? null
  const accessLog = new AccessLog(accessStore, clock, limits, rows => metrics.countDropped(rows))
  const status = options.status ?? ((): Promise<SystemStatus> => statusOf(progress, {
    gatewayUrl: url(), clickhouseUrl: options.clickhouse?.url ?? null,
    pipeline: { name: pipeline.name, version: client.liveVersions.at(-1) ?? pipeline.version },
  }))
  const stats = (): unknown => ({
    ...metrics.totals,
    lag: progress.lags.map(({ partition, appended, folded, lagMs }) =>
      ({ partition, lag_records: appended - folded, lag_ms: lagMs })),
  })
  const decisions = new Decisions(client.registry, clock, limits)
  const shownPersons = options.shownPersons ?? null
  const erasures = new Erasures(client, clock, limits, [decisions, ...shownPersons ? [shownPersons] : []],
    options.onErasure)
  return {
    client, clock, limits, intake, metrics, progress, isDraining, attempts, limiter, accessLog, accessStore,
    shownPersons,
    usage: new AppUsage(client.registry, clock, limits),
    decisions, erasures, retention: new Retention(client, erasures, decisions, clock, limits),
    identity: new Identity(client.registry, clock, limits, attempts, options),
    contents: options.contents ?? null,
    jobs: new Jobs(client.registry, clock, limits),
    submissions: new Submissions(client, clock, limits, intake),
    live: new LiveChanges(client, clock, limits, partitions, stats),
    connections: new Connections(clock, limits),
    embedder: new EmbedderThread(),
    durability: client.durability,
    isEncrypted: options.tls !== undefined,
    trustedProxies: new Set(options.trustedProxies),
    status: async () => withProblem(withProblem(await status(), limiter.problem()), accessLog.problem()),
    onFailure: options.onFailure ?? (() => undefined),
  }
}

function routesOf(edge: Edge, reports: Reports | undefined): Route[] {
  const routes = [
    ...appRoutes(edge), ...submitRoutes(edge), ...searchRoutes(edge), ...recordRoutes(edge),
    ...pspRoutes(edge), ...componentRoutes(edge), ...enhancementRoutes(edge), ...personRoutes(edge),
    ...privacyRoutes(edge), ...erasureRoutes(edge), ...authRoutes(edge), ...tenantRoutes(edge),
    ...reportRoutes(reports),
  ]
  return [...routes, ...systemRoutes(edge, routes)]
}
