/** The formula of ranking.ts and that of lexical.ts, by hand. */
import fc from 'fast-check'
import t from 'tap'
import {
  meaningNeeded, RECENCY_MAX, ranksOf, recencyOf, relevanceAt, steadyRank,
} from '../../../actors/search/ranking.js'
import { day, folded, searchFor, start, viewOf } from './folded-records.js'

t.test('relevance is 1 − 2^(−rank / .35)', async t => {
  const parts = { words: 0, meaning: 0, attention: 0, isOfAskedTime: false, isAsking: false }
  const relevance = (some: Partial<typeof parts>, ageMs = Infinity): number =>
    relevanceAt(steadyRank({ ...parts, ...some }) + recencyOf(ageMs))
  t.equal(relevance({}), 0)
  t.equal(relevance({ attention: 1, isOfAskedTime: true }, 0), 0, 'R1 priors alone make nothing relevant')
  t.equal(relevance({ words: 0.35 }), 0.5)
  t.equal(relevance({ words: 0.7 }), 0.75)
  t.equal(relevance({ meaning: 1 }), 0.448)
  t.equal(relevance({ meaning: -1 }), 0)
  t.equal(relevance({ words: 0.32, attention: 1 }), 0.5)
  t.equal(relevance({ words: 0.32 }, 0), 0.5)
  t.equal(relevance({ words: 0.335 }, 90 * day), 0.5, 'half of the recency after 90 days')
  t.equal(relevance({ words: 0.32 }, -day), 0.5, 'tomorrow is as recent as now')
  t.equal(relevance({ words: 0.15, isOfAskedTime: true }), 0.5)
  t.equal(relevance({ words: 0.41, isAsking: true }), 0.5)
  t.equal(relevance({ words: 0.01, isAsking: true }), 0, 'never below zero')
})

t.test('below and above its ranks a relevance surely is not, and surely is reached', async t => {
  for (let step = 0; step <= 100; step += 1) {
    const { from, to } = ranksOf(step / 100)
    for (const far of [0, 1e-6, 0.01, 1]) {
      if (from > -Infinity) t.ok(relevanceAt(from - far - 1e-12) < step / 100)
      if (to < Infinity) t.ok(relevanceAt(to + far) >= step / 100)
    }
  }
})

t.test('a record with less meaning than is needed does not reach the rank', async t => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const some = fc.oneof(fc.constant(0), share)
  fc.assert(fc.property(share, some, share, share, fc.boolean(), (rank, words, part, attention, isAsking) => {
    const needed = meaningNeeded(rank, words)
    if (needed <= 0) return true
    const meaning = Math.round(needed * Math.min(part, 1 - 1e-9) * 1e4) / 1e4
    return steadyRank({ words, meaning, attention, isAsking, isOfAskedTime: false }) + RECENCY_MAX < rank
  }), { seed: 3, numRuns: 2_000 })
  t.pass('2,000 records')
})

t.test('BM25 by hand: two records, two terms, one of them in one record', async t => {
  // No vectors, no recency (age of 1,000 years), no attention: relevance is that of the words alone.
  const embedding = { model: 'none', version: '0', dim: 0 }
  const view = viewOf([
    folded(1, { id: 'both', note: 'apple banana', embedding, vector: new Uint8Array(0) }),
    folded(2, { id: 'one', note: 'apple cherry plum pear', embedding, vector: new Uint8Array(0) }),
  ])
  const idf = (holders: number): number => Math.log(1 + (2 + 50 - holders + 0.5) / (holders + 0.5))
  const score = (length: number): number => 2.2 / (1 + 1.2 * (0.5 + 0.5 * length / 3))
  const best = idf(2) + idf(1)
  const relevance = (words: number): number => Math.round((1 - 2 ** (-words / 0.35)) * 1e4) / 1e4
  const { results } = searchFor(view, { query: 'apple banana', now: start + 365_000 * day })
  t.same(results.map(({ id, relevance }) => [id, relevance]), [
    ['both', relevance((idf(2) + idf(1)) * score(2) / best)],
    ['one', relevance(idf(2) * score(4) / best)],
  ])
})
