/** Choices of a fuzzer: every input is drawn from its own number, so that one alone can be made again. */
import { hashText } from '../../engine/index.js'
import { seededRandom } from '../support/random.js'

/** Draws from one seed. */
export class Draw {
  readonly #random: () => number

  constructor(seed: number, index: number) {
    this.#random = seededRandom(hashText(`${seed}:${index}`))
  }

  /** A whole number in 0..below. */
  below(below: number): number {
    return Math.floor(this.#random() * below)
  }

  /** True once in so many times. */
  once(inTimes: number): boolean {
    return this.below(inTimes) === 0
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)]
    if (picked === undefined) throw new Error('nothing to pick from')
    return picked
  }
}
