/**
 * Updates of one subscription between the socket and whoever iterates. The iterator ends when the
 * subscription does.
 *
 * I1  Hardly more than `updatesMax` wait: at `isFull` the subscription pauses, or `pushNewest` drops the
 *     oldest.
 */

/** One live update, or the news that a part of history is gone. */
export type LiveUpdate =
  | {
    readonly type: 'update', readonly id: string, readonly position: string, readonly data: unknown,
    readonly skipped?: number,
  }
  | {
    /** What lies between two positions is gone; null: what was committed while the link was broken. */
    readonly type: 'gap', readonly id: string, readonly from: string | null, readonly to: string | null,
  }

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

  /** The reader has caught up enough for the subscription to go on. */
  get isHalfEmpty(): boolean {
    return this.#waiting.length <= updatesMax / 2
  }

  /** Takes an update and, when too many wait, drops the oldest; the new one says how many were. */
  pushNewest(update: LiveUpdate): void {
    if (!this.isFull) return this.push(update)
    const dropped = this.#waiting.shift()
    const skipped = 1 + (dropped?.type === 'update' ? dropped.skipped ?? 0 : 0)
    this.push(update.type === 'gap' ? update : { ...update, skipped: (update.skipped ?? 0) + skipped })
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
