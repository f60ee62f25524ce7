/**
 * How long values wait before they are inserted. An insert costs ClickHouse about 30 ms of processor time for
 * the tables of a batch, whatever its size, and the merges that follow grow with the number of inserts. So
 * the wait follows the values that all partitions insert per second: what one person writes is seen at once,
 * and of a node that is under load the inserts take a bounded share.
 *
 * P1  The wait is `waitMinMs` up to `calmValuesPerSecond`, `waitMaxMs` from `fullValuesPerSecond` on, and
 *     grows with the square of what is between: rows are late only where it pays.
 * P2  A partition counts with the values of its last insert, over the time since the one before, until it
 *     has been silent for `silentMs`; so the wait is short again soon after a load has ended.
 */
import type { Clock } from '../engine/index.js'

const waitMinMs = 250
/** Sixteen partitions that insert every ten seconds take 5 % of one processor. */
const waitMaxMs = 10_000
const calmValuesPerSecond = 200
/** Two cores that are full insert more than this. */
const fullValuesPerSecond = 2_500
/** Longer than the longest wait and an insert, so that a busy partition is not taken for a silent one. */
const silentMs = 13_000

interface PartitionPace {
  readonly insertedAt: number
  readonly valuesPerSecond: number
}

/** Knows how much the partitions insert. */
export class InsertPace {
  readonly #clock: Clock
  readonly #partitions = new Map<number, PartitionPace>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A partition inserts so many values. */
  note(partition: number, values: number): void {
    const now = this.#clock.now()
    const before = this.#partitions.get(partition)?.insertedAt ?? now - silentMs
    // Batches of a backlog follow each other without a wait: over less than it, the rate would mean nothing.
    const sinceMs = Math.min(Math.max(now - before, waitMinMs), silentMs)
    this.#partitions.set(partition, { insertedAt: now, valuesPerSecond: values * 1_000 / sinceMs })
  }

  /** The wait that fits what is inserted now. */
  get lingerMs(): number {
    const since = this.#clock.now() - silentMs
    let valuesPerSecond = 0
    for (const [partition, pace] of this.#partitions) {
      if (pace.insertedAt < since) this.#partitions.delete(partition)
      else valuesPerSecond += pace.valuesPerSecond
    }
    const share = Math.min(Math.max(0, (valuesPerSecond - calmValuesPerSecond)
      / (fullValuesPerSecond - calmValuesPerSecond)), 1)
    return waitMinMs + Math.round((waitMaxMs - waitMinMs) * share ** 2)
  }
}
