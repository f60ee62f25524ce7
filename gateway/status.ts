/** The state of the whole system in one answer, SPEC section 12; `hinata status` and /api/status share it. */
import type { HotKey, PartitionLag } from '../engine/index.js'
import { freshnessOf, type Freshness } from './freshness.js'
import { behind, hottest } from './lag-metrics.js'
import type { Problem } from './problems.js'
import type { Progress } from './progress.js'

/** What `hinata status --json` prints. */
export interface SystemStatus {
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  readonly gateway: { readonly url: string }
  readonly clickhouse: { readonly url: string } | null
  readonly redis: { readonly url: string } | null
  readonly nodes: readonly {
    readonly id: string, readonly url: string, readonly partitions: readonly number[],
    readonly pid: number,
  }[]
  readonly pipelines: readonly {
    readonly name: string, readonly version: number, readonly lag_records: number, readonly lag_ms: number,
    /** Values that wait in the outboxes for the sinks. */
    readonly sink_values: number
    /** From receipt to row, of the last minutes; null: no row lately. */
    readonly freshness: Freshness | null
    readonly dead_letters: number
    readonly timers: number
    readonly partitions: readonly PartitionStatus[]
  }[]
  /** Keys with the most records of the last minutes, of all tenants; only the operator sees them. */
  readonly hot_keys: readonly HotKey[]
  readonly problems: readonly Problem[]
}

/** One partition of a pipeline. Times in ms, `next_try_at` ms UTC. */
interface PartitionStatus {
  readonly partition: number
  readonly node: string | null
  readonly position: string
  readonly lag_records: number
  readonly lag_ms: number
  readonly dead_letters: number
  readonly timers: number
  /** How long it stood when its owner changed last. */
  readonly takeover_pause_ms: number | null
  readonly halted: {
    readonly code: string, readonly position: string, readonly since: number, readonly tries: number,
    readonly next_try_at: number,
  } | null
}

/**
 * The status as one gateway sees it: nodes, lag, problems. It does not know where Redis is; `hinata up` adds
 * that.
 */
export async function statusOf(progress: Progress, places: {
  readonly gatewayUrl: string
  readonly clickhouseUrl: string | null
  readonly pipeline: { readonly name: string, readonly version: number }
}): Promise<SystemStatus> {
  await progress.look()
  const problems = progress.problems()
  const warnings = progress.warnings()
  const { lags, nodes } = progress
  const alive = new Set(nodes.map(({ id }) => id))
  const isOwned = lags.every(({ owner }) => owner !== null && alive.has(owner))
  return {
    status: problems.length > 0 ? 'unhealthy'
      : isOwned && warnings.length === 0 ? 'healthy' : 'degraded',
    gateway: { url: places.gatewayUrl },
    clickhouse: places.clickhouseUrl === null ? null : { url: places.clickhouseUrl },
    redis: null,
    nodes: nodes.map(({ id, url, partitions, pid }) => ({ id, url, partitions, pid })),
    pipelines: [{
      ...places.pipeline,
      lag_records: lags.reduce((sum, lag) => sum + behind(lag), 0),
      lag_ms: lags.reduce((most, lag) => Math.max(most, lag.lagMs), 0),
      sink_values: lags.reduce((sum, lag) => sum + lag.emitted - lag.inserted, 0),
      freshness: freshnessOf(nodes),
      dead_letters: lags.reduce((sum, { dead }) => sum + dead, 0),
      timers: lags.reduce((sum, { timers }) => sum + timers, 0),
      partitions: lags.map(partitionStatus),
    }],
    hot_keys: hottest(nodes),
    problems: [...problems, ...warnings],
  }
}

/** The status with one more thing that is wrong: degraded, if it was healthy. */
export function withProblem(status: SystemStatus, problem: Problem | null): SystemStatus {
  if (problem === null) return status
  return {
    ...status, status: status.status === 'healthy' ? 'degraded' : status.status,
    problems: [...status.problems, problem],
  }
}

function partitionStatus(lag: PartitionLag): PartitionStatus {
  const { halt } = lag
  return {
    partition: lag.partition, node: lag.owner, position: lag.position,
    lag_records: behind(lag), lag_ms: lag.lagMs, dead_letters: lag.dead, timers: lag.timers,
    takeover_pause_ms: lag.takeover?.pauseMs ?? null,
    halted: halt && {
      code: halt.code, position: halt.position, since: halt.since, tries: halt.tries,
      next_try_at: halt.nextAt,
    },
  }
}
