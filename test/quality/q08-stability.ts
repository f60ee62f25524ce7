/**
 * Q8: does the memory depend on what was kept, and on little else? Rebuilt from the log it is the same, byte
 * for byte; the order within an hour, restatements, and a few foreign records change it little.
 */
import { person as personActor } from '../../actors/person/person.js'
import { readPsp } from '../../actors/psp/index.js'
import { parseRecord } from '../../actors/record/index.js'
import { testDriver, type TestDriver } from '../../engine/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { seededRandom } from '../support/random.js'
import { lineOf } from './line.js'
import type { Context, Line, Metric, Split } from './metric.js'
import { notesOf, personsOf } from './note-stream.js'
import type { RecordInput } from './pipeline.js'
import { splitsOf } from './splits.js'

const START = Date.UTC(2027, 0, 1)
const ENTRIES_MIN = 150
const ENTRIES_MAX = 300
const PERSONS_MAX = 20
const hourMs = 3_600_000
const BLOCK = 10
const TOP = 20
const CORE = 5
const FOREIGN_SHARE = 0.1
const RESTATEMENTS = 100
const KEY = 'the person'

interface Stable {
  readonly split: Split
  readonly rebuilt: number
  readonly shuffled: number
  readonly foreign: number
}

/** Stability. */
export const q08: Metric = {
  id: 'Q8',
  title: 'Stability',
  definition: 'One person with notes and 20 with list entries. Rebuilt: the log folded straight on, against '
    + 'the log folded with a crash after every block, so that all is read back; 1 when all stored bytes are '
    + 'equal. Shuffle: the order within each hour is drawn; share of the top 20 components '
    + 'that stays. Foreign: a tenth more records come from another person; share of the top 5 interests '
    + 'that stays. Restatements: components that one statement adds when it is said 100 times more. Split '
    + 'by person.',
  run: measure,
}

async function measure({ data, seed, log }: Context): Promise<Line[]> {
  const entries = [...personsOf(data, ENTRIES_MIN, ENTRIES_MAX)].slice(0, PERSONS_MAX + 1)
  const persons = [['notes', notesOf(data).slice(0, ENTRIES_MAX)] as const, ...entries.slice(1)]
  const foreign = entries[0]?.[1] ?? []
  const splits = splitsOf(persons.map(([name]) => name), seed)
  const all: Stable[] = []
  for (const [name, records] of persons) {
    all.push({ split: splits.get(name) ?? 'test', ...await stabilityOf(records, foreign, seed) })
  }
  log(`${persons.length} persons`)
  const added = await addedByRestating()
  return [...(['dev', 'test'] as const).flatMap(split => {
    const of = all.filter(one => one.split === split)
    const line = (measure: string, key: Exclude<keyof Stable, 'split'>, atLeast?: number): Line =>
      lineOf({ measure, split, seed, ours: of.map(one => one[key]),
        target: atLeast === undefined ? undefined : { atLeast } })
    return [line('rebuilt from the log, byte for byte', 'rebuilt', 1),
      line('top 20 that stays when an hour is shuffled', 'shuffled'),
      line('top 5 that stays among 10 % foreign records', 'foreign')]
  }), lineOf({ measure: 'components added by 100 restatements', split: 'test', seed, ours: [added],
    unit: 'count',
    target: { atMost: 0 } })]
}

async function stabilityOf(
  records: readonly RecordInput[], foreign: readonly RecordInput[], seed: number,
): Promise<Omit<Stable, 'split'>> {
  const random = seededRandom(seed)
  const kept = await driverOf(records)
  const again = await driverOf(records, 'with crashes')
  const shuffled = await driverOf(shuffledByHour(records, random))
  const mixed = await driverOf(mixedWith(records, foreign, random))
  const top = topOf(kept)
  return {
    rebuilt: Number(isEqual(kept.dump(), again.dump())),
    shuffled: shareOf(top.slice(0, TOP), topOf(shuffled).slice(0, TOP)),
    foreign: shareOf(top.slice(0, CORE), topOf(mixed).slice(0, CORE)),
  }
}

async function driverOf(
  records: readonly RecordInput[], how: 'straight on' | 'with crashes' = 'straight on',
): Promise<TestDriver> {
  const topology = { ...hinataTopology({ partitions: 1, sinks: [] }), views: [] }
  const driver = await testDriver(topology, { startMs: START })
  for (let at = 0; at < records.length; at += BLOCK) {
    await driver.pushBlock(records.slice(at, at + BLOCK).map(input => {
      const parsed = parseRecord(input, Number.MAX_SAFE_INTEGER)
      if (parsed.refusal !== undefined) throw new Error(`${input.id}: ${parsed.refusal.message}`)
      const { record, eventTime } = parsed
      return { key: KEY, value: { record, app: 'quality', receivedAt: eventTime }, eventTime }
    }))
    if (how === 'with crashes') await driver.crash()
  }
  return driver
}

/** What the components say, the weightiest first. */
function topOf(driver: TestDriver): string[] {
  const cells = driver.state(personActor, KEY)
  return readPsp(cells, { now: cells.profile.get().lastAt, scope: { scope: 'account' } }).components
    .map(({ claim, description }) => claim.slot.startsWith('topic:') ? claim.slot : description)
}

function shuffledByHour(records: readonly RecordInput[], random: () => number): RecordInput[] {
  return records
    .map(record => ({ record, hour: Math.floor(Date.parse(record.timestamp) / hourMs), order: random() }))
    .sort((a, b) => a.hour - b.hour || a.order - b.order)
    .map(({ record }) => record)
}

function mixedWith(
  records: readonly RecordInput[], foreign: readonly RecordInput[], random: () => number,
): RecordInput[] {
  const each = Math.max(1, Math.round(1 / FOREIGN_SHARE))
  return records.flatMap((record, i) => {
    if (i % each !== 0 || foreign.length === 0) return [record]
    const other = foreign[Math.floor(random() * foreign.length)]
    return [record, { ...other, id: `foreign-${i}`, timestamp: record.timestamp }]
  })
}

async function addedByRestating(): Promise<number> {
  const said = (i: number): RecordInput => ({ id: `r${i}`, source: 'notes_app',
    note: 'I prefer tea over coffee.',
    timestamp: new Date(START - (RESTATEMENTS - i) * hourMs).toISOString() })
  const once = await driverOf([said(0)])
  const often = await driverOf(Array.from({ length: RESTATEMENTS + 1 }, (_, i) => said(i)))
  return topOf(often).length - topOf(once).length
}

function shareOf(before: readonly string[], after: readonly string[]): number {
  return before.length === 0 ? 1 : before.filter(one => after.includes(one)).length / before.length
}

function isEqual(a: ReadonlyMap<string, Buffer>, b: ReadonlyMap<string, Buffer>): boolean {
  return a.size === b.size && [...a].every(([name, bytes]) => b.get(name)?.equals(bytes) === true)
}
