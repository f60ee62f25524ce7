// Content leaves a person's state and comes back (actors/person/tiering.ts): what is known, what a search
// finds and every byte but the content stay as they were.
import fc from 'fast-check'
import t from 'tap'
import type { TierCommand } from '../../../actors/person/commands.js'
import { contentOf, isCooled, recalled, type FoldedRecord, type StoredRecord } from
  '../../../actors/record/index.js'
import { openSearchView } from '../../../actors/search/view.js'
import { searchLimits } from '../../../actors/search/limits.js'
import { decodeValue } from '../../../engine/record/pack.js'
import { dayMs, Keeper, start, type Kept } from './keeping.js'

const words = ['sourdough', 'rebase', 'kafka', 'Anna: no.', 'why does it fail?', 'https', 'x'.repeat(600),
  '多']
const kept: fc.Arbitrary<Kept> = fc.record({
  note: fc.array(fc.constantFrom(...words), { maxLength: 4 }).map(said => said.join(' ')),
  highlight: fc.constantFrom('', 'Git rebase moves commits', 'Sourdough wants time.'),
  address: fc.constantFrom('', 'https://x.example/a', 'https://x.example/b'),
  tag: fc.constantFrom([], ['git'], ['bread', 'git']),
  at: fc.constantFrom(start, start - dayMs, start - 400 * dayMs),
}).map(one => ({ ...one, highlight: one.note === '' && one.highlight === '' ? 'nothing' : one.highlight }))

const cool = (records: readonly FoldedRecord[]): TierCommand =>
  ({ kind: 'cool', records: records.map(({ record, position }) => [record.id, position]) })
const heat = (records: readonly FoldedRecord[]): TierCommand =>
  ({ kind: 'heat', records: records.map(one => [one.record.id, one.position, contentOf(one)]) })

function rowOf(ana: Keeper, id: string): StoredRecord {
  return decodeValue(ana.packed(id)) as StoredRecord
}

/** What a view says that was restored from the rows. */
function found(ana: Keeper, ids: readonly string[]): unknown {
  const view = openSearchView(searchLimits)
  view.query({ name: 'size', key: 'ana', args: {} })
  view.restore('ana', ids.map(id => ana.packed(id)))
  return ['rebase commits', 'sourdough time', 'anna', 'why fail', 'git'].map(query => {
    const args = { query, limit: 50, minRelevance: 0, now: start + dayMs }
    const { result } = view.query({ name: 'search', key: 'ana', args }) as
      { result: { total: number, results: Record<string, unknown>[] } }
    return { total: result.total, results: result.results.map(({ highlight: _h, note: _n, cooled: _c,
      ...rest }) => rest) }
  })
}

t.test('cooled and heated again, it is the same bytes; a search ranks as before meanwhile', async t => {
  await fc.assert(fc.asyncProperty(fc.array(kept, { minLength: 1, maxLength: 12 }), async records => {
    const ana = await Keeper.begin()
    const all = await ana.keep(...records)
    const ids = all.map(({ record }) => record.id)
    const [before, ranked] = [ana.stored(), found(ana, ids)]
    await ana.live(cool(all))
    for (const one of all) {
      const row = rowOf(ana, one.record.id)
      t.equal(isCooled(row), one.masked === undefined)
      const { cooled: _words, ...back } = recalled('ana', row)
      if (isCooled(row)) t.same(back, { ...one, record: { ...one.record, highlight: '', note: '' },
        recommended_highlights: [],
        semantic_analysis: { ...one.semantic_analysis, main_topics: [], key_concepts: [] } })
    }
    t.same(found(ana, ids), ranked, 'ranked as before')
    await ana.live(cool(all))
    await ana.live(heat(all))
    t.strictSame(ana.stored(), before)
    t.equal(ana.dead().length, 0)
  }), { seed: 6, numRuns: 20 })
})

t.test('a record that was revised since stays hot (Q1), and a cooled one can be revised', async t => {
  const ana = await Keeper.begin()
  const [first] = await ana.keep({ id: 'a', note: 'I like green tea.', tag: ['tea'] })
  const [second] = await ana.keep({ id: 'a', note: 'I like black tea.', tag: ['tea'] })
  const before = ana.stored()
  await ana.live(cool([first]))
  t.strictSame(ana.stored(), before)
  await ana.live(cool([second]), heat([first]))
  t.ok(isCooled(rowOf(ana, 'a')), 'content of an earlier revision does not come back')
  const [third] = await ana.keep({ id: 'a', note: 'I like white tea.', tag: ['tea'] })
  t.match(third, { revision: 3, sequence: 3, record: { note: 'I like white tea.' } })
  t.same(rowOf(ana, 'a'), { ...third, vector: third.vector })
})

t.test('content that only a masked row has stays (Q3)', async t => {
  const ana = await Keeper.begin()
  const [secret] = await ana.keep({ id: 's', note: 'My password is hunter2, card 4111 1111 1111 1111.' })
  t.ok(secret.masked, 'a row would be masked')
  const before = ana.stored()
  await ana.live(cool([secret]))
  t.strictSame(ana.stored(), before)
})

t.test('what is known does not depend on where content is, nor does what comes next', async t => {
  const lives = [await Keeper.begin(), await Keeper.begin()]
  for (const [i, ana] of lives.entries()) {
    const all = await ana.keep({ note: 'I want to learn Rust.' }, { note: 'I prefer tea over coffee.' })
    if (i === 1) await ana.live(cool(all))
    else await ana.live(cool([]))
    ana.forget()
    await ana.keep({ note: 'I want to learn Rust this year.' })
  }
  t.same(lives[0].changes(), lives[1].changes())
  t.same(lives[0].known(), lives[1].known())
})
