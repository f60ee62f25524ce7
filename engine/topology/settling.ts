/**
 * Waiting until what is appended is folded. Whoever waits for the same partition waits on one look every
 * POLL_MS: with a look for each, 600 waiting callers ask Redis 240,000 times a second, which leaves nothing
 * for the fold that they wait for.
 *
 * T1 A caller waits for what was appended when it called, not for what came later.
 * T2 Nobody waits, nothing is asked.
 */
import type { Clock } from '../clock/index.js'

/** Records ever appended to a partition, and ever folded by a version. */
export interface Counts {
  readonly appended: number
  readonly folded: number
}

interface Waiting {
  readonly appended: number
  readonly deadline: number
  readonly end: (isSettled: boolean) => void
  readonly fail: (reason: unknown) => void
}

const POLL_MS = 5

/** See the top of the file. */
export class Settling {
  /** By partition and version. */
  readonly #waiting = new Map<string, Waiting[]>()
  readonly #read: (partition: number, id: string) => Promise<Counts>
  readonly #clock: Clock
  readonly #stopping: AbortSignal

  /** `read` looks now; after `stopping` nobody waits on. */
  constructor(
    read: (partition: number, id: string) => Promise<Counts>, clock: Clock, stopping: AbortSignal,
  ) {
    this.#read = read
    this.#clock = clock
    this.#stopping = stopping
  }

  /** Whether what is appended now is folded by the version of `id` within `timeoutMs`. */
  async settled(partition: number, id: string, timeoutMs: number): Promise<boolean> {
    const deadline = this.#clock.now() + timeoutMs
    const { appended, folded } = await this.#read(partition, id)
    if (folded >= appended) return true
    if (this.#isOver(deadline)) return false
    return new Promise((end, fail) => {
      const name = `${partition} ${id}`
      const one: Waiting = { appended, deadline, end, fail }
      const known = this.#waiting.get(name)
      if (known === undefined) {
        this.#waiting.set(name, [one])
        void this.#look(partition, id, name)
      } else known.push(one)
    })
  }

  /** Looks for all who wait, until nobody does. */
  async #look(partition: number, id: string, name: string): Promise<void> {
    for (let waiting = this.#waiting.get(name) ?? []; waiting.length > 0;) {
      await this.#clock.wait(POLL_MS, this.#stopping)
      const isTold = await this.#read(partition, id).then(({ folded }) => (one: Waiting) => {
        const isSettled = folded >= one.appended
        if (isSettled || this.#isOver(one.deadline)) one.end(isSettled)
        return isSettled || this.#isOver(one.deadline)
      }, (reason: unknown) => (one: Waiting) => {
        one.fail(reason)
        return true
      })
      waiting = (this.#waiting.get(name) ?? []).filter(one => !isTold(one))
      this.#waiting.set(name, waiting)
    }
    this.#waiting.delete(name)
  }

  #isOver(deadline: number): boolean {
    return this.#clock.now() >= deadline || this.#stopping.aborted
  }
}
