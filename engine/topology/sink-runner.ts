/**
 * Runs the inserts of a node's sinks: in this thread, or in the one thread that sinks with a module share, so
 * that neither their decoding nor their encoding holds up a fold. A bounded number at once.
 */
import { openOutputs, type DataKeys } from '../cipher/index.js'
import type { Clock } from '../clock/index.js'
import { Ages } from '../record/ages.js'
import { decodeEmissions } from '../record/emission.js'
import { movableWhole, ThreadPool, type SinkTask } from '../threads/index.js'
import { RecentAges } from './recent-ages.js'
import type { Sink } from './topology.js'

const sinkEntry = new URL('../threads/sink-thread.js', import.meta.url)

/** A batch as it stands in the outbox, in memory of its own, which moves to the thread. */
export interface PackedBatch {
  readonly token: string
  readonly partition: number
  /** See `SinkBatch`. */
  readonly generation?: number
  readonly isRepeated?: boolean
  /** The blocks of its entries, one behind the other. */
  readonly packed: Uint8Array<ArrayBuffer>
}

/** Inserts for many loops. */
export class SinkRunner {
  readonly #pool: ThreadPool | undefined
  readonly #waiting: (() => void)[] = []
  readonly #ages: RecentAges
  readonly #dataKeys: DataKeys | undefined
  #free: number

  /** `inserts`: how many run at once. With data keys, batches are decrypted here. */
  constructor(sinks: readonly Sink[], inserts: number, clock: Clock, dataKeys?: DataKeys) {
    this.#dataKeys = dataKeys
    this.#ages = new RecentAges(clock)
    this.#free = inserts
    this.#pool = sinks.some(sink => 'module' in sink)
      ? new ThreadPool(sinkEntry, { threads: 1, tasksPerThread: inserts, waits: 'for events' })
      : undefined
  }

  /** How old values were when they could be read, of the last minute or two, as steps (Ages). */
  get ages(): number[] {
    return this.#ages.ages.steps
  }

  /**
   * Does `work` when fewer than the allowed number are at work; who asks first is first. A batch is read
   * within its turn: many that waited with theirs would fill the memory, and the collector with them.
   */
  async turn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }

  /** Hands one batch to its sink. Rejects with what the sink throws. */
  async insert(sink: Sink, batch: PackedBatch): Promise<void> {
    const { token, partition, generation, isRepeated } = batch
    const packed = this.#dataKeys
      ? movableWhole(await openOutputs(this.#dataKeys, [Buffer.from(batch.packed.buffer)])) : batch.packed
    const outputs = sink.outputs.map(({ output }) => output)
    if ('insert' in sink) {
      const emitted = decodeEmissions(packed).filter(({ output }) => outputs.includes(output))
      const ages = emitted.length === 0 ? undefined
        : await sink.insert({ token, partition, generation, isRepeated, emitted })
      if (ages) this.#ages.add(ages)
      return
    }
    const task: SinkTask = { module: sink.module.href, options: sink.options, outputs, token, partition,
      generation, isRepeated, packed }
    const ages = await this.#pool!.run(task, [packed.buffer])
    if (ages.length > 0) this.#ages.add(Ages.of(ages))
  }

  async stop(): Promise<void> {
    await this.#pool?.stop()
  }
}
