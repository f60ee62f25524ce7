/**
 * Rows and live values meet in any order: the same index as if the values had come one after another (I1,
 * I2, I3, S2).
 */
import fc from 'fast-check'
import t from 'tap'
import { searchLimits } from '../../../actors/search/limits.js'
import { openSearchView } from '../../../actors/search/view.js'
import type { FoldedRecord } from '../../../actors/record/record.js'
import { encodeValue, type ShardModule } from '../../../engine/index.js'
import { apply, ask, folded, person, searchFor, start, viewOf } from './folded-records.js'

const words = ['apple', 'pear', 'plum', 'cherry', 'quince', 'grape']
const minute = 60_000

/** History of a person: sequence i + 1 has one of six ids, so that revisions are common. */
const history = fc.array(fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  said: fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 4 }),
  at: fc.constantFrom(0, 0, 10, 25, 50, 90),
  place: fc.constantFrom('', 'https://x.example/1', 'https://x.example/2'),
}), { minLength: 1, maxLength: 14 }).map(steps => steps.map(({ id, said, at, place }, i) =>
  folded(i + 1, { id, note: said.join(' '), address: place, event_time: start + at * minute })))

/** Everything that can be seen of an index. */
function seenOf(view: ShardModule): unknown {
  return {
    all: searchFor(view, { limit: 50 }),
    found: words.map(query => searchFor(view, { query, limit: 50 })),
    both: searchFor(view, { query: 'apple plum', filters: { from: start + 20 * minute }, limit: 50 }),
    near: ['a', 'b', 'c'].map(id => ask(view, 'neighbours', { id, limit: 50 })),
  }
}

function sequential(records: readonly FoldedRecord[], recordsPerPersonMax: number): ShardModule {
  const view = viewOf([], { recordsPerPersonMax })
  for (const record of records) apply(view, [record])
  return view
}

/** The rows of the table after the first `count` records: the newest of each id. */
function rowsAfter(records: readonly FoldedRecord[], count: number): FoldedRecord[] {
  return [...new Map(records.slice(0, count).map(record => [record.record.id, record])).values()]
}

t.test('S2 rows of one moment, values of any moment before and after, in any order', async t => {
  const scenario = history.chain(records => fc.record({
    records: fc.constant(records),
    /** The question comes before this record is applied, the rows are read later, the restore later still. */
    asked: fc.nat(records.length),
    order: fc.shuffledSubarray(records.map((_, i) => i), { minLength: records.length }),
    recordsPerPersonMax: fc.constantFrom(2, 3, 100),
  }).chain(given => fc.record({
    given: fc.constant(given),
    read: fc.integer({ min: given.asked, max: records.length }),
    restored: fc.integer({ min: given.asked, max: records.length }),
  })))
  fc.assert(fc.property(scenario, ({ given, read, restored }) => {
    const { records, asked, order, recordsPerPersonMax } = given
    const limits = { ...searchLimits, recordsPerPersonMax }
    const view = openSearchView(limits)
    apply(view, records.slice(0, asked))
    view.query({ name: 'size', key: person, args: {} })
    const rows = rowsAfter(records, Math.max(read, asked)).map(encodeValue)
    const late = order.filter(i => i >= asked)
    apply(view, late.slice(0, restored - asked).map(i => records[i]))
    view.restore(person, rows.reverse())
    apply(view, late.slice(restored - asked).map(i => records[i]))
    t.same(seenOf(view), seenOf(sequential(records, recordsPerPersonMax)))
  }), { seed: 11, numRuns: 300 })
})

t.test('two questions, two restores: the second changes nothing', async t => {
  const records = [folded(1, { id: 'a', note: 'apple' }), folded(2, { id: 'b', note: 'pear' })]
  const view = openSearchView(searchLimits)
  view.query({ name: 'size', key: person, args: {} })
  view.query({ name: 'size', key: person, args: {} })
  view.restore(person, records.map(encodeValue))
  const before = seenOf(view)
  apply(view, [folded(3, { id: 'a', note: 'plum' })])
  view.restore(person, records.map(encodeValue))
  t.notSame(seenOf(view), before)
  t.same(seenOf(view), seenOf(sequential([...records, folded(3, { id: 'a', note: 'plum' })], 100)))
})

t.test('I1 a revision replaces everything; an older one that comes late does not', async t => {
  const first = folded(1, { id: 'a', note: 'apple', tag: ['old'] })
  const other = folded(2, { id: 'b', note: 'pear' })
  const revised = folded(3, { id: 'a', note: 'plum', tag: ['new'] })
  const view = viewOf([first, other])
  apply(view, [revised])
  apply(view, [first])
  t.same(ask(view, 'size', {}), { ...ask(view, 'size', {}) as object, records: 2 })
  t.same(searchFor(view, { query: 'apple', minRelevance: 0.5 }).results, [])
  t.equal(searchFor(view, { query: 'plum' }).results[0].id, 'a')
  t.equal(searchFor(view, { filters: { tags: ['old'] } }).total, 0)
  t.equal(searchFor(view, { filters: { tags: ['new'] } }).total, 1)
})

t.test('I3 many revisions are compacted away and leave the same index', async t => {
  const view = viewOf([])
  const revision = (i: number): FoldedRecord =>
    folded(i, { id: 'abcdefg'[i % 7], note: `${words[i % 6]} ${i}`, event_time: start + (i % 90) * minute })
  const last = (i: number): FoldedRecord[] => Array.from({ length: 7 }, (_, k) => revision(i - 6 + k))
  for (let i = 1; i <= 500; i += 1) {
    apply(view, [revision(i)])
    if (i < 60 || i > 150) continue
    apply(view, [revision(i - 7 - i % 7)])
    t.same(seenOf(view), seenOf(viewOf(last(i))), `after ${i}`)
  }
  const size = ask(view, 'size', {}) as { bytes: number, records: number }
  const fresh = ask(viewOf(last(500)), 'size', {}) as { bytes: number }
  t.equal(size.records, 7)
  t.ok(size.bytes < fresh.bytes + 80_000, `bounded: ${size.bytes - fresh.bytes}`)
})
