/**
 * Time as a dependency. Everything that waits or reads the time takes a `Clock`, so that the test driver and
 * the simulation can move it by hand. All times are milliseconds since 1970, UTC.
 */

/** Reads the time and waits. */
export interface Clock {
  now(): number
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) => new Promise(resolve => {
    if (signal?.aborted) return resolve()
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done, { once: true })
    function done(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
  }),
}

/** A clock that stands still until `advance` moves it; waiters wake in the order of their due time. */
export class ManualClock implements Clock {
  #now: number
  #waiters: { at: number, resolve: () => void }[] = []

  constructor(start = 0) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      if (signal?.aborted || ms <= 0) return resolve()
      const waiter = { at: this.#now + ms, resolve }
      this.#waiters.push(waiter)
      signal?.addEventListener('abort', () => {
        this.#waiters = this.#waiters.filter(other => other !== waiter)
        resolve()
      }, { once: true })
    })
  }

  /** Moves time forward by `ms` and wakes everyone who is due. */
  advance(ms: number): void {
    this.#now += ms
    const due = this.#waiters.filter(waiter => waiter.at <= this.#now).sort((a, b) => a.at - b.at)
    this.#waiters = this.#waiters.filter(waiter => waiter.at > this.#now)
    for (const waiter of due) waiter.resolve()
  }
}
