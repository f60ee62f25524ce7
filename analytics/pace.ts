/**
 * How long values wait before they are inserted. An insert costs ClickHouse about 20 ms of processor time per
 * table, whatever its size, so the wait grows with the number of partitions that are inserting: one person
 * who imports a file sees it at once, and a loaded node spends a bounded share of its time on inserts.
 */
import type { Clock } from '../engine/index.js'

/** The wait per busy partition: at two tables and 25 ms of processor each, inserts take a quarter of one. */
const waitPerPartitionMs = 200
const waitMinMs = 250
const waitMaxMs = 4_000
/** A partition counts as busy this long after its last insert. */
const busyMs = 5_000

/** Knows which partitions are inserting. */
export class InsertPace {
  readonly #clock: Clock
  readonly #insertedAt = new Map<number, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A partition inserts. */
  note(partition: number): void {
    this.#insertedAt.set(partition, this.#clock.now())
  }

  /** The wait that fits the partitions that are busy now. */
  get lingerMs(): number {
    const since = this.#clock.now() - busyMs
    for (const [partition, at] of this.#insertedAt) if (at < since) this.#insertedAt.delete(partition)
    return Math.min(Math.max(this.#insertedAt.size * waitPerPartitionMs, waitMinMs), waitMaxMs)
  }
}
