/** Drawing lots: the same seed gives the same draws on every machine. */

/** A generator of numbers. */
export class Lot {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A number, 0 included, 1 not (the generator mulberry32). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A number of `from`..`to`, `to` not included. */
  between(from: number, to: number): number {
    return from + this.fraction() * (to - from)
  }

  /** The entries in another order. */
  shuffled<T>(entries: readonly T[]): T[] {
    const mixed = [...entries]
    for (let i = mixed.length - 1; i > 0; i--) {
      const j = Math.floor(this.fraction() * (i + 1));
      [mixed[i], mixed[j]] = [mixed[j], mixed[i]]
    }
    return mixed
  }
}
