/** Ages of the last minute or two: counts of this minute and of the one before. */
import type { Clock } from '../clock/index.js'
import { Ages } from '../record/ages.js'

const windowMs = 60_000

/** Counts that forget. */
export class RecentAges {
  readonly #clock: Clock
  #minute = 0
  #now = new Ages()
  #before = new Ages()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts what was seen just now. */
  add(ages: Ages): void {
    this.#turn()
    this.#now.add(ages)
  }

  /** All that is remembered. */
  get ages(): Ages {
    this.#turn()
    const all = new Ages()
    all.add(this.#now)
    all.add(this.#before)
    return all
  }

  #turn(): void {
    const minute = Math.floor(this.#clock.now() / windowMs)
    if (minute === this.#minute) return
    this.#before = minute === this.#minute + 1 ? this.#now : new Ages()
    this.#now = new Ages()
    this.#minute = minute
  }
}
