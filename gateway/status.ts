/** The state of the whole system in one answer, SPEC section 12; `hinata status` and /api/status share it. */
import type { TopologyClient } from '../engine/index.js'
import type { Problem, Progress } from './progress.js'

/** What `hinata status --json` prints. */
export interface SystemStatus {
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  readonly gateway: { readonly url: string }
  readonly clickhouse: { readonly url: string } | null
  readonly redis: { readonly url: string } | null
  readonly nodes: readonly {
    readonly id: string, readonly url: string, readonly partitions: readonly number[],
  }[]
  readonly pipelines: readonly {
    readonly name: string, readonly version: number, readonly lag_records: number, readonly lag_ms: number,
    /** Values that wait in the outboxes for the sinks. */
    readonly sink_values: number
  }[]
  readonly problems: readonly Problem[]
}

/**
 * The status as one gateway sees it: nodes, lag, problems. It does not know where Redis is; `hinata up` adds
 * that.
 */
export async function statusOf(client: TopologyClient, progress: Progress, places: {
  readonly gatewayUrl: string
  readonly clickhouseUrl: string | null
  readonly pipeline: { readonly name: string, readonly version: number }
}): Promise<SystemStatus> {
  const nodes = await client.nodes()
  await progress.look()
  const problems = progress.problems()
  const { lags } = progress
  const alive = new Set(nodes.map(({ id }) => id))
  const isOwned = lags.every(({ owner }) => owner !== null && alive.has(owner))
  return {
    status: problems.length > 0 ? 'unhealthy' : isOwned ? 'healthy' : 'degraded',
    gateway: { url: places.gatewayUrl },
    clickhouse: places.clickhouseUrl === null ? null : { url: places.clickhouseUrl },
    redis: null,
    nodes: nodes.map(({ id, url, partitions }) => ({ id, url, partitions })),
    pipelines: [{
      ...places.pipeline,
      lag_records: lags.reduce((sum, lag) => sum + Math.max(0, lag.appended - lag.folded), 0),
      lag_ms: lags.reduce((most, lag) => Math.max(most, lag.lagMs), 0),
      sink_values: lags.reduce((sum, lag) => sum + lag.emitted - lag.inserted, 0),
    }],
    problems,
  }
}
