// Which records are recommended: N1 to N3 of gateway/recommending.ts, on what search may have found.
import t from 'tap'
import type { SearchResult } from '../../actors/search/index.js'
import { recommendationsOf } from '../../gateway/recommending.js'

const dayMs = 86_400_000
const now = Date.UTC(2026, 5, 1)

const found = (id: string, relevance: number, ageMs = 9 * dayMs): SearchResult => ({
  id, relevance, highlight: id, note: '', address: '', tags: [], enhanced_tags: [], event_time: now - ageMs,
  influence: 0.5, attention: 0.5, source: 'notes', access: 'private', sensitivity: 'public',
  cooled: '', reason: '',
})
const aims = [
  { query: 'bread', weight: 0.9, reason: 'For your goal: bread' },
  { query: 'sails', weight: 0.7, reason: 'About your interest: sails' },
]
const ids = (records: readonly (readonly SearchResult[])[], limit: number): string[] =>
  recommendationsOf(aims, records, now, limit).map(({ record }) => record.id)

t.test('a record counts for the aim that gives it most, and says so', async t => {
  const [first, second] = recommendationsOf(aims, [[found('a', 0.5)], [found('a', 0.9), found('b', 0.9)]],
    now, 5)
  t.match(first, { record: { id: 'a' }, score: 0.63, reason: 'About your interest: sails' })
  t.match(second, { record: { id: 'b' }, score: 0.63 }, 'equal scores by id')
})

t.test('what was just kept is left out', async t => {
  t.same(ids([[found('new', 1, dayMs - 1), found('old', 0.4, dayMs)], []], 5), ['old'])
})

t.test('one aim has half of the places, more only where nothing else was found', async t => {
  const bread = ['a', 'b', 'c', 'd', 'e'].map(id => found(id, 0.9))
  t.same(ids([bread, [found('s', 0.5), found('t', 0.4)]], 4), ['a', 'b', 's', 't'])
  t.same(ids([bread, [found('s', 0.5)]], 4), ['a', 'b', 'c', 's'])
  t.same(ids([bread, []], 4), ['a', 'b', 'c', 'd'])
  t.same(ids([[], []], 4), [])
})
