/**
 * Which keys have the most records: the space-saving sketch (Metwally, Agrawal, El Abbadi 2005). It holds a
 * fixed number of keys; a key that is not among them takes the place of the smallest and inherits its count
 * as its possible error. So a key with more than total / `hotKeysKept` records is never missed.
 *
 * Records are counted in a map per batch and enter the sketch once per key and batch. Counts are halved every
 * minute, so that they tell of now.
 */
import type { Clock } from '../clock/index.js'
import { hotKeysKept } from '../limits/limits.js'

/** A key with its share of the records counted lately. */
export interface HotKey {
  readonly key: string
  /** Records, at least; older minutes count half as much each. */
  readonly records: number
  /** 0..1 */
  readonly share: number
}

interface Kept {
  count: number
  error: number
}

const halveMs = 60_000

/** Counts keys. */
export class HotKeys {
  readonly #clock: Clock
  readonly #kept = new Map<string, Kept>()
  #batch = new Map<string, number>()
  #total = 0
  #halvedAt: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#halvedAt = clock.now()
  }

  /** Counts one record of the batch at hand. */
  count(key: string): void {
    this.#batch.set(key, (this.#batch.get(key) ?? 0) + 1)
  }

  /** The batch is over. */
  flush(): void {
    this.#halve()
    for (const [key, records] of this.#batch) this.#offer(key, records)
    this.#batch.clear()
  }

  /** The keys with the most records, at most `max`. */
  top(max: number): HotKey[] {
    return [...this.#kept].map(([key, { count, error }]) => ({ key, records: count - error }))
      .sort((a, b) => b.records - a.records || (a.key < b.key ? -1 : 1)).slice(0, max)
      .filter(({ records }) => records >= 1)
      .map(({ key, records }) => ({ key, records: Math.round(records), share: records / this.#total }))
  }

  #offer(key: string, records: number): void {
    this.#total += records
    const known = this.#kept.get(key)
    if (known) known.count += records
    else if (this.#kept.size < hotKeysKept) this.#kept.set(key, { count: records, error: 0 })
    else {
      let least: [string, Kept] | undefined
      for (const entry of this.#kept) if (!least || entry[1].count < least[1].count) least = entry
      const [name, { count }] = least!
      this.#kept.delete(name)
      this.#kept.set(key, { count: count + records, error: count })
    }
  }

  #halve(): void {
    while (this.#clock.now() - this.#halvedAt >= halveMs) {
      this.#halvedAt += halveMs
      this.#total /= 2
      for (const kept of this.#kept.values()) {
        kept.count /= 2
        kept.error /= 2
      }
      if (this.#total < 1) this.#halvedAt = this.#clock.now()
    }
  }
}
