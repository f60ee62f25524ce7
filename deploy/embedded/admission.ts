/**
 * Lets a bounded number of queries into the engine, the others wait in order of arrival.
 *
 * A1  At most `runningMax` places are taken, at most `waitingMax` callers wait; the next is refused at once.
 * A2  A place is given back exactly once, whatever happened in it; who stops waiting (abort) loses nothing to
 *     others.
 */
import { refusal } from './exception.js'

/** Places in the engine. */
export class Admission {
  #running = 0
  readonly #waiting = new Set<() => void>()

  constructor(readonly runningMax: number, readonly waitingMax: number) {}

  get runningCount(): number {
    return this.#running
  }

  get waitingCount(): number {
    return this.#waiting.size
  }

  /** Runs `work` as soon as a place is free. Throws 202 if too many wait, 394 if aborted before its turn. */
  async run<T>(signal: AbortSignal, work: () => Promise<T> | T): Promise<T> {
    await this.#enter(signal)
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw refusal('QUERY_WAS_CANCELLED', 'Query was cancelled.')
    if (this.#running < this.runningMax) {
      this.#running += 1
      return
    }
    if (this.#waiting.size >= this.waitingMax) {
      throw refusal('TOO_MANY_SIMULTANEOUS_QUERIES',
        `Too many simultaneous queries. Running: ${this.runningMax}, ` +
        `waiting: ${this.waitingMax}. Retry later.`)
    }
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', abandon)
        resolve()
      }
      const abandon = (): void => {
        this.#waiting.delete(enter)
        reject(refusal('QUERY_WAS_CANCELLED', 'Query was cancelled.'))
      }
      this.#waiting.add(enter)
      signal.addEventListener('abort', abandon, { once: true })
    })
  }

  /** The place goes to the longest waiting caller, or is free again. */
  #leave(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#running -= 1
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
