/**
 * Progress (G10): healthy means that what waits is being folded. Looks at every partition's lag each
 * `progressMs` and remembers since when a backlog stands still.
 *
 * H1  A partition is stalled when it has had a backlog, and its folded count has not moved, for `stallMs`.
 * H2  When the lag cannot be read for `stallMs`, nothing is known to progress: unhealthy.
 */
import type { Clock, PartitionLag, TopologyClient } from '../engine/index.js'
import type { GatewayLimits } from './limits.js'

/** Something wrong, and what to do about it. */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly fix: string
}

interface Standing {
  readonly folded: number
  readonly since: number
}

/** Looks that may fail before the log counts as away. */
const looksMissedMax = 5

/** Watches the partitions. Pair `start` with `stop`. */
export class Progress {
  readonly #client: TopologyClient
  readonly #clock: Clock
  readonly #limits: GatewayLimits
  readonly #standing = new Map<number, Standing>()
  readonly #stopping = new AbortController()
  #lags: readonly PartitionLag[] = []
  #readAt: number

  constructor(client: TopologyClient, clock: Clock, limits: GatewayLimits) {
    this.#client = client
    this.#clock = clock
    this.#limits = limits
    this.#readAt = clock.now()
  }

  /** The newest lags. */
  get lags(): readonly PartitionLag[] {
    return this.#lags
  }

  /** The log answered lately. */
  get isReachable(): boolean {
    return this.#clock.now() - this.#readAt < this.#limits.progressMs * looksMissedMax
  }

  start(): void {
    void this.#watch()
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** What stands in the way of health; empty when healthy. */
  problems(): Problem[] {
    const now = this.#clock.now()
    const problems: Problem[] = []
    if (now - this.#readAt >= this.#limits.stallMs) {
      const message = `The log has not answered for ${Math.round((now - this.#readAt) / 1_000)} s.`
      problems.push({ code: 'REDIS_UNREACHABLE', message, fix: 'Start Redis or give its address.' })
    }
    for (const lag of this.#lags) {
      const standing = this.#standing.get(lag.partition)
      if (standing === undefined || now - standing.since < this.#limits.stallMs) continue
      problems.push(stalled(lag, now - standing.since))
    }
    return problems
  }

  /** Takes one look; `start` does it again and again. */
  async look(): Promise<void> {
    const lags = await this.#readLags()
    if (lags === null) return // how long ago the last good look was is what counts (H2)
    this.#lags = lags
    this.#readAt = this.#clock.now()
    for (const lag of this.#lags) this.#compare(lag)
  }

  /** null when the log does not answer in time. */
  async #readLags(): Promise<readonly PartitionLag[] | null> {
    const answered = new AbortController()
    const patienceMs = this.#limits.progressMs * looksMissedMax
    const tooLate = this.#clock.wait(patienceMs, answered.signal).then(() => null)
    try {
      return await Promise.race([this.#client.lag(), tooLate])
    } catch {
      return null
    } finally {
      answered.abort()
    }
  }

  #compare(lag: PartitionLag): void {
    const standing = this.#standing.get(lag.partition)
    if (lag.appended <= lag.folded) this.#standing.delete(lag.partition)
    else if (standing?.folded !== lag.folded) {
      this.#standing.set(lag.partition, { folded: lag.folded, since: this.#readAt })
    }
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.look()
      await this.#clock.wait(this.#limits.progressMs, signal)
    }
  }
}

function stalled(lag: PartitionLag, forMs: number): Problem {
  const backlog = lag.appended - lag.folded
  const seconds = Math.round(forMs / 1_000)
  const found = `Partition ${lag.partition} holds ${backlog} records and has not moved for ${seconds} s`
  if (lag.owner === null) {
    return { code: 'OWNER_UNKNOWN', message: `${found}; no node owns it.`, fix: 'Start a node: hinata node' }
  }
  return {
    code: 'PARTITION_STALLED', message: `${found} at node ${lag.owner}.`,
    fix: `Look at the log of node ${lag.owner} and restart it.`,
  }
}
