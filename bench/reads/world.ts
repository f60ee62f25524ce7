/**
 * A whole system (`hinata up`) in which one person has many records, and others write at half of what the
 * system folds.
 */
import { batchesOfSample, renamed, type Batch } from '../main-job/batches.js'
import { sendAll } from '../main-job/load.js'
import { MeasuredSystem } from '../main-job/measured-system.js'
import { noteOf } from './notes.js'

/** Whose records are read. */
export const reader = 'reader'

const warmUpRecords = 4_000
const rateRecords = 8_000
const batchRecords = 100

/** See the top of the file. Pair `open` with `close`. */
export class ReadWorld {
  readonly system: MeasuredSystem
  /** Records a second that are written meanwhile. */
  readonly writeRate: number
  #phase = 0

  constructor(system: MeasuredSystem, writeRate: number) {
    this.system = system
    this.writeRate = writeRate
  }

  static async open(records: number): Promise<ReadWorld> {
    const system = await MeasuredSystem.start()
    await sendAll(system, batchesOfSample(warmUpRecords))
    await system.settled()
    const { accepted, startedAt } = await sendAll(system, renamed(batchesOfSample(rateRecords), '-rate'))
    const { foldedAt } = await system.settled()
    await sendAll(system, notesInBatches(records))
    await system.settled()
    return new ReadWorld(system, Math.round(accepted / (foldedAt - startedAt) * 1_000 / 2))
  }

  /** Does the work, which takes so long, while others write. */
  async whileWriting(seconds: number, work: () => Promise<void>): Promise<void> {
    const records = Math.ceil(this.writeRate * (seconds + 1))
    const batches = renamed(batchesOfSample(records), `-${++this.#phase}`)
    const writing = sendAll(this.system, firstRecords(batches, records), this.writeRate)
    await work()
    await writing
    await this.system.settled()
  }

  close(): Promise<void> {
    return this.system.stop()
  }
}

function notesInBatches(records: number): Batch[] {
  return Array.from({ length: Math.ceil(records / batchRecords) }, (_, batch) => ({ userId: reader,
    records: Array.from({ length: batchRecords }, (_, i) => noteOf(batch * batchRecords + i)) }))
}

function firstRecords(all: readonly Batch[], records: number): Batch[] {
  let count = 0
  return all.filter(batch => (count += batch.records.length) <= records)
}
