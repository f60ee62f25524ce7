/**
 * Progress (G10): healthy means that what waits is being folded. Looks at every partition's lag each
 * `progressMs` and remembers since when a backlog stands still.
 *
 * H1  A partition is stalled when it has had a backlog, and its folded count has not moved, for `stallMs`.
 *     That is seen in Redis, so it holds whether its node is dead, frozen or blocked; what a node says of
 *     itself only tells it better.
 * H2  When the lag cannot be read for `stallMs`, nothing is known to progress: unhealthy.
 * H3  A halted partition is a problem at once: it is known not to move.
 */
import type { Clock, NodeInfo, PartitionLag, TopologyClient } from '../engine/index.js'
import type { GatewayLimits } from './limits.js'
import { haltProblem, nodeProblem, silentNodes, stalledProblem, type Problem } from './problems.js'

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
  #nodes: readonly NodeInfo[] = []
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

  /** The nodes that were heard of at the newest look. */
  get nodes(): readonly NodeInfo[] {
    return this.#nodes
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
    const told = this.#nodes.flatMap(node => node.problems.map(problem => nodeProblem(node, problem)))
    const stalled = new Map(told.filter(({ code }) => code === 'TASK_STALLED')
      .map(one => [one.partition, one]))
    const silent = silentNodes(this.#lags, this.#nodes, 1)
    for (const lag of this.#lags) {
      const standing = this.#standing.get(lag.partition)
      const stands = standing !== undefined && now - standing.since >= this.#limits.stallMs
      if (lag.halt) problems.push(haltProblem(lag, lag.halt))
      else if (stalled.has(lag.partition)) problems.push(stalled.get(lag.partition)!)
      else if (stands && !(lag.owner !== null && silent.has(lag.owner))) {
        problems.push(stalledProblem(lag, now - standing.since))
      } else if (stands) problems.push(silent.get(lag.owner!)!)
    }
    return [...new Set(problems)]
  }

  /** What is wrong although everything moves: a sink that fails, a silent node without a backlog. */
  warnings(): Problem[] {
    const grave = new Set(this.problems().map(({ message }) => message))
    const failing = this.#nodes.flatMap(node =>
      node.problems.filter(({ code }) => code !== 'TASK_STALLED').map(problem => nodeProblem(node, problem)))
    const silent = silentNodes(this.#lags, this.#nodes, this.#limits.stallMs).values()
    return [...failing, ...silent].filter(({ message }) => !grave.has(message))
  }

  /** Takes one look; `start` does it again and again. */
  async look(): Promise<void> {
    const seen = await this.#read()
    if (seen === null) return // how long ago the last good look was is what counts (H2)
    const [lags, nodes] = seen
    this.#lags = lags
    this.#nodes = nodes
    this.#readAt = this.#clock.now()
    for (const lag of this.#lags) this.#compare(lag)
  }

  /** null when the log does not answer in time. */
  async #read(): Promise<[PartitionLag[], NodeInfo[]] | null> {
    const answered = new AbortController()
    const patienceMs = this.#limits.progressMs * looksMissedMax
    const tooLate = this.#clock.wait(patienceMs, answered.signal).then(() => null)
    try {
      return await Promise.race([Promise.all([this.#client.lag(), this.#client.nodes()]), tooLate])
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
