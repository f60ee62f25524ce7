/**
 * The sample of the tour, folded in memory by the real pipeline: what the questions' answers are checked
 * by.
 */
import {
  componentsChanged, deadLetters, recordsFolded, type ComponentChange,
} from '../../../actors/person/outputs.js'
import { run } from '../../../actors/person/enrich-stage.js'
import { person } from '../../../actors/person/person.js'
import { parseRecord, type FoldedRecord } from '../../../actors/record/index.js'
import { sampleRecords } from '../../../deploy/tour/sample.js'
import { testDriver, topic, type Topology } from '../../../engine/index.js'

/** The present of the sample. */
const present = Date.UTC(2026, 2, 11, 9, 30)

/** A revised record, so that FINAL and `records_current` have something to do. */
const revisedNote = 'I never want to see a connection pool again, I want to learn about rowing.'

const topology: Topology = {
  name: 'sample', version: 1, source: topic('records', { partitions: 1 }),
  stages: [{ name: 'enrich', batchMax: 64, run }], target: { actor: person, message: 'recorded' },
  actors: [person], sinks: [], views: [], deadLetters,
}

/** What the sample was folded into. */
export interface SampleLife {
  /** Every content, revised ones included, in the order of their fold. */
  readonly contents: readonly FoldedRecord[]
  /** The newest content of each record. */
  readonly records: readonly FoldedRecord[]
  readonly changes: readonly ComponentChange[]
}

/** Folds the sample: each record on the day on which it was made, and one record a second time. */
export async function liveSample(): Promise<SampleLife> {
  const entries = sampleRecords(7, present)
  const first = Date.parse(entries[0].record.timestamp)
  const driver = await testDriver(topology, { startMs: first })
  const [{ userId, record }] = entries
  for (const entry of [...entries, { userId, record: { ...record, note: revisedNote } }]) {
    const at = Date.parse(entry.record.timestamp)
    if (at > driver.now) await driver.advance(at - driver.now)
    const parsed = parseRecord(entry.record, driver.now)
    if (!('record' in parsed)) throw new Error('the sample has a record that is refused')
    await driver.push(entry.userId, { record: parsed.record, app: 'tour', receivedAt: driver.now }, at)
  }
  const contents = driver.emitted(recordsFolded)
  const newest = new Map(contents.map(one => [`${one.user_id}\n${one.record.id}`, one]))
  return { contents, records: [...newest.values()], changes: driver.emitted(componentsChanged) }
}
