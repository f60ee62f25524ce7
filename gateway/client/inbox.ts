/**
 * Updates of one subscription between the socket and whoever iterates. The iterator ends when the
 * subscription does.
 *
 * I1  At most `updatesMax` wait; beyond it `isFull` tells the client to stop reading the socket.
 */

/** One live update, or the news that a part of history is gone. */
export type LiveUpdate =
  | {
    readonly type: 'update', readonly id: string, readonly position: string, readonly data: unknown,
    readonly skipped?: number,
  }
  | { readonly type: 'gap', readonly id: string, readonly from: string, readonly to: string }

/** Updates that wait for their reader. */
const updatesMax = 1_000

/** The updates of one subscription. One reader. */
export class Inbox implements AsyncIterableIterator<LiveUpdate> {
  readonly #onTaken: () => void
  readonly #onReturn: () => void
  #waiting: LiveUpdate[] = []
  #reader: ((result: IteratorResult<LiveUpdate>) => void) | null = null
  #fail: ((error: Error) => void) | null = null
  #ended: { readonly error: Error | null } | null = null

  constructor(onTaken: () => void, onReturn: () => void) {
    this.#onTaken = onTaken
    this.#onReturn = onReturn
  }

  get isFull(): boolean {
    return this.#waiting.length >= updatesMax
  }

  push(update: LiveUpdate): void {
    if (this.#ended !== null) return
    const reader = this.#reader
    this.#reader = null
    if (reader === null) this.#waiting.push(update)
    else reader({ done: false, value: update })
  }

  /** Ends the iteration after what waits; with an error it throws there. */
  end(error: Error | null): void {
    if (this.#ended !== null) return
    this.#ended = { error }
    if (this.#reader === null) return
    if (error === null) this.#reader({ done: true, value: undefined })
    else this.#fail?.(error)
    this.#reader = null
  }

  next(): Promise<IteratorResult<LiveUpdate>> {
    const update = this.#waiting.shift()
    if (update !== undefined) {
      this.#onTaken()
      return Promise.resolve({ done: false, value: update })
    }
    if (this.#ended?.error) return Promise.reject(this.#ended.error)
    if (this.#ended !== null) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve, reject) => {
      this.#reader = resolve
      this.#fail = reject
    })
  }

  return(): Promise<IteratorResult<LiveUpdate>> {
    this.#waiting = []
    this.end(null)
    this.#onReturn()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
