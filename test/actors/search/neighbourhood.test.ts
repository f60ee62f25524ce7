/** Who stands beside whom, however the records came and went (B1–B3). */
import t from 'tap'
import fc from 'fast-check'
import { entryOf, type Entry } from '../../../actors/search/entry.js'
import { LINKS_MAX, Neighbourhood } from '../../../actors/search/neighbourhood.js'
import { folded, start } from './folded-records.js'

const minuteMs = 60_000

/** A record at a minute, at one of a few addresses. */
interface Placed {
  readonly minute: number
  readonly address: string
  readonly length: number
}

const placed = fc.record<Placed>({
  minute: fc.integer({ min: 0, max: 200 }),
  address: fc.constantFrom('', 'https://a.example/', 'https://b.example/'),
  length: fc.integer({ min: 1, max: 30 }),
})

function entryAt({ minute, address }: Placed, sequence: number): Entry {
  const at = { event_time: start + minute * minuteMs, address, note: 'x' }
  return entryOf(folded(sequence, { id: `r${sequence}`, ...at }))
}

/** Everything that can be read of the living slots. */
function readOf(near: Neighbourhood, slots: readonly number[]): unknown {
  return [near.meanLength, slots.map(slot =>
    [near.lengths[slot], Array.from(near.links.subarray(slot * LINKS_MAX, (slot + 1) * LINKS_MAX))])]
}

t.test('B1 B3 coming in any order, and after others have left, links are those of the records', async t => {
  const scene = fc.tuple(fc.array(placed, { maxLength: 40 }), fc.integer(), fc.array(fc.nat(39)))
  fc.assert(fc.property(scene, ([records, turn, leaving]) => {
    const gone = new Set(leaving.filter(slot => slot < records.length))
    const all = records.map((record, slot): Entry | undefined => entryAt(record, slot + 1))
    const living = all.map((_, slot) => slot).filter(slot => !gone.has(slot))
    const entries = [...all]
    const one = new Neighbourhood(entries)
    const order = all.map((_, slot) => slot).sort((a, b) => ((a * 31 + turn) % 17) - ((b * 31 + turn) % 17))
    for (const slot of order) one.add(slot, records[slot].length)
    for (const slot of gone) {
      one.remove(slot)
      entries[slot] = undefined
    }
    const other = new Neighbourhood(entries)
    for (const slot of living) other.add(slot, records[slot].length)
    t.strictSame(readOf(one, living), readOf(other, living))
    return true
  }), { seed: 3, numRuns: 200 })
})

t.test('a link has its opposite, and a session ends after half an hour', async t => {
  const records = [0, 10, 20, 60, 61].map(minute => ({ minute, address: '', length: 2 }))
  const entries = records.map((record, slot) => entryAt(record, slot + 1))
  const near = new Neighbourhood(entries)
  entries.forEach((_, slot) => near.add(slot, 2))
  const linksOf = (slot: number): number[] =>
    Array.from(near.links.subarray(slot * LINKS_MAX, slot * LINKS_MAX + 6))
  t.same(linksOf(0), [1, 2, -1, -1, -1, -1])
  t.same(linksOf(1), [2, -1, -1, 0, -1, -1])
  t.same(linksOf(3), [4, -1, -1, -1, -1, -1])
  t.equal(near.lengths[1], 2 * 10 + 2 * 4 + 2 * 5, 'its own words, those of the next and of the one before')
  t.equal(near.meanLength, Array.from(near.lengths.subarray(0, 5)).reduce((a, b) => a + b) / 5)
})

t.test('records at one address are linked across sessions, and only then', async t => {
  const address = 'https://a.example/'
  const entries = [0, 1, 500].map((minute, i) => entryAt({ minute, address, length: 1 }, i + 1))
  const near = new Neighbourhood(entries)
  entries.forEach((_, slot) => near.add(slot, 1))
  t.same(Array.from(near.links.subarray(6, 8)), [-1, -1], 'the first is linked with the second by session')
  t.same(Array.from(near.links.subarray(LINKS_MAX + 6, LINKS_MAX + 8)), [2, -1])
  t.same(Array.from(near.links.subarray(2 * LINKS_MAX + 6, 2 * LINKS_MAX + 8)), [-1, 1])
})
