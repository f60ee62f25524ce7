/**
 * The load: batches through the published client, as fast as credit allows or at a rate of intended times
 * (open loop: a late answer delays no other batch's clock, so that waiting is not left out of the figures).
 */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { recordsFolded } from '../../actors/person/outputs.js'
import type { FoldedRecord } from '../../actors/record/index.js'
import { connect, type HinataClient } from '../../gateway/index.js'
import type { Batch } from './batches.js'
import type { MeasuredSystem } from './measured-system.js'

const microsecondsPerMs = 1_000

/** Latencies in µs, from the intended time of sending. */
interface Latencies {
  /** To the acknowledgement of the batch. */
  readonly ack: RecordableHistogram
  /** To the commit of a record, for one partition of all. */
  readonly fold: RecordableHistogram
}

/** What one load came to. */
export interface LoadResult extends Latencies {
  readonly accepted: number
  readonly startedAt: number
  /** When the last batch was acknowledged. */
  readonly acknowledgedAt: number
}

/** Sends all batches; with `recordsPerSecond` each at its time. */
export async function sendAll(
  system: MeasuredSystem, batches: readonly Batch[], recordsPerSecond?: number,
): Promise<LoadResult> {
  const { gateway: url, adminKey: token } = system.running
  const client = await connect({ url, token })
  const latencies = { ack: createHistogram(), fold: createHistogram() }
  const watch = new CommitWatch(system, batches[0].userId, latencies.fold)
  await watch.begun()
  const startedAt = performance.now()
  let [accepted, due] = [0, startedAt]
  const answers: Promise<void>[] = []
  for (const { userId, records } of batches) {
    if (recordsPerSecond === undefined) due = performance.now()
    else {
      due += records.length / recordsPerSecond * 1_000
      if (due > performance.now()) await setTimeout(due - performance.now())
    }
    await client.ready()
    watch.expect(userId, records, due)
    answers.push(submit(client, userId, records, due, latencies.ack).then(count => { accepted += count }))
  }
  await Promise.all(answers)
  const acknowledgedAt = performance.now()
  await watch.done()
  await client.close()
  return { ...latencies, accepted, startedAt, acknowledgedAt }
}

async function submit(
  client: HinataClient, userId: string, records: Batch['records'], due: number, ack: RecordableHistogram,
): Promise<number> {
  const { accepted } = await client.submit(userId, records)
  note(ack, due)
  return accepted
}

/**
 * Sees the commits of one person's partition: to follow all would take the processor from the engine.
 */
class CommitWatch {
  readonly #system: MeasuredSystem
  readonly #partition: number
  readonly #due = new Map<string, number>()
  readonly #stopping = new AbortController()
  readonly #watching: Promise<void>
  #waiting: () => void = () => undefined

  constructor(system: MeasuredSystem, userId: string, fold: RecordableHistogram) {
    this.#system = system
    this.#partition = system.engine.partitionOf(userId)
    this.#watching = this.#watch(fold)
  }

  /** Resolves when Redis was asked what comes: it answers one connection in the order of its questions. */
  async begun(): Promise<void> {
    await this.#system.engine.lag()
  }

  expect(userId: string, records: Batch['records'], due: number): void {
    if (this.#system.engine.partitionOf(userId) !== this.#partition) return
    for (const { id } of records) this.#due.set(nameOf(userId, id), due)
  }

  /** Resolves when every expected record was seen. */
  async done(): Promise<void> {
    if (this.#due.size > 0) await new Promise<void>(resolve => { this.#waiting = resolve })
    this.#stopping.abort()
    await this.#watching
  }

  async #watch(fold: RecordableHistogram): Promise<void> {
    const { signal } = this.#stopping
    for await (const seen of this.#system.engine.follow(this.#partition, undefined, signal)) {
      if (!('emitted' in seen)) throw new Error('what was committed was trimmed before it was seen')
      for (const { output, key, value } of seen.emitted) {
        if (output !== recordsFolded.output) continue
        const name = nameOf(key, (value as FoldedRecord).record.id)
        const due = this.#due.get(name)
        if (due === undefined) continue
        note(fold, due)
        this.#due.delete(name)
      }
      if (this.#due.size === 0) this.#waiting()
    }
  }
}

function note(histogram: RecordableHistogram, due: number): void {
  histogram.record(Math.max(1, Math.round((performance.now() - due) * microsecondsPerMs)))
}

function nameOf(userId: string, id: string): string {
  return JSON.stringify([userId, id])
}
