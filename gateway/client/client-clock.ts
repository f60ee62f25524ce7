/** Time as a client needs it; the engine's clocks fit, and tests may give one that stands still. */

/** Reads the time, ms UTC, and waits. */
export interface ClientClock {
  now(): number
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
}

/** The machine's clock, in a browser as in Node. */
export const machineClock: ClientClock = {
  now: () => Date.now(),
  wait: (ms, signal) => new Promise(resolve => {
    if (signal?.aborted) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  }),
}
