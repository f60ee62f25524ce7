/** Who is loaded, who leaves, what is bounded (S1, S3, S4, I2). */
import t from 'tap'
import { searchLimits } from '../../../actors/search/limits.js'
import type { SizeAnswer } from '../../../actors/search/index.js'
import * as shard from '../../../actors/search/shard.js'
import { openSearchView } from '../../../actors/search/view.js'
import { HinataError, encodeValue } from '../../../engine/index.js'
import { apply, ask, folded, idsFor, load, person, searchFor, viewOf } from './folded-records.js'

const size = { name: 'size', args: {} }
const missing = { isMissing: true }

t.test('S1 a key nobody asked for is passed over, and a restore nobody waits for is ignored', async t => {
  const view = openSearchView(searchLimits)
  apply(view, [folded(1, { id: 'a', note: 'apple' })])
  view.restore(person, [encodeValue(folded(1, { id: 'a', note: 'apple' }))])
  t.same(view.query({ ...size, key: person }), missing)
  view.restore(person, [])
  t.equal((ask(view, 'size', {}) as SizeAnswer).records, 0)
})

t.test('other outputs and other persons are left alone', async t => {
  const view = viewOf([])
  view.apply([{ output: 'psp', key: person, value: { anything: true } }])
  apply(view, [folded(1, { id: 'a', note: 'apple' })], 'bob')
  t.equal((ask(view, 'size', {}) as SizeAnswer).records, 0)
})

t.test('beyond bytesMax the person asked least recently leaves and can be restored', async t => {
  const records = Array.from({ length: 20 }, (_, i) => folded(i + 1, { id: `r${i}`, note: `apple ${i}` }))
  const one = (ask(viewOf(records), 'size', {}) as SizeAnswer).bytes
  const view = openSearchView({ ...searchLimits, bytesMax: one * 2.5 })
  load(view, 'ada', records)
  load(view, 'bob', records)
  t.ok(ask(view, 'size', {}, 'ada'), 'ada was asked after bob')
  load(view, 'cleo', records)
  t.same(view.query({ ...size, key: 'bob' }), missing)
  t.equal((ask(view, 'size', {}, 'ada') as SizeAnswer).records, 20)
  t.equal((ask(view, 'size', {}, 'cleo') as SizeAnswer).records, 20)
  load(view, 'bob', records)
  t.same(view.query({ ...size, key: 'ada' }), missing, 'now ada was asked the longest ago')
})

t.test('growth by live records counts too; S4 the last one stays, however large', async t => {
  const view = openSearchView({ ...searchLimits, bytesMax: 60_000 })
  load(view, 'ada', [folded(1, { id: 'a', note: 'apple' })])
  load(view, 'bob', [folded(1, { id: 'a', note: 'apple' })])
  for (let i = 2; i < 60; i += 1) apply(view, [folded(i, { id: `r${i}`, note: `pear ${i}` })], 'bob')
  t.same(view.query({ ...size, key: 'ada' }), missing)
  const { records, bytes } = ask(view, 'size', {}, 'bob') as SizeAnswer
  t.equal(records, 59)
  t.ok(bytes > 60_000)
})

t.test('S3 a wait that grew too large is given up; the next question starts anew', async t => {
  const view = openSearchView({ ...searchLimits, awaitedRecordsMax: 5 })
  view.query({ ...size, key: 'ada' })
  for (let i = 1; i <= 5; i += 1) apply(view, [folded(i, { id: `r${i}`, note: 'apple' })], 'ada')
  view.restore('ada', [])
  t.same(view.query({ ...size, key: 'ada' }), missing, 'the index would lack five records')
  view.restore('ada', [1, 2, 3, 4, 5].map(i => encodeValue(folded(i, { id: `r${i}`, note: 'apple' }))))
  t.equal((ask(view, 'size', {}, 'ada') as SizeAnswer).records, 5)
  for (let i = 0; i < 20; i += 1) view.query({ ...size, key: `nobody ${i}` })
  view.restore('nobody 0', [])
  t.same(view.query({ ...size, key: 'nobody 0' }), missing, 'waits are bounded in number')
})

t.test('I2 of a huge person the newest stay, and size says so', async t => {
  const records = Array.from({ length: 12 }, (_, i) => folded(i + 1, { id: `r${i}`, note: 'apple' }))
  const view = viewOf(records.slice(0, 10), { recordsPerPersonMax: 8 })
  t.match(ask(view, 'size', {}), { records: 8, is_partial: true })
  apply(view, records.slice(10))
  t.match(ask(view, 'size', {}), { records: 8, is_partial: true })
  const kept = ['r10', 'r11', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9']
  t.same(idsFor(view, { query: 'apple', limit: 50 }).sort(), kept)
  t.match(ask(viewOf(records), 'size', {}), { records: 12, is_partial: false })
})

t.test('an unknown query is refused', async t => {
  t.throws(() => ask(viewOf([]), 'forget', {}), new HinataError('QUERY_UNKNOWN', { query: 'forget' }))
})

t.test('the module of the shard answers like any view', async t => {
  t.same(shard.query({ ...size, key: person }), missing)
  shard.restore(person, [encodeValue(folded(1, { id: 'a', note: 'apple' }))])
  shard.apply([])
  t.match(shard.query({ ...size, key: person }), { result: { records: 1 } })
})

t.test('the same calls give the same bytes', async t => {
  const answers = (): Buffer => {
    const notes = Array.from({ length: 50 }, (_, i) => `apple ${i % 9}`)
    const view = viewOf(notes.map((note, i) => folded(i + 1, { id: `r${i}`, note })))
    const near = ask(view, 'neighbours', { id: 'r3', limit: 9 })
    return encodeValue([ask(view, 'size', {}), searchFor(view, { query: 'apple 3' }), near])
  }
  t.same(answers(), answers())
})
