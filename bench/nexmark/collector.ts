/** A sink that keeps what a topology tells, in this process: each batch once, however often it is handed over. */
import type { Emitted, OpenSink, Output, Sink, SinkBatch } from '../../engine/index.js'
import { allOutputs } from './query.js'

/** See the top of the file. */
export class Collector {
  readonly #batches = new Map<string, readonly Emitted[]>()

  /** The sink, for a topology. */
  get sink(): Sink & OpenSink {
    return {
      name: 'collector', outputs: allOutputs, batchRecordsMax: 20_000, lingerMs: 20,
      insert: ({ token, emitted }: SinkBatch) => {
        this.#batches.set(token, emitted)
        return Promise.resolve()
      },
    }
  }

  /** Everything that went to an output, in the order of each partition. */
  of({ output: name }: Output<unknown>): Emitted[] {
    return [...this.#batches.values()].flat().filter(emitted => emitted.output === name)
  }
}
