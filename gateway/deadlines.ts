/**
 * Deadlines of requests, of their bodies, of what they wait for. All of one kind have the same patience, so
 * that who began first is due first, and one timer does for all: one for each, with a signal that ends it,
 * would cost a tenth of a short request.
 */
import type { Clock, HinataError } from '../engine/index.js'

/** A timer is not called off when its request was answered, but never runs longer than this, ms. */
const lookMs = 1_000

interface Pending {
  dueAt: number
  readonly look: () => boolean
}

/** Looks at what takes long. */
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

  /** What `work` comes to; rejects with what `late` makes when it takes longer. */
  within<T>(work: Promise<T>, late: () => HinataError): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = this.watch(() => {
        reject(late())
        return false
      })
      work.then(answer => {
        end()
        resolve(answer)
      }, (thrown: unknown) => {
        end()
        reject(thrown as Error)
      })
    })
  }

  /** Calls `look` each time the patience has passed, until it answers false or the watch is ended. */
  watch(look: () => boolean): () => void {
    const pending: Pending = { dueAt: this.#clock.now() + this.#patienceMs, look }
    this.#pending.add(pending)
    if (!this.#isWatching) void this.#watch()
    return () => { this.#pending.delete(pending) }
  }

  /** What is being watched. */
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
      if (!this.#pending.delete(first) || !first.look()) continue
      first.dueAt = this.#clock.now() + this.#patienceMs
      this.#pending.add(first)
    }
    this.#isWatching = false
  }
}
