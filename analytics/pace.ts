/**
 * How long values wait before they are inserted. An insert costs ClickHouse about 30 ms of processor time for
 * the tables of a batch, whatever its size, and the merges that follow grow with the number of inserts. So
 * the wait follows what all partitions emit per second: what one person writes is seen at once, and of a node
 * that is under load the inserts take a bounded share.
 *
 * P1  The wait is `waitMinMs` up to `calmValuesPerSecond`, `waitMaxMs` from `fullValuesPerSecond` on, and
 *     grows with the square of what is between: rows are late only where it pays.
 * P2  What counts is what is emitted now, as a mean that forgets within seconds, of all partitions: that one
 *     of them pauses says nothing. When none has emitted for `silentMs`, there is nothing to wait for.
 */
import type { Clock, SinkPace } from '../engine/index.js'

const waitMinMs = 250
/** Sixteen partitions that insert every ten seconds take 5 % of one processor. */
const waitMaxMs = 10_000
const calmValuesPerSecond = 200
/** Two cores that are full emit more than this. */
const fullValuesPerSecond = 2_500
/** Time constant of the mean, ms: that of a partition under load, which commits once a second, is steady. */
const meanMs = 2_000
const silentMs = 500
/** A partition that was not seen for this long, ms, is another node's: no insert takes as long. */
const goneMs = 30_000

interface PartitionRate {
  readonly seenAt: number
  readonly emitted: number
  readonly valuesPerSecond: number
}

/** Knows how much the partitions emit. */
export class InsertPace implements SinkPace {
  readonly #clock: Clock
  readonly #partitions = new Map<number, PartitionRate>()
  #emittedAt = -Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  see(partition: number, emitted: number): void {
    const now = this.#clock.now()
    const before = this.#partitions.get(partition) ?? { seenAt: now, emitted, valuesPerSecond: 0 }
    const values = Math.max(0, emitted - before.emitted)
    if (values > 0) this.#emittedAt = now
    const ms = Math.max(1, now - before.seenAt)
    const weight = 1 - Math.exp(-ms / meanMs)
    const valuesPerSecond = before.valuesPerSecond * (1 - weight) + values * 1_000 / ms * weight
    this.#partitions.set(partition, { seenAt: now, emitted, valuesPerSecond })
  }

  get lingerMs(): number {
    const now = this.#clock.now()
    if (now - this.#emittedAt > silentMs) return waitMinMs
    let valuesPerSecond = 0
    for (const [partition, rate] of this.#partitions) {
      if (now - rate.seenAt > goneMs) this.#partitions.delete(partition)
      else valuesPerSecond += rate.valuesPerSecond
    }
    const share = Math.min(Math.max(0, (valuesPerSecond - calmValuesPerSecond)
      / (fullValuesPerSecond - calmValuesPerSecond)), 1)
    return waitMinMs + Math.round((waitMaxMs - waitMinMs) * share ** 2)
  }
}
