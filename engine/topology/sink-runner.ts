/**
 * Runs the inserts of a node's sinks: in this thread, or in the one thread that sinks with a module share, so
 * that neither their decoding nor their encoding holds up a fold. A bounded number at once.
 */
import type { Clock } from '../clock/index.js'
import { decodeEmissions } from '../record/emission.js'
import { movable, ThreadPool, type SinkTask } from '../threads/index.js'
import type { Sink } from './topology.js'

const sinkEntry = new URL('../threads/sink-thread.js', import.meta.url)

/** A partition counts as busy this long after its last insert. */
const busyMs = 5_000

/** A batch as it stands in the outbox. */
export interface PackedBatch {
  readonly token: string
  readonly partition: number
  /** The blocks of its entries. */
  readonly blocks: readonly Buffer[]
}

/** Inserts for many loops. */
export class SinkRunner {
  readonly #clock: Clock
  readonly #pool: ThreadPool | undefined
  readonly #waiting: (() => void)[] = []
  readonly #insertedAt = new Map<string, Map<number, number>>()
  #free: number

  /** `inserts`: how many run at once. */
  constructor(sinks: readonly Sink[], options: { inserts: number, clock: Clock }) {
    this.#clock = options.clock
    this.#free = options.inserts
    this.#pool = sinks.some(sink => 'module' in sink)
      ? new ThreadPool(sinkEntry, { threads: 1, tasksPerThread: options.inserts, waits: 'for events' })
      : undefined
  }

  /** Hands one batch to its sink. Rejects with what the sink throws. */
  async insert(sink: Sink, batch: PackedBatch): Promise<void> {
    this.#note(sink, batch.partition)
    if (this.#free > 0) this.#free--
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    try {
      await this.#run(sink, batch)
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }

  /** How long values wait for companions now. */
  lingerMs({ name, lingerMs }: Sink): number {
    if (typeof lingerMs === 'number') return lingerMs
    const insertedAt = this.#insertedAt.get(name) ?? new Map<number, number>()
    const since = this.#clock.now() - busyMs
    for (const [partition, at] of insertedAt) if (at < since) insertedAt.delete(partition)
    return lingerMs(insertedAt.size)
  }

  async stop(): Promise<void> {
    await this.#pool?.stop()
  }

  #note({ name }: Sink, partition: number): void {
    const insertedAt = this.#insertedAt.get(name) ?? new Map<number, number>()
    this.#insertedAt.set(name, insertedAt)
    insertedAt.set(partition, this.#clock.now())
  }

  async #run(sink: Sink, { token, partition, blocks }: PackedBatch): Promise<void> {
    const outputs = sink.outputs.map(({ output }) => output)
    if ('insert' in sink) {
      const emitted = blocks.flatMap(decodeEmissions).filter(({ output }) => outputs.includes(output))
      if (emitted.length > 0) await sink.insert({ token, partition, emitted })
      return
    }
    const packed = movable(Buffer.concat(blocks))
    const task: SinkTask = { module: sink.module.href, options: sink.options, outputs, token, partition,
      packed }
    await this.#pool!.run(task, [packed.buffer])
  }
}
