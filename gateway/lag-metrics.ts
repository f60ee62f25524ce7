/**
 * Progress as metrics: lag, dead letters, timers, halts, takeovers, hot keys. They are read from Redis and
 * the registry, so every gateway tells the same, whatever node is alive. docs/OPERATIONS.md lists the names.
 * Keys of persons are not told here: /metrics is open.
 */
import { Gauge, Histogram, type Registry } from 'prom-client'
import type { NodeInfo, PartitionLag } from '../engine/index.js'
import { freshnessOf, freshnessTargetMs } from './freshness.js'
import type { Problem } from './problems.js'

/** What the metrics are made of. */
export interface ProgressView {
  readonly lags: readonly PartitionLag[]
  readonly nodes: readonly NodeInfo[]
  readonly problems: readonly Problem[]
}

/** Sets gauges before each scrape. */
export class LagMetrics {
  readonly #pipeline: string
  readonly #gauges: ReadonlyMap<string, Gauge>
  readonly #pauses: Histogram
  /** Epoch of the newest takeover that was counted, by partition. */
  readonly #counted = new Map<number, number>()

  constructor(registry: Registry, pipeline: string) {
    this.#pipeline = pipeline
    const gauge = (name: string, help: string, ...labelNames: string[]): [string, Gauge] =>
      [name, new Gauge({ name: `hinata_${name}`, help, labelNames, registers: [registry] })]
    this.#gauges = new Map([
      gauge('lag_records', 'Appended and not yet folded', 'partition'),
      gauge('lag_seconds', 'Age of the oldest record that is not folded', 'partition'),
      gauge('pipeline_lag_records', 'Appended and not yet folded, all partitions', 'pipeline'),
      gauge('pipeline_lag_seconds', 'Age of the oldest record that is not folded', 'pipeline'),
      gauge('outbox_values', 'Emitted and not yet taken by the slowest sink', 'partition'),
      gauge('dead_letters', 'Dead letters that wait for redrive or drop', 'partition'),
      gauge('timers', 'Timers that wait', 'partition'),
      gauge('partition_halted', '1 while a partition is paused or stopped', 'partition', 'code'),
      gauge('takeover_pause_last_seconds', 'How long a partition stood at its last takeover', 'partition'),
      gauge('hot_key_share', 'Share of records of the keys with the most, by rank', 'rank'),
      gauge('row_freshness_seconds', 'From receipt to row, of the last minutes', 'quantile'),
      gauge('row_freshness_target_seconds', 'What the 0.99 quantile of it should keep'),
      gauge('nodes', 'Nodes that were heard of'),
      gauge('problems', 'What is wrong, by code', 'code'),
      gauge('healthy', '1 while nothing stands'),
    ])
    this.#pauses = new Histogram({
      name: 'hinata_takeover_pause_seconds', registers: [registry],
      help: 'From the last commit of a partition\'s old owner, or the first record since, to the new one\'s',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
    })
  }

  /** Takes what is known now. */
  set({ lags, nodes, problems }: ProgressView): void {
    for (const gauge of this.#gauges.values()) gauge.reset()
    for (const lag of lags) this.#setPartition(lag)
    const pipeline = { pipeline: this.#pipeline }
    this.#put('pipeline_lag_records', pipeline, lags.reduce((sum, lag) => sum + behind(lag), 0))
    const oldestMs = lags.reduce((most, { lagMs }) => Math.max(most, lagMs), 0)
    this.#put('pipeline_lag_seconds', pipeline, oldestMs / 1_000)
    hottest(nodes).forEach(({ share }, i) => this.#put('hot_key_share', { rank: i + 1 }, share))
    this.#setFreshness(nodes)
    this.#put('nodes', {}, nodes.length)
    for (const { code } of problems) this.#gauges.get('problems')!.inc({ code })
    this.#put('healthy', {}, problems.length === 0 ? 1 : 0)
  }

  #setFreshness(nodes: readonly NodeInfo[]): void {
    this.#put('row_freshness_target_seconds', {}, freshnessTargetMs / 1_000)
    const freshness = freshnessOf(nodes)
    if (freshness === null) return
    this.#put('row_freshness_seconds', { quantile: '0.5' }, freshness.p50_ms / 1_000)
    this.#put('row_freshness_seconds', { quantile: '0.99' }, freshness.p99_ms / 1_000)
  }

  #setPartition(lag: PartitionLag): void {
    const partition = { partition: lag.partition }
    this.#put('lag_records', partition, behind(lag))
    this.#put('lag_seconds', partition, lag.lagMs / 1_000)
    this.#put('outbox_values', partition, lag.emitted - lag.inserted)
    this.#put('dead_letters', partition, lag.dead)
    this.#put('timers', partition, lag.timers)
    if (lag.halt) this.#put('partition_halted', { ...partition, code: lag.halt.code }, 1)
    if (!lag.takeover) return
    const { epoch, pauseMs } = lag.takeover
    this.#put('takeover_pause_last_seconds', partition, pauseMs / 1_000)
    if (this.#counted.get(lag.partition) === epoch) return
    this.#counted.set(lag.partition, epoch)
    this.#pauses.observe(pauseMs / 1_000)
  }

  #put(name: string, labels: Record<string, string | number>, value: number): void {
    this.#gauges.get(name)!.set(labels, value)
  }
}

/** Records that wait in a partition. */
export function behind(lag: PartitionLag): number {
  return Math.max(0, lag.appended - lag.folded)
}

/** Hot keys of all nodes; a key has one owner, so no two nodes name the same for long. */
export function hottest(nodes: readonly NodeInfo[]): NodeInfo['hotKeys'] {
  return nodes.flatMap(({ hotKeys }) => hotKeys).sort((a, b) => b.records - a.records).slice(0, 5)
}
