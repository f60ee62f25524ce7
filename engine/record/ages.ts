/**
 * Ages in milliseconds, counted in steps of a tenth: enough for quantiles, small enough to travel with every
 * heartbeat. Step s holds ages from 2^(s/8) - 1 on.
 */

const stepsPerDoubling = 8
/** The last step begins at two years. */
const stepsMax = 288

/** Counted ages. */
export class Ages {
  readonly #counts: Uint32Array

  constructor(counts: Uint32Array = new Uint32Array(stepsMax)) {
    this.#counts = counts
  }

  /** What `packed` gave. */
  static of(packed: Uint8Array): Ages {
    return new Ages(new Uint32Array(new Uint8Array(packed).buffer))
  }

  /** Ages from pairs of step and count, as `steps` gives them. */
  static ofSteps(steps: readonly number[]): Ages {
    const ages = new Ages()
    for (let i = 0; i < steps.length; i += 2) ages.#counts[Math.min(steps[i], stepsMax - 1)] += steps[i + 1]
    return ages
  }

  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  /** Bytes that may be moved to another thread. */
  get packed(): Uint8Array {
    return new Uint8Array(this.#counts.buffer)
  }

  /** Step and count of every step that has any, one after the other. */
  get steps(): number[] {
    return [...this.#counts].flatMap((count, step) => (count === 0 ? [] : [step, count]))
  }

  /** Counts one; an age below 0, of clocks that differ, is 0. */
  note(ms: number): void {
    const step = Math.floor(Math.log2(Math.max(0, ms) + 1) * stepsPerDoubling)
    this.#counts[Math.min(step, stepsMax - 1)]++
  }

  /** Counts all of another. */
  add(other: Ages): void {
    for (let step = 0; step < stepsMax; step++) this.#counts[step] += other.#counts[step]
  }

  /** The age (ms) that a share of them does not exceed, within a tenth; 0 when there are none. */
  quantile(share: number): number {
    let rest = Math.ceil(this.count * share)
    if (rest === 0) return 0
    const step = this.#counts.findIndex(count => (rest -= count) <= 0)
    return Math.round(2 ** ((step + 1) / stepsPerDoubling) - 1)
  }
}
