/** The formula of ranking.ts and that of lexical.ts, by hand. */
import fc from 'fast-check'
import t from 'tap'
import { quantise, staticHash } from '../../../actors/embedding/index.js'
import { askedTimes, isAsked } from '../../../actors/search/asked-time.js'
import { entryTest } from '../../../actors/search/filters.js'
import { scoreWords } from '../../../actors/search/lexical.js'
import { searchLimits } from '../../../actors/search/limits.js'
import { PersonIndex } from '../../../actors/search/person-index.js'
import {
  daysOf, ranksOf, recencyLeast, recencyMost, recencyOf, relevanceAt, steadyRank,
} from '../../../actors/search/ranking.js'
import type { SearchArgs } from '../../../actors/search/request.js'
import { search } from '../../../actors/search/search.js'
import { questionTermsOf } from '../../../actors/search/terms.js'
import { probeOf } from '../../../actors/search/vectors.js'
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

t.test('recency lies between its bounds of the day', async t => {
  for (let hours = -30; hours < 24 * 1_100; hours += 7) {
    const [days, exact] = [daysOf(hours * day / 24), recencyOf(hours * day / 24)]
    if (recencyLeast(days) > exact || exact > recencyMost(days)) t.fail(`after ${hours} hours`)
    if (days > 0 && days < 1_000) t.ok(recencyMost(days) - recencyLeast(days) < 0.001, 'and they are close')
  }
})

t.test('a record that is surely relevant, and surely not among the first, is only counted', async t => {
  const index = new PersonIndex(searchLimits)
  const [first, others] = [5, 200]
  for (let i = 0; i < first + others; i += 1) {
    index.add(folded(i + 1, { id: `r${i}`, note: 'apple', attention_weight: i < first ? 1 : 0 }))
  }
  const args = { query: 'apple', limit: first, minRelevance: 0, now: start }
  const last = search(index, { ...args, limit: 50 }).results.at(-1)!
  const rank = -0.35 * Math.log2(1 - last.relevance)
  // with half of its recency it is relevant, without it is not
  const minRelevance = 1 - 2 ** -((rank - recencyOf(0) / 2) / 0.35)
  let looked = 0
  Object.defineProperty(index, 'entries', { value: new Proxy(index.entries, {
    get: (entries, name) => {
      if (typeof name === 'string' && /^\d+$/.test(name)) looked += 1
      return Reflect.get(entries, name) as unknown
    },
  }) })
  const { total, results } = search(index, { ...args, minRelevance })
  t.equal(total, first + others)
  t.equal(results.length, first)
  t.ok(looked < 50, `${looked} records were looked at`)
})

const vocabulary = 'apple banana cherry plum pear rust query garden'.split(' ')
const some = fc.subarray(vocabulary, { minLength: 1, maxLength: 4 }).map(words => words.join(' '))
const kept = fc.record({
  id: fc.integer({ min: 0, max: 50 }).map(i => `r${i}`),
  note: some,
  isAsking: fc.boolean(),
  attention: fc.double({ min: 0, max: 1, noNaN: true }),
  days: fc.integer({ min: 0, max: 300 }),
  source: fc.constantFrom('notes', 'web'),
})

t.test('the first, and how many there are: as if every record were ranked exactly', async t => {
  let found = 0
  fc.assert(fc.property(fc.array(kept, { minLength: 12, maxLength: 80 }), some,
    fc.constantFrom(0, 0.2, 0.4, 0.6), fc.constantFrom('', ' in May 2024'), fc.boolean(),
    (records, query, minRelevance, asked, isFiltered) => {
      const index = new PersonIndex(searchLimits)
      records.forEach(({ id, note, isAsking, attention, days, source }, i) => index.add(folded(i + 1, {
        id, note: isAsking ? `${note}?` : note, attention_weight: attention, source,
        event_time: start + days * day,
      })))
      const args = { query: `${query}${asked}`, limit: 5, minRelevance, now: start + 300 * day,
        ...(isFiltered ? { filters: { source: ['web'] } } : {}) }
      const exact = rankedExactly(index, args)
      const { total, results } = search(index, args)
      found += results.length
      return total === exact.length && JSON.stringify(results.map(({ id, relevance }) => [id, relevance]))
        === JSON.stringify(exact.slice(0, args.limit))
    }), { seed: 3, numRuns: 300 })
  t.ok(found > 500, `${found} found`)
})

/** Ids and relevances of all that pass, in order: every record ranked by the formula alone. */
function rankedExactly(index: PersonIndex, args: SearchArgs): [id: string, relevance: number][] {
  const { query = '', now, minRelevance } = args
  const words = [...scoreWords(questionTermsOf(query), index)]
  const probe = probeOf(quantise(staticHash.embedBatch([query])))
  const meaning = index.vectors.compare(probe)
  const times = askedTimes(query, now)
  const isMeant = entryTest(args.filters) ?? (() => true)
  return index.entries.flatMap((entry, slot) => {
    if (entry === undefined || !isMeant(entry)) return []
    const { id, eventTime, attention, isAsking } = entry
    const isOfAskedTime = isAsked(times, eventTime)
    const parts = { words: words[slot], meaning: meaning.of(slot), attention, isAsking, isOfAskedTime }
    const relevance = relevanceAt(steadyRank(parts) + recencyOf(now - eventTime))
    return relevance > 0 && relevance >= minRelevance ? [{ id, eventTime, relevance }] : []
  })
    .sort((a, b) => b.relevance - a.relevance || b.eventTime - a.eventTime || (a.id < b.id ? -1 : 1))
    .map(({ id, relevance }) => [id, relevance])
}

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
