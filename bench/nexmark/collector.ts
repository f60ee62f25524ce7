/**
 * A sink that keeps what a query tells, in this process.
 *
 * C1  A batch counts once, however often it is handed over.
 * C2  What another value has replaced is not kept (`idOf`): kept is as much as the result has.
 */
import type { Emitted, OpenSink, Output, Sink, SinkBatch } from '../../engine/index.js'
import { dead, late, lateRow, results, type Query, type Row } from './query.js'

const outputs: readonly Output<unknown>[] = [results, late, dead]

/** See the top of the file. */
export class Collector {
  readonly #query: Query
  readonly #tokens = new Set<string>()
  readonly #replaced = new Map<string, Emitted>()
  readonly #told: Emitted[] = []
  readonly #late: Emitted[] = []
  readonly #dead: Emitted[] = []

  constructor(query: Query) {
    this.#query = query
  }

  /** The sink, for a topology. */
  get sink(): Sink & OpenSink {
    return {
      name: 'collector', outputs, batchRecordsMax: 20_000, lingerMs: 20,
      insert: ({ token, emitted }: SinkBatch) => {
        if (!this.#tokens.has(token)) this.take(emitted)
        this.#tokens.add(token)
        return Promise.resolve()
      },
    }
  }

  /** Takes values, those of a key in their order. */
  take(emitted: readonly Emitted[]): void {
    const { idOf } = this.#query
    for (const one of emitted) {
      if (one.output === late.output) this.#late.push(one)
      else if (one.output === dead.output) this.#dead.push(one)
      else if (idOf) this.#replaced.set(idOf(one.value as never), one)
      else this.#told.push(one)
    }
  }

  /** The result. */
  get rows(): Row[] {
    return this.#query.rows(this.#query.idOf ? [...this.#replaced.values()] : this.#told)
  }

  get lateRows(): Row[] {
    return this.#late.map(lateRow)
  }

  /** Records that failed: a query has none. */
  get dead(): unknown[] {
    return this.#dead.map(({ value }) => value)
  }
}
