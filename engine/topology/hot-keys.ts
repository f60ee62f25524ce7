/**
 * Which keys have the most records: the frequent-items summary of Misra and Gries (1982), a batch at a time
 * as Agarwal et al. merge two of them (Mergeable Summaries, 2012): counts are added, and when there are more
 * than `hotKeysKept`, what the next one has is taken from all. So counts are records at least, and a key with
 * more than total / `hotKeysKept` records is never missed.
 *
 * Counts are halved every minute, so that they tell of now.
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

const halveMs = 60_000

/** Counts keys. */
export class HotKeys {
  readonly #clock: Clock
  readonly #kept = new Map<string, number>()
  readonly #batch = new Map<string, number>()
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
    for (const [key, records] of this.#batch) {
      this.#total += records
      this.#kept.set(key, (this.#kept.get(key) ?? 0) + records)
    }
    this.#batch.clear()
    if (this.#kept.size > hotKeysKept) this.#cut()
  }

  /** The keys with the most records, at most `max`. */
  top(max: number): HotKey[] {
    return [...this.#kept].map(([key, records]) => ({ key, records }))
      .sort((a, b) => b.records - a.records || (a.key < b.key ? -1 : 1)).slice(0, max)
      .filter(({ records }) => records >= 1)
      .map(({ key, records }) => ({ key, records: Math.round(records), share: records / this.#total }))
  }

  /** Takes from each count what the first one too many has. */
  #cut(): void {
    const cut = Float64Array.from(this.#kept.values()).sort().at(-hotKeysKept - 1)!
    for (const [key, records] of this.#kept) {
      if (records > cut) this.#kept.set(key, records - cut)
      else this.#kept.delete(key)
    }
  }

  #halve(): void {
    while (this.#clock.now() - this.#halvedAt >= halveMs) {
      this.#halvedAt += halveMs
      this.#total /= 2
      for (const [key, records] of this.#kept) this.#kept.set(key, records / 2)
      if (this.#total < 1) this.#halvedAt = this.#clock.now()
    }
  }
}
