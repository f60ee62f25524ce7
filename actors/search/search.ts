/**
 * Answering: words and meaning of every record, filters, then one order (A1 in hits.ts).
 *
 * A2 Every record is compared, whatever their number: `total` is exact.
 */
import { calibrate, quantise, staticHash } from '../embedding/index.js'
import { askedTimes, isAsked, type AskedTime } from './asked-time.js'
import { entryTest, type EntryTest } from './filters.js'
import { Hits, type Hit } from './hits.js'
import { scoreWords } from './lexical.js'
import type { PersonIndex } from './person-index.js'
import {
  ASKED_TIME_WEIGHT, daysOf, MEANING_WEIGHT, RANK_MARGIN, ranksOf, RECENCY_MAX, recencyLeast, recencyMost,
  recencyOf, relevanceAt, steadyRank,
} from './ranking.js'
import { reasonOf } from './reason.js'
import {
  boundedLimit, questionVector, type NeighboursArgs, type SearchAnswer, type SearchArgs, type SearchResult,
} from './request.js'
import { questionTermsOf } from './terms.js'
import { probeOf, type Cosines } from './vectors.js'

/** Answers the query `search`. */
export function search(index: PersonIndex, args: SearchArgs): SearchAnswer {
  const test = entryTest(args.filters)
  if (isBlank(args)) return listNewest(index, test, args)
  const terms = args.query === undefined ? [] : questionTermsOf(args.query)
  const vector = questionVector(args)
  const probe = vector === undefined ? undefined : probeOf(quantise(vector))
  const words = scoreWords(terms, index)
  const meaning = index.vectors.compare(probe)
  const times = args.query === undefined ? [] : askedTimes(args.query, args.now)
  const hits = hitsOf(index, args, { words, meaning, times, test })
  return answerOf(hits, hit => reasonOf(terms, index, hit.slot))
}

/** What a record is judged by. */
interface Judgement {
  /** By slot (lexical.ts). */
  readonly words: Float64Array
  readonly meaning: Cosines
  readonly times: readonly AskedTime[]
  readonly test: EntryTest | undefined
}

/**
 * One pass over all slots, in rows of numbers: a few multiplications tell of most that they are not relevant,
 * or relevant but not among the first. The others are ranked exactly.
 */
function hitsOf(index: PersonIndex, { now, minRelevance, limit }: SearchArgs, judgement: Judgement): Hits {
  const { entries, columns: { priors, eventTimes } } = index
  const { words, meaning, meaning: { dots, inverses, scale }, times, test } = judgement
  const hits = new Hits(boundedLimit(limit))
  const asked = ranksOf(minRelevance)
  const from = Math.max(asked.from, 0) - RANK_MARGIN
  const to = asked.to + RANK_MARGIN
  const isTimed = times.length > 0
  const isMeant = dots.length > 0
  let firstFrom = -Infinity
  for (let slot = 0; slot < entries.length; slot += 1) {
    const cosine = isMeant ? dots[slot] * inverses[slot] * scale : 0
    let rank = words[slot] + priors[slot]
    if (cosine > 0) rank += MEANING_WEIGHT * cosine
    const isOfAskedTime = isTimed && isAsked(times, eventTimes[slot])
    if (isOfAskedTime) rank += ASKED_TIME_WEIGHT
    if (rank + RECENCY_MAX < from) continue
    const days = daysOf(now - eventTimes[slot])
    const most = rank + recencyMost(days)
    if (most < from) continue
    const isRelevant = rank + recencyLeast(days) > to && (words[slot] > 0 || cosine > RANK_MARGIN)
    const isOnlyCounted = isRelevant && most < firstFrom
    if (isOnlyCounted && test === undefined) {
      hits.count()
      continue
    }
    const entry = entries[slot]
    if (entry === undefined || (test !== undefined && !test(entry))) continue
    if (isOnlyCounted) {
      hits.count()
      continue
    }
    const { attention, isAsking, eventTime } = entry
    const parts = { words: words[slot], meaning: meaning.of(slot), attention, isAsking, isOfAskedTime }
    const relevance = relevanceAt(steadyRank(parts) + recencyOf(now - eventTime))
    if (relevance <= 0 || relevance < minRelevance) continue
    hits.offer({ slot, entry, relevance })
    firstFrom = ranksOf(hits.relevanceMin).from - RANK_MARGIN
  }
  return hits
}

/** Answers the query `neighbours`; a record that is unknown or has no vector has none. */
export function neighboursOf(index: PersonIndex, { id, limit }: NeighboursArgs): SearchAnswer {
  const slot = index.slotOf(id)
  const probe = slot === undefined ? undefined : index.vectors.probe(slot)
  if (probe === undefined) return { total: 0, results: [] }
  const meaning = index.vectors.compare(probe)
  const hits = new Hits(boundedLimit(limit))
  index.entries.forEach((entry, other) => {
    if (entry === undefined || other === slot || !index.vectors.has(other)) return
    const relevance = calibrate(Math.max(0, meaning.of(other)), staticHash.id)
    if (relevance >= hits.relevanceMin) hits.offer({ slot: other, entry, relevance })
  })
  return { ...answerOf(hits, () => 'similar in meaning'), total: hits.first.length }
}

function isBlank({ query, vector }: SearchArgs): boolean {
  return (query === undefined || query.trim() === '') && vector === undefined
}

/** No question was asked: everything that passes the filters is fully relevant. */
function listNewest(index: PersonIndex, test: EntryTest | undefined, { limit }: SearchArgs): SearchAnswer {
  const hits = new Hits(boundedLimit(limit))
  index.entries.forEach((entry, slot) => {
    if (entry !== undefined && (test === undefined || test(entry))) hits.offer({ slot, entry, relevance: 1 })
  })
  return answerOf(hits, () => 'newest first')
}

function answerOf({ total, first }: Hits, reason: (hit: Hit) => string): SearchAnswer {
  return { total, results: first.map(hit => resultOf(hit, reason(hit))) }
}

function resultOf({ entry, relevance }: Hit, reason: string): SearchResult {
  return {
    id: entry.id,
    relevance,
    highlight: entry.highlight,
    note: entry.note,
    address: entry.address,
    tags: entry.tags,
    enhanced_tags: entry.enhancedTags,
    event_time: entry.eventTime,
    influence: entry.influence,
    attention: entry.attention,
    source: entry.source,
    access: entry.access,
    sensitivity: entry.sensitivity,
    cooled: entry.cooled,
    reason,
  }
}
