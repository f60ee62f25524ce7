/**
 * Above `exactRecordsMax` records: the graph against comparing everything, with a fixed seed (N1, N2, N3,
 * A2).
 */
import t from 'tap'
import { staticHash } from '../../../actors/embedding/index.js'
import type { FoldedRecord } from '../../../actors/record/record.js'
import type { SearchAnswer } from '../../../actors/search/index.js'
import { apply, ask, folded, idsFor, seeded, searchFor, viewOf } from './folded-records.js'

const RECORDS = 1_500
const TOPICS = 40
const limits = { exactRecordsMax: 200, graphStepMax: 500 }
const random = seeded(7)

/** A vector near one of forty directions: texts are clustered as well. */
const centres = Array.from({ length: TOPICS }, () => direction())
const records = Array.from({ length: RECORDS }, (_, i): FoldedRecord => folded(i + 1, {
  id: `r${i}`,
  note: `w${i % 300}`,
  vector: new Uint8Array(nearTo(centres[i % TOPICS]).buffer),
  source: i % 3 === 0 ? 'third' : 'other',
}))
const questions = Array.from({ length: 40 }, (_, i) => Array.from(nearTo(centres[i % TOPICS])))

function direction(): Float32Array {
  return Float32Array.from({ length: staticHash.dim }, () => random() - 0.5)
}

function nearTo(centre: Float32Array): Int8Array {
  const noise = direction()
  return Int8Array.from(centre, (x, i) => Math.round((x + 0.9 * noise[i]) * 60))
}

function recall(found: readonly string[][], expected: readonly string[][]): number {
  const hits = expected.map((ids, i) => ids.filter(id => found[i].includes(id)).length)
  return hits.reduce((a, b) => a + b, 0) / expected.reduce((sum, ids) => sum + ids.length, 0)
}

const exact = viewOf(records)
const graph = viewOf(records, limits)
const expected = questions.map(vector => idsFor(exact, { vector, limit: 20 }))

t.test('N2 while the graph grows, nothing is missed that comparing finds', async t => {
  const young = viewOf(records, { ...limits, graphStepMax: 1 })
  t.same(questions.slice(0, 3).map(vector => idsFor(young, { vector, limit: 20 })), expected.slice(0, 3))
})

t.test('recall@20 of the grown graph is at least .97', async t => {
  for (let i = 0; i < 4; i += 1) searchFor(graph, { vector: questions[0] })
  const reached = recall(questions.map(vector => idsFor(graph, { vector, limit: 20 })), expected)
  t.ok(reached >= 0.97, `recall ${reached}`)
})

t.test('N1 the same calls give the same graph', async t => {
  const again = viewOf(records, limits)
  for (let i = 0; i < 4; i += 1) searchFor(again, { vector: questions[0] })
  for (const vector of questions) t.same(searchFor(again, { vector }), searchFor(graph, { vector }))
})

t.test('filters hold inside the graph', async t => {
  const filters = { source: ['third'] }
  const wanted = questions.map(vector => idsFor(exact, { vector, filters, limit: 10 }))
  const found = questions.map(vector => searchFor(graph, { vector, filters, limit: 10 }))
  t.ok(found.every(({ results }) => results.every(({ source }) => source === 'third')))
  t.ok(recall(found.map(({ results }) => results.map(({ id }) => id)), wanted) >= 0.97)
})

t.test('A2 words find their records whatever the graph says', async t => {
  t.same(idsFor(graph, { query: 'w17' }).slice(0, 5).sort(), ['r1217', 'r17', 'r317', 'r617', 'r917'])
})

t.test('neighbours come from the graph too', async t => {
  const ids = (view: typeof graph, id: string): string[] =>
    (ask(view, 'neighbours', { id, limit: 20 }) as SearchAnswer).results.map(result => result.id)
  const some = ['r0', 'r5', 'r77', 'r1200']
  t.ok(recall(some.map(id => ids(graph, id)), some.map(id => ids(exact, id))) >= 0.97)
})

t.test('N3 a revised record is found at its new place only; a late one is found at once', async t => {
  const far = folded(RECORDS + 1, { id: 'r0', vector: new Uint8Array(nearTo(centres[1]).buffer) })
  const view = viewOf(records, limits)
  for (let i = 0; i < 4; i += 1) searchFor(view, { vector: questions[0] })
  const own = Array.from(new Int8Array(records[0].vector.buffer))
  t.equal(idsFor(view, { vector: own })[0], 'r0')
  apply(view, [far])
  t.notOk(idsFor(view, { vector: own, limit: 50 }).includes('r0'))
  const moved = Array.from(new Int8Array(far.vector.buffer))
  t.equal(idsFor(view, { vector: moved })[0], 'r0')
})
