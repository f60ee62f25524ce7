/**
 * Time as a dependency. Everything that waits or reads the time takes a `Clock`, so that the test driver and
 * the simulation can move it by hand. All times are milliseconds since 1970, UTC.
 */

/** Reads the time and waits. */
export interface Clock {
  now(): number
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
  /** Resolves when what waited for this thread has had its turn. */
  pause(): Promise<void>
}

/** Ends what waits for the signal. An abort that gives no reason would make an exception, with its stack. */
export function endWait(waiting: AbortController): void {
  waiting.abort(null)
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) => new Promise(resolve => {
    if (signal?.aborted) return resolve()
    const timer = setTimeout(done, ms)
    const waiting = signal && waitingFor(signal).add(done)
    function done(): void {
      clearTimeout(timer)
      waiting?.delete(done)
      resolve()
    }
  }),
  pause: () => new Promise(resolve => { setImmediate(resolve) }),
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
      const waiting = signal && waitingFor(signal)
      const waiter = { at: this.#now + ms, resolve: () => {
        waiting?.delete(abort)
        resolve()
      } }
      const abort = (): void => {
        this.#waiters = this.#waiters.filter(other => other !== waiter)
        resolve()
      }
      this.#waiters.push(waiter)
      waiting?.add(abort)
    })
  }

  pause(): Promise<void> {
    return Promise.resolve()
  }

  /** Moves time forward by `ms` and wakes everyone who is due. */
  advance(ms: number): void {
    this.#now += ms
    const due = this.#waiters.filter(waiter => waiter.at <= this.#now).sort((a, b) => a.at - b.at)
    this.#waiters = this.#waiters.filter(waiter => waiter.at > this.#now)
    for (const waiter of due) waiter.resolve()
  }
}

const waitingBySignal = new WeakMap<AbortSignal, Set<() => void>>()

/** Who is told when a signal aborts: one listener for all, as hundreds may wait for one signal at a time. */
function waitingFor(signal: AbortSignal): Set<() => void> {
  let waiting = waitingBySignal.get(signal)
  if (!waiting) {
    waitingBySignal.set(signal, waiting = new Set())
    const told = waiting
    signal.addEventListener('abort', () => told.forEach(tell => tell()), { once: true })
  }
  return waiting
}
