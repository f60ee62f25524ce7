/**
 * Single records on their way into batches, so that an app need not think of batches at all.
 *
 * K1  Records of a person go out in the order in which they were added.
 * K2  A batch goes out when it is full, or `lingerMs` after its first record, whichever comes first.
 * K3  Each record is answered once: by the answer to its batch, or by its own refusal.
 */
import type { ErrorCode } from '../../engine/index.js'
import type { Ack } from './batches.js'
import type { ClientClock } from './client-clock.js'
import { RecordRefusal } from './refusal.js'

interface Waiting {
  readonly record: unknown
  resolve(ack: Ack): void
  reject(error: unknown): void
}

/** Gathers records by person. Pure but for the clock. */
export class Collector {
  readonly #recordsMax: number
  readonly #lingerMs: number
  readonly #clock: ClientClock
  readonly #submit: (userId: string, records: readonly unknown[]) => Promise<Ack>
  readonly #byPerson = new Map<string, Waiting[]>()
  #count = 0

  constructor(recordsMax: number, lingerMs: number, clock: ClientClock,
    submit: (userId: string, records: readonly unknown[]) => Promise<Ack>) {
    this.#recordsMax = recordsMax
    this.#lingerMs = lingerMs
    this.#clock = clock
    this.#submit = submit
  }

  /** Records that are in no batch yet. */
  get count(): number {
    return this.#count
  }

  /** Resolves with the answer to the record's batch; rejects when this record, or the batch, was refused. */
  add(userId: string, record: unknown): Promise<Ack> {
    return new Promise((resolve, reject) => {
      let batch = this.#byPerson.get(userId)
      if (batch === undefined) {
        const opened = batch = []
        this.#byPerson.set(userId, opened)
        void this.#clock.wait(this.#lingerMs).then(() => this.#close(userId, opened))
      }
      this.#count += 1
      if (batch.push({ record, resolve, reject }) >= this.#recordsMax) this.#close(userId, batch)
    })
  }

  /** Sends what waits, now. */
  flush(): void {
    for (const [userId, batch] of [...this.#byPerson]) this.#close(userId, batch)
  }

  #close(userId: string, batch: readonly Waiting[]): void {
    if (this.#byPerson.get(userId) !== batch) return
    this.#byPerson.delete(userId)
    this.#count -= batch.length
    this.#submit(userId, batch.map(({ record }) => record)).then(
      ack => answer(batch, ack),
      (error: unknown) => { for (const { reject } of batch) reject(error) },
    )
  }
}

function answer(batch: readonly Waiting[], ack: Ack): void {
  for (const { index, id, code, message } of ack.rejected) {
    batch[index]?.reject(new RecordRefusal(code as ErrorCode, message, id))
  }
  for (const { resolve } of batch) resolve(ack) // what was rejected stays so
}
