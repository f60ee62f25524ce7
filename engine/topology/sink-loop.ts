/**
 * Hands the outbox of one partition to one sink, exactly once.
 *
 * S1  A batch is fixed in Redis (first, last) before it is inserted; every retry, by any owner, inserts the
 *     same values in the same order under the same token, which no other batch ever has. The position
 *     advances after the sink has acknowledged.
 *     Where replicas may take a master's place, one has the batch before it is inserted.
 * S2  While a sink fails, its batch is retried with growing delay; nothing is skipped. The outbox grows to
 *     its bound, then the task stops folding (K4), then the log fills, then apps are told to wait (G5).
 * S3  What waits is in Redis alone. A try holds one batch: `batchRecordsMax` values or `sinkBatchBytesMax`
 *     bytes, and the commit that reached that; it is let go of when the try has failed.
 */
import type { Clock } from '../clock/index.js'
import { ownershipArgument, readOutbox, type Ownership } from '../log/index.js'
import { sinkBatchBytesMax } from '../limits/limits.js'
import type { Keyspace } from '../record/keys.js'
import { startOfLog, type EntryId } from '../record/record.js'
import { loadScript, replicatedIfAny, runScript, send, type RedisConnection } from '../redis/index.js'
import { movableWhole } from '../threads/index.js'
import { announce, channels } from '../telemetry/channels.js'
import { Repeats } from './repeats.js'
import type { SinkRunner } from './sink-runner.js'
import { relayOutput } from './staged.js'
import type { Emitted, Sink, SinkBatch } from './topology.js'

const retryDelayMinMs = 50
const retryDelayMaxMs = 5_000
/** How often a sink's pace is told what a partition has emitted, and asked how long to wait, ms. */
const paceMs = 250
const entriesPerRead = 16

const fixBatch = loadScript('fix-batch')
const advanceSink = loadScript('advance-sink')

/** What a sink loop works with. */
export interface SinkLoopOptions {
  readonly sink: Sink
  readonly partition: number
  readonly lease: Ownership
  /** The generation in which the version was live last (live-version.ts). Absent: 0. */
  readonly generation?: number
  readonly keys: Keyspace
  readonly topology: string
  readonly redis: RedisConnection
  readonly clock: Clock
  readonly runner: SinkRunner
  /** Whether a replica may take the place of the partition's master. */
  readonly isReplicated?: boolean
  /** Values that the partition has emitted so far. */
  readonly emitted: () => number
}

interface Batch {
  readonly last: EntryId
  /** The blocks of its entries, one behind the other. */
  readonly packed: Uint8Array<ArrayBuffer>
  /** Values of all outputs in the batch's entries. */
  readonly values: number
  /** It is as large as allowed, so more may wait. */
  readonly isFull: boolean
}

/** One sink's loop over one partition. */
export class SinkLoop {
  readonly #options: SinkLoopOptions
  readonly #stopping = new AbortController()
  #position: EntryId = startOfLog
  #inserted = 0
  #failing: string | undefined
  #repeats: Repeats | undefined
  #loop: Promise<void> | undefined

  constructor(options: SinkLoopOptions) {
    this.#options = options
  }

  /** Values of the partition's outbox that this sink is done with. */
  get inserted(): number {
    return this.#inserted
  }

  get position(): EntryId {
    return this.#position
  }

  get name(): string {
    return this.#options.sink.name
  }

  /** Why the last insert failed, while it keeps failing. */
  get failing(): string | undefined {
    return this.#failing
  }

  /** Reads where the sink stands and starts. */
  async start(): Promise<void> {
    const { redis } = this.#options
    const [position, inserted] = await send(redis, 'HMGET', [this.#place.sink, 'position', 'inserted']) as
      (Buffer | null)[]
    this.#position = String(position ?? startOfLog)
    this.#inserted = Number(String(inserted ?? 0))
    this.#repeats = await Repeats.open(redis, this.#place)
    this.#loop = this.#run()
  }

  /** Ends after the insert that is running. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }

  get #place(): { checkpoint: string, outbox: string, sink: string } {
    const { keys, partition, topology, sink } = this.#options
    return {
      checkpoint: keys.checkpoint(partition, topology), outbox: keys.outbox(partition, topology),
      sink: keys.sink(partition, topology, sink.name),
    }
  }

  async #run(): Promise<void> {
    const { clock, sink, partition } = this.#options
    const signal = this.#stopping.signal
    let retryMs = 0
    while (!signal.aborted) {
      await (retryMs > 0 ? clock.wait(retryMs, signal) : this.#gather())
      if (signal.aborted) return
      try {
        while (!signal.aborted && this.#options.emitted() > this.#inserted) {
          const isFull = await this.#options.runner.turn(async () => !signal.aborted && this.#insertNext())
          if (isFull === 'fenced') return
          if (this.#failing) announce('info', `partition(${partition})`, `sink ${sink.name} works again`)
          this.#failing = undefined
          if (!isFull) break
        }
        retryMs = 0
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        if (!this.#failing) announce('warn', `partition(${partition})`, `sink ${sink.name} fails: ${reason}`)
        this.#failing = reason
        retryMs = Math.min(Math.max(retryMs, retryDelayMinMs) * 2, retryDelayMaxMs)
      }
    }
  }

  /** Waits as long as the sink wants values to wait, which may change meanwhile. */
  async #gather(): Promise<void> {
    const { clock, sink: { lingerMs: pace }, partition, emitted } = this.#options
    const signal = this.#stopping.signal
    for (let waitedMs = 0; !signal.aborted;) {
      const lingerMs = typeof pace === 'number' ? pace : pace.lingerMs
      if (waitedMs >= lingerMs) return
      const stepMs = Math.min(paceMs, lingerMs - waitedMs)
      await clock.wait(stepMs, signal)
      waitedMs += stepMs
      if (typeof pace === 'object') pace.see(partition, emitted())
    }
  }

  /** Fixes, inserts and passes one batch. True when more may wait. */
  async #insertNext(): Promise<boolean | 'fenced'> {
    const { redis, partition, topology, generation, sink, runner } = this.#options
    const lease = ownershipArgument(this.#options.lease)
    const { checkpoint, sink: sinkKey } = this.#place
    let batch = await this.#read(undefined)
    if (!batch) return false
    const fix = (): Promise<unknown> => runScript(redis, fixBatch, [checkpoint, sinkKey],
      [lease, this.#position, batch!.last])
    const fixed = this.#options.isReplicated ? await replicatedIfAny(redis, checkpoint, fix) : await fix()
    const [last, history] = (fixed as Buffer[]).map(String)
    if (last === '') return 'fenced'
    if (last !== batch.last) batch = (await this.#read(last))!
    const { packed, values, isFull } = batch
    const token = `${topology}:${sink.name}:${partition}:${history}:${this.#position}:${last}`
    await channels.insert.tracePromise(
      () => runner.insert(sink, { token, partition, generation, packed,
        isRepeated: this.#repeats !== undefined }),
      { sink: sink.name, partition, values })
    const moved = await runScript(redis, advanceSink, [checkpoint, sinkKey], [lease, last, values])
    if (moved !== 1) return 'fenced'
    this.#position = last
    this.#inserted += values
    if (await this.#repeats?.arePassed(last)) this.#repeats = undefined
    return isFull
  }

  /** The next batch: up to the sink's size, or exactly up to `until`. */
  async #read(until: EntryId | undefined): Promise<Batch | undefined> {
    const { redis, sink } = this.#options
    const { outbox } = this.#place
    const blocks: Buffer[] = []
    let [values, bytes] = [0, 0]
    const isFull = (): boolean => values >= sink.batchRecordsMax || bytes >= sinkBatchBytesMax
    let last: EntryId | undefined
    for (let isMore = true; isMore;) {
      const entries = await readOutbox(redis, outbox, `(${last ?? this.#position}`, until ?? '+',
        entriesPerRead)
      isMore = entries.length === entriesPerRead
      for (const entry of entries) {
        if (until === undefined && isFull()) {
          return { last: last!, packed: movableWhole(blocks), values, isFull: true }
        }
        last = entry.id
        blocks.push(entry.block)
        values += entry.values
        bytes += entry.block.length
      }
    }
    return last === undefined ? undefined : { last, packed: movableWhole(blocks), values, isFull: isFull() }
  }
}

/** The last outbox entry of a batch, which its token ends with: later batches have later ones. */
export function lastEntryOf(batch: SinkBatch): EntryId {
  return batch.token.slice(batch.token.lastIndexOf(':') + 1)
}

/** Whether a value is for apps and sinks, and not internal to the engine. */
export function isPublic(emitted: Emitted): boolean {
  return emitted.output !== relayOutput
}
