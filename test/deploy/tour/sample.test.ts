/** The sample: what every one of its records must be, whatever the seed. */
import fc from 'fast-check'
import t from 'tap'
import { parseRecord } from '../../../actors/record/index.js'
import { lives, sampleRecords } from '../../../deploy/tour/sample.js'

const now = Date.UTC(2026, 2, 11, 9, 30)
const dayMs = 86_400_000

t.test('M1 the same seed gives the same records, another seed others', async t => {
  const written = (seed: number): string => JSON.stringify(sampleRecords(seed, now))
  t.equal(written(3), written(3))
  t.not(written(3), written(4))
})

t.test('M2 M3 M4 ids and texts are unique, nothing lies ahead, the engine takes every record', async t => {
  const seeds = fc.integer({ min: 0, max: 9_999 })
  const delays = fc.integer({ min: 0, max: 400 * dayMs })
  fc.assert(fc.property(seeds, delays, (seed, later) => {
    const present = now + later
    const entries = sampleRecords(seed, present)
    const unique = (text: (entry: typeof entries[number]) => string): number =>
      new Set(entries.map(entry => `${entry.userId}\n${text(entry)}`)).size
    return unique(({ record }) => record.id) === entries.length
      && unique(({ record }) => `${record.highlight}\n${record.note}`) === entries.length
      && entries.every(({ record }) => 'record' in parseRecord(record, present)
        && Date.parse(record.timestamp) <= present)
  }), { numRuns: 30, seed: 11 })
  t.pass('for thirty seeds and instants')
})

t.test('M4 every person has written in the last ten minutes, and for eight weeks', async t => {
  const entries = sampleRecords(7, now)
  t.ok(entries.length >= 600, `${entries.length} records`)
  for (const { userId } of lives) {
    const own = entries.filter(entry => entry.userId === userId)
    const times = own.map(({ record }) => Date.parse(record.timestamp))
    t.ok(now - Math.max(...times) < 600_000, `${userId} wrote just now`)
    t.ok(now - Math.min(...times) > 54 * dayMs, `${userId} began eight weeks ago`)
  }
})

t.test('M2 whoever sends the sample again sends no new ids', async t => {
  const names = (seed: number, at: number): string[] =>
    sampleRecords(seed, at).map(({ userId, record }) => `${userId}/${record.id}`).sort()
  t.strictSame(names(7, now), names(8, now + 30 * dayMs))
})
