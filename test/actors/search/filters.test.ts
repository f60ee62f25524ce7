/** Each filter alone, at its edges, and together. */
import t from 'tap'
import type { SearchAnswer, SearchFilters } from '../../../actors/search/index.js'
import { ask, day, folded, idsFor, searchFor, start, viewOf } from './folded-records.js'

const view = viewOf([
  folded(1, {
    id: 'a', note: 'one thing', source: 'browser', tag: ['git'], psp_influence_weight: 0.2,
    storage_tier: 'cold',
  }),
  folded(2, {
    id: 'b', note: 'one thing', source: 'notes', enhanced_tags: ['git'], psp_influence_weight: 0.5,
    storage_tier: 'warm', access: 'shared',
  }),
  folded(3, {
    id: 'c', note: 'one thing', source: 'chat', tag: ['vim'], psp_influence_weight: 0.9, access: 'public',
  }),
])

const cases: readonly (readonly [string, SearchFilters, readonly string[]])[] = [
  ['none', {}, ['a', 'b', 'c']],
  ['one source', { source: ['browser'] }, ['a']],
  ['two sources', { source: ['browser', 'chat'] }, ['a', 'c']],
  ['an empty list is no filter', { source: [], tags: [], tier: [], access: [] }, ['a', 'b', 'c']],
  ['a tag, given or added', { tags: ['git'] }, ['a', 'b']],
  ['tags as a person types them', { tags: [' Vim '] }, ['c']],
  ['one of the tags', { tags: ['vim', 'git'] }, ['a', 'b', 'c']],
  ['from, inclusive', { from: start + 2 * day }, ['b', 'c']],
  ['to, inclusive', { to: start + 2 * day }, ['a', 'b']],
  ['from just after', { from: start + 2 * day + 1 }, ['c']],
  ['influence, inclusive', { min_influence: 0.5 }, ['b', 'c']],
  ['tier', { tier: ['cold', 'warm'] }, ['a', 'b']],
  ['access', { access: ['public'] }, ['c']],
  ['together', { tags: ['git'], from: start + 2 * day, access: ['shared'] }, ['b']],
  ['nothing passes', { source: ['elsewhere'] }, []],
]

for (const [name, filters, expected] of cases) {
  t.test(name, async t => {
    t.same(idsFor(view, { query: 'thing', filters }).sort(), expected)
    t.same(idsFor(view, { filters }).sort(), expected, 'also without a question')
    t.equal(searchFor(view, { query: 'thing', filters }).total, expected.length)
  })
}

t.test('nulls, as the way to a shard makes them of undefined, are no filters', async t => {
  const filters = { source: null, tags: null, from: null, to: null, min_influence: null, tier: null }
  const args = { query: 'thing', vector: null, filters, limit: 10, minRelevance: 0, now: start }
  t.equal((ask(view, 'search', args) as SearchAnswer).total, 3)
  t.equal((ask(view, 'search', { ...args, filters: null }) as SearchAnswer).total, 3)
})
