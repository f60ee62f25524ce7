/**
 * Deadlines of requests. All have the same patience, so that who began first is due first, and one timer does
 * for all: one for each, with a signal that ends it, would cost a tenth of a short request.
 */
import { HinataError, type Clock } from '../../engine/index.js'

/** A timer is not called off when its request was answered, but never runs longer than this, ms. */
const lookMs = 1_000

interface Pending {
  readonly dueAt: number
  readonly giveUp: () => void
}

/** Gives up what takes too long. */
export class Deadlines {
  readonly #clock: Clock
  readonly #patienceMs: number
  /** In the order of their time. */
  readonly #pending = new Set<Pending>()
  #isWatching = false

  constructor(clock: Clock, patienceMs: number) {
    this.#clock = clock
    this.#patienceMs = patienceMs
  }

  /** What `work` comes to; rejects with UPSTREAM_UNAVAILABLE when it takes longer. */
  within<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const pending: Pending = {
        dueAt: this.#clock.now() + this.#patienceMs,
        giveUp: () => reject(new HinataError('UPSTREAM_UNAVAILABLE')),
      }
      this.#pending.add(pending)
      work.then(resolve, reject).finally(() => this.#pending.delete(pending))
      if (!this.#isWatching) void this.#watch()
    })
  }

  /** Requests that have no answer yet. */
  get size(): number {
    return this.#pending.size
  }

  async #watch(): Promise<void> {
    this.#isWatching = true
    for (const first of this.#pending) {
      for (;;) {
        const leftMs = first.dueAt - this.#clock.now()
        if (leftMs <= 0 || !this.#pending.has(first)) break
        await this.#clock.wait(Math.min(leftMs, lookMs))
      }
      if (this.#pending.delete(first)) first.giveUp()
    }
    this.#isWatching = false
  }
}
