/**
 * Answering: words and meaning of every record, filters, then one order (A1 in hits.ts).
 *
 * A2 Every record is compared, whatever their number: `total` is exact.
 */
import { calibrate, quantise, staticHash } from '../embedding/index.js'
import { askedTimes, isAsked, type AskedTime } from './asked-time.js'
import { entryTest, type EntryTest } from './filters.js'
import { Hits, type Hit } from './hits.js'
import { scoreWords, type LexicalScores } from './lexical.js'
import type { PersonIndex } from './person-index.js'
import { meaningNeeded, ranksOf, RECENCY_MAX, recencyOf, relevanceAt, steadyRank } from './ranking.js'
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
  return answerOf(hits, hit => reasonOf(terms, words, hit.slot))
}

/** What a record is judged by. */
interface Judgement {
  readonly words: LexicalScores
  readonly meaning: Cosines
  readonly times: readonly AskedTime[]
  readonly test: EntryTest | undefined
}

/** One pass over all slots. Most are left out, or only counted, before anything dear is computed. */
function hitsOf(
  { entries, columns }: PersonIndex, { now, minRelevance, limit }: SearchArgs, judgement: Judgement,
): Hits {
  const { words: { scores }, meaning, times, test } = judgement
  const hits = new Hits(boundedLimit(limit))
  const asked = ranksOf(minRelevance)
  let rankMin = -Infinity
  for (let slot = 0; slot < entries.length; slot += 1) {
    const words = scores[slot]
    const isOfAskedTime = times.length > 0 && isAsked(times, columns.time(slot))
    if (!isOfAskedTime && meaning.isBelow(meaningNeeded(asked.from, words), slot)) continue
    if (!columns.isAlive(slot)) continue
    const steady = steadyRank({
      words, meaning: meaning.of(slot), attention: columns.attention(slot),
      isAsking: columns.isAsking(slot), isOfAskedTime,
    })
    if (steady + RECENCY_MAX < asked.from || steady + RECENCY_MAX <= 0) continue
    const entry = entries[slot]
    if (entry === undefined || (test !== undefined && !test(entry))) continue
    if (steady + RECENCY_MAX < rankMin && steady >= asked.to && steady > 0) {
      hits.count()
      continue
    }
    const relevance = relevanceAt(steady + recencyOf(now - columns.time(slot)))
    if (relevance <= 0 || relevance < minRelevance) continue
    hits.offer({ slot, entry, relevance })
    rankMin = ranksOf(hits.relevanceMin).from
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
    reason,
  }
}
