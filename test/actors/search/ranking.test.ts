/** The formula of ranking.ts and that of lexical.ts, by hand. */
import t from 'tap'
import { relevanceOf } from '../../../actors/search/ranking.js'
import { day, folded, searchFor, start, viewOf } from './folded-records.js'

t.test('relevance is 1 − 2^(−rank / .35)', async t => {
  const parts = { words: 0, meaning: 0, ageMs: Infinity, attention: 0 }
  t.equal(relevanceOf(parts), 0)
  t.equal(relevanceOf({ ...parts, ageMs: 0, attention: 1 }), 0, 'priors alone make nothing relevant')
  t.equal(relevanceOf({ ...parts, words: 0.35 }), 0.5)
  t.equal(relevanceOf({ ...parts, words: 0.7 }), 0.75)
  t.equal(relevanceOf({ ...parts, meaning: 1 }), 0.448)
  t.equal(relevanceOf({ ...parts, meaning: -1 }), 0)
  t.equal(relevanceOf({ ...parts, words: 0.32, attention: 1 }), 0.5)
  t.equal(relevanceOf({ ...parts, words: 0.32, ageMs: 0 }), 0.5)
  t.equal(relevanceOf({ ...parts, words: 0.335, ageMs: 90 * day }), 0.5, 'half of the recency after 90 days')
  t.equal(relevanceOf({ ...parts, words: 0.32, ageMs: -day }), 0.5, 'tomorrow is as recent as now')
})

t.test('BM25 by hand: two records, two terms, one of them in one record', async t => {
  // No vectors, no recency (age of 1,000 years), no attention: relevance is that of the words alone.
  const embedding = { model: 'none', version: '0', dim: 0 }
  const view = viewOf([
    folded(1, { id: 'both', note: 'apple banana', embedding, vector: new Uint8Array(0) }),
    folded(2, { id: 'one', note: 'apple cherry plum pear', embedding, vector: new Uint8Array(0) }),
  ])
  const idf = (holders: number): number => Math.log(1 + (2 + 50 - holders + 0.5) / (holders + 0.5))
  const score = (length: number): number => 2.2 / (1 + 1.2 * (0.25 + 0.75 * length / 3))
  const best = idf(2) + idf(1)
  const relevance = (words: number): number => Math.round((1 - 2 ** (-words / 0.35)) * 1e4) / 1e4
  const { results } = searchFor(view, { query: 'apple banana', now: start + 365_000 * day })
  t.same(results.map(({ id, relevance }) => [id, relevance]), [
    ['both', relevance((idf(2) + idf(1)) * score(2) / best)],
    ['one', relevance(idf(2) * score(4) / best)],
  ])
})
