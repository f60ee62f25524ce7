/**
 * Writes that may wait a little: to sockets whose app has not read the last ones yet. They go out behind
 * those to everybody who reads, a few milliseconds of them per turn of the event loop, so that a thousand
 * sockets that may be stuck hold up nobody.
 */

/** Such writes, in their order. */
export class Later {
  readonly #budgetMs: number
  #waiting: (() => void)[] = []
  #at = 0

  constructor(budgetMs: number) {
    this.#budgetMs = budgetMs
  }

  add(write: () => void): void {
    if (this.#waiting.push(write) === 1) setImmediate(() => this.#run())
  }

  #run(): void {
    const end = performance.now() + this.#budgetMs
    try {
      do this.#waiting[this.#at++]?.()
      while (this.#at < this.#waiting.length && performance.now() < end)
    } finally {
      if (this.#at < this.#waiting.length) setImmediate(() => this.#run())
      else [this.#waiting, this.#at] = [[], 0]
    }
  }
}
