/**
 * The batches of a client between `submit` and their answer.
 *
 *            pump: credit allows            ack, final refusal
 *   queued ──────────────────────▶ sent ─────────────────────────▶ answered
 *      ▲                             │ connection lost, refused for now
 *      └─────────────────────────────┘
 *
 * D1  Batches are sent in the order of their seq, and sent again in that order, with the same seq and the
 *     same bytes.
 * D2  Records and bytes that are sent and not answered never exceed what the gateway allows.
 * D3  A batch is taken while fewer than `records` records and `bytes` bytes wait to be sent. What comes back
 *     from a broken connection, at most what the gateway allowed, comes on top.
 */

/** What the gateway did with a batch. */
export interface Ack {
  readonly seq: number
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: readonly {
    readonly index: number, readonly id: string | null, readonly code: string, readonly message: string
  }[]
  readonly durability: string
  readonly positions: readonly string[]
}

/** A batch on its way. */
export interface OutgoingBatch {
  readonly seq: number
  readonly records: number
  readonly message: Uint8Array | string
  resolve(ack: Ack): void
  reject(error: Error): void
}

/** What the gateway allows to be unanswered. */
export interface Allowance {
  records: number
  bytes: number
}

/** The batches of one client. Pure: no socket. */
export class Batches {
  /** Ordered by seq. */
  readonly #queued: OutgoingBatch[] = []
  readonly #sent = new Map<number, OutgoingBatch>()
  readonly #max: Readonly<Allowance>
  readonly #gathering: () => number
  #queuedRecords = 0
  #queuedBytes = 0
  #sentRecords = 0
  #sentBytes = 0
  #whenRoom: (() => void)[] = []

  /** `max` bounds what waits; `gathering` counts records that will become batches, and count as waiting. */
  constructor(max: Readonly<Allowance>, gathering: () => number = () => 0) {
    this.#max = max
    this.#gathering = gathering
  }

  /** Batches without an answer. */
  get unanswered(): number {
    return this.#queued.length + this.#sent.size
  }

  get hasRoom(): boolean {
    return this.#queuedRecords + this.#gathering() < this.#max.records && this.#queuedBytes < this.#max.bytes
  }

  /** Resolves when another batch may be added; what was refused meanwhile may have taken the room again. */
  async whenRoom(): Promise<void> {
    while (!this.hasRoom) await new Promise<void>(resolve => this.#whenRoom.push(resolve))
  }

  add(batch: OutgoingBatch): void {
    this.#queued.push(batch)
    this.#count(batch, 1)
  }

  /** The next batch that may be sent now; it counts as sent from here on. */
  next(allowance: Allowance): OutgoingBatch | null {
    const [batch] = this.#queued
    if (batch === undefined || this.#sentRecords + batch.records > allowance.records) return null
    const bytes = sizeOf(batch)
    if (this.#sentBytes > 0 && this.#sentBytes + bytes > allowance.bytes) return null
    this.#queued.shift()
    this.#count(batch, -1)
    this.#sent.set(batch.seq, batch)
    this.#sentRecords += batch.records
    this.#sentBytes += bytes
    this.#wake()
    return batch
  }

  /** The gateway answered a batch. */
  acknowledge(ack: Ack): void {
    this.#take(ack.seq)?.resolve(ack)
  }

  /** The gateway will never take this batch. */
  refuse(seq: number, error: Error): void {
    this.#take(seq)?.reject(error)
  }

  /** The gateway did not take this batch now: back to its place in the queue. */
  requeue(seq: number): void {
    const batch = this.#take(seq)
    if (batch === undefined) return
    const place = this.#queued.findIndex(queued => queued.seq > seq)
    this.#queued.splice(place === -1 ? this.#queued.length : place, 0, batch)
    this.#count(batch, 1)
  }

  /** The connection was lost: everything without an answer is sent again. */
  requeueAll(): void {
    for (const seq of [...this.#sent.keys()]) this.requeue(seq)
  }

  /** Nothing will be sent any more. */
  rejectAll(error: Error): void {
    this.requeueAll()
    for (const batch of this.#queued.splice(0)) {
      this.#count(batch, -1)
      batch.reject(error)
    }
    this.#wake()
  }

  #count(batch: OutgoingBatch, sign: 1 | -1): void {
    this.#queuedRecords += sign * batch.records
    this.#queuedBytes += sign * sizeOf(batch)
  }

  #take(seq: number): OutgoingBatch | undefined {
    const batch = this.#sent.get(seq)
    if (batch === undefined) return undefined
    this.#sent.delete(seq)
    this.#sentRecords -= batch.records
    this.#sentBytes -= sizeOf(batch)
    return batch
  }

  #wake(): void {
    if (!this.hasRoom) return
    const waiting = this.#whenRoom
    this.#whenRoom = []
    for (const resolve of waiting) resolve()
  }
}

/** Characters stand for bytes of a text: an estimate that errs by what is not ASCII. */
function sizeOf(batch: OutgoingBatch): number {
  return batch.message.length
}
