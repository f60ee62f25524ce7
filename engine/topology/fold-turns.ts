/**
 * Whose turn it is to fold: few tasks of a node at a time take a batch from reading its state to its commit.
 *
 *   asked ─▶ waiting ─▶ in turn: prepare, fold, commit ─▶ ended
 *                          └─ longer than `turnMsMax`: counts no longer
 *
 * What a batch makes lives until its commit is answered. With all tasks of a node under way at once that is
 * as long as all their folds together, so that much of it grows old enough to be collected only with the
 * whole heap. A few turns keep the thread busy while others wait for Redis.
 *
 * T1  Turns are given in the order of asking.
 * T2  Whoever waits long for Redis does not hold up the tasks of other partitions.
 */
import { endWait, type Clock } from '../clock/index.js'
import { foldTurnsMax, turnMsMax } from '../limits/limits.js'

/** The turns of one node. */
export class FoldTurns {
  readonly #clock: Clock
  readonly #waiting: (() => void)[] = []
  #free = foldTurnsMax

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Does `work` in its turn. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    const ended = new AbortController()
    void this.#clock.wait(turnMsMax, ended.signal).then(() => this.#next())
    try {
      return await work()
    } finally {
      endWait(ended)
    }
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}
