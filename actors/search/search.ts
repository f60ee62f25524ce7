/**
 * Answering: filters first, then words and meaning, then one order.
 *
 * A1 The order is relevance, then event time (newest first), then id: it is total, and does not depend on
 *    slots.
 * A2 Up to `exactRecordsMax` accepted records everything is compared and `total` is exact. Above, records
 *    that match no word and are not among the NEAREST_MAX nearest in meaning are not counted.
 */
import { calibrate, quantise, staticHash } from '../embedding/index.js'
import type { Entry } from './entry.js'
import { entryTest, type EntryTest } from './filters.js'
import { scoreWords, type LexicalScores } from './lexical.js'
import type { SearchLimits } from './limits.js'
import type { PersonIndex } from './person-index.js'
import { relevanceOf } from './ranking.js'
import { reasonOf } from './reason.js'
import {
  boundedLimit, questionVector, type NeighboursArgs, type SearchAnswer, type SearchArgs, type SearchResult,
} from './request.js'
import { questionTermsOf } from './terms.js'
import { probeOf, type Probe } from './vectors.js'

/** Records that meaning alone may bring in when not everything is compared. */
const NEAREST_MAX = 100

interface Hit {
  readonly slot: number
  readonly entry: Entry
  readonly relevance: number
}

/** Answers the query `search`. */
export function search(index: PersonIndex, args: SearchArgs, limits: SearchLimits): SearchAnswer {
  const accepted = acceptedSlots(index, entryTest(args.filters))
  if (isBlank(args)) return listNewest(index, accepted, args)
  const terms = args.query === undefined ? [] : questionTermsOf(args.query)
  const vector = questionVector(args)
  const probe = vector === undefined ? undefined : probeOf(quantise(vector))
  const { entries, neighbourhood } = index
  const words = scoreWords(terms, index.postings, neighbourhood, entries, index.records)
  const isExact = accepted.length <= limits.exactRecordsMax
  const pool = isExact ? accepted : likelySlots(index, accepted, words, probe)
  const hits: Hit[] = []
  for (const slot of pool) {
    const entry = entries[slot]
    if (entry === undefined) continue
    const relevance = relevanceOf({
      words: words.scores[slot],
      meaning: probe === undefined ? 0 : index.vectors.cosine(probe, slot),
      ageMs: args.now - entry.eventTime,
      attention: entry.attention,
    })
    if (relevance > 0 && relevance >= args.minRelevance) hits.push({ slot, entry, relevance })
  }
  return answerOf(hits, args.limit, hit => reasonOf(terms, words, hit.slot))
}

/** Answers the query `neighbours`; a record that is unknown or has no vector has none. */
export function neighboursOf(index: PersonIndex, { id, limit }: NeighboursArgs): SearchAnswer {
  const slot = index.slotOf(id)
  const probe = slot === undefined ? undefined : index.vectors.probe(slot)
  if (probe === undefined) return { total: 0, results: [] }
  const hits: Hit[] = []
  for (const near of index.nearest(probe, boundedLimit(limit), candidate => candidate !== slot)) {
    const entry = index.entries[near]
    const relevance = calibrate(Math.max(0, index.vectors.cosine(probe, near)), staticHash.id)
    if (entry !== undefined) hits.push({ slot: near, entry, relevance })
  }
  return answerOf(hits, limit, () => 'similar in meaning')
}

function isBlank({ query, vector }: SearchArgs): boolean {
  return (query === undefined || query.trim() === '') && vector === undefined
}

function acceptedSlots(index: PersonIndex, test: EntryTest | undefined): number[] {
  const slots: number[] = []
  index.entries.forEach((entry, slot) => {
    if (entry !== undefined && (test === undefined || test(entry))) slots.push(slot)
  })
  return slots
}

/** The accepted slots that match a word, and those nearest in meaning. */
function likelySlots(
  index: PersonIndex, accepted: readonly number[], { scores }: LexicalScores, probe: Probe | undefined,
): number[] {
  const isAccepted = new Uint8Array(index.entries.length)
  for (const slot of accepted) isAccepted[slot] = 1
  const near = probe === undefined ? [] : index.nearest(probe, NEAREST_MAX, slot => isAccepted[slot] === 1)
  const extra = near.filter(slot => scores[slot] === 0)
  return [...accepted.filter(slot => scores[slot] > 0), ...extra]
}

/** No question was asked: everything that passes the filters is fully relevant. */
function listNewest(index: PersonIndex, accepted: readonly number[], { limit }: SearchArgs): SearchAnswer {
  const hits: Hit[] = []
  for (const slot of accepted) {
    const entry = index.entries[slot]
    if (entry !== undefined) hits.push({ slot, entry, relevance: 1 })
  }
  return answerOf(hits, limit, () => 'newest first')
}

function answerOf(hits: Hit[], limit: number, reason: (hit: Hit) => string): SearchAnswer {
  const first = hits.sort(compareHits).slice(0, boundedLimit(limit))
  return { total: hits.length, results: first.map(hit => resultOf(hit, reason(hit))) }
}

function compareHits(a: Hit, b: Hit): number {
  const byRank = b.relevance - a.relevance || b.entry.eventTime - a.entry.eventTime
  return byRank !== 0 ? byRank : a.entry.id < b.entry.id ? -1 : 1
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
