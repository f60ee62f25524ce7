/**
 * Attention, SPEC section 3: how much a person dwells on something, over their last 30 days of event time.
 * Computed from counters (addresses) and from the bounded window of recent records; never from history.
 */
import { addToSteps, sumOfSteps, type CounterSteps, type ListCell } from '../../engine/index.js'
import { jaccard } from '../text/index.js'
import type { AttentionMetrics } from '../record/index.js'
import type { RecentRecord } from './recent.js'
import { rounded } from './scores.js'
import { defaultScoring, type Scoring } from './scoring.js'

const dayMs = 86_400_000
/** How far back attention looks. */
const ATTENTION_WINDOW_MS = 30 * dayMs
const STEP_MS = dayMs
const SIMILAR_TITLES = 0.7
const SHARED_TAGS_MIN = 2
const SECONDS_PER_RELATED = 300
const SECONDS_MAX = 3_600
/** [count at most, metric]; 1 beyond the last. */
type Steps = readonly (readonly [max: number, metric: number])[]
const FREQUENCY_STEPS: Steps = [[1, 0.1], [3, 0.4], [5, 0.7]]
const DENSITY_STEPS: Steps = [[1, 0.2], [3, 0.6], [5, 0.8]]
const REVISIT_STEPS: Steps = [[1, 0.1], [3, 0.5], [6, 0.8]]
const DEEP_NOTE_CHARS = 200
const DEEP_TAGS = 3
const DEEP_RELATED = 5
const DEEP_SPAN_MS = 7 * dayMs

/** How often an address was visited and annotated, by day. */
export interface AddressUse {
  readonly visits: CounterSteps
  readonly notes: CounterSteps
}

/** What the counts of one record are, itself included (related: the others). */
export interface AttentionCounts {
  readonly similar: number
  readonly notes: number
  readonly visits: number
  readonly related: number
  readonly noteChars: number
  readonly tags: number
  /** How long the record's topic has been with the person, ms. */
  readonly topicSpanMs: number
}

/** An address with one more visit at `at`; a visit with a note counts as a note too. */
export function visited(use: AddressUse | undefined, at: number, hasNote: 'note' | 'no note'): AddressUse {
  const [visits, notes] = [use?.visits ?? [], use?.notes ?? []]
  return {
    visits: addToSteps(visits, at, 1, ATTENTION_WINDOW_MS, STEP_MS),
    notes: hasNote === 'note' ? addToSteps(notes, at, 1, ATTENTION_WINDOW_MS, STEP_MS) : notes,
  }
}

/** Visits or notes of an address in the window that ends at `at`. */
export function usesAt(steps: CounterSteps, at: number): number {
  return sumOfSteps(steps, at, ATTENTION_WINDOW_MS, STEP_MS)
}

/** Records with a similar title, and records with two tags in common, among the recent ones of the window. */
export function countAlike(
  recent: ListCell<RecentRecord>,
  own: Pick<RecentRecord, 'who' | 'at' | 'title' | 'tags'>,
): { similar: number, related: number } {
  let similar = 1
  let related = 0
  const { places } = recent
  for (let i = 0; i < places.length; i += 1) {
    const other = places[i]
    if (other === undefined || other.who === own.who) continue
    if (Math.abs(own.at - other.at) > ATTENTION_WINDOW_MS) continue
    if (isComparable(own.title, other.title) && jaccard(own.title, other.title) > SIMILAR_TITLES) similar += 1
    if (own.tags.length >= SHARED_TAGS_MIN && other.tags.length >= SHARED_TAGS_MIN)
      related += shares(own.tags, other.tags)
  }
  return { similar, related }
}

/** Metrics and weight of the counts. */
export function attentionOf(
  counts: AttentionCounts,
  { depth_factor }: Scoring = defaultScoring,
): { metrics: AttentionMetrics, weight: number } {
  const seconds = Math.min(SECONDS_MAX, counts.related * SECONDS_PER_RELATED)
  const depth = depthOf(counts)
  const metrics: AttentionMetrics = {
    highlight_frequency: step(counts.similar, FREQUENCY_STEPS),
    note_density: step(counts.notes, DENSITY_STEPS),
    address_revisit: step(counts.visits, REVISIT_STEPS),
    time_investment: seconds < 30 ? 0.1 : seconds < 120 ? 0.4 : seconds < 300 ? 0.7 : 1,
    interaction_depth: depth,
  }
  const sum =
    0.3 * metrics.highlight_frequency +
    0.25 * metrics.note_density +
    0.3 * metrics.address_revisit +
    0.15 * metrics.time_investment
  return { metrics, weight: rounded(Math.min(1, sum * depth_factor[depth])) }
}

function depthOf({
  noteChars,
  tags,
  related,
  topicSpanMs,
}: AttentionCounts): AttentionMetrics['interaction_depth'] {
  const signs = [
    noteChars > DEEP_NOTE_CHARS,
    tags > DEEP_TAGS,
    related > DEEP_RELATED,
    topicSpanMs > DEEP_SPAN_MS,
  ]
  const count = signs.filter(Boolean).length
  if (count >= 3) return 'high'
  return count === 2 ? 'medium' : 'low'
}

/** The value of the first step that `count` does not exceed; 1 beyond the last. */
function step(count: number, steps: Steps): number {
  return steps.find(([max]) => count <= max)?.[1] ?? 1
}

/**
 * Sets of very different size cannot be similar: |a ∩ b| / |a ∪ b| is at most the smaller over the larger.
 */
function isComparable(a: readonly number[], b: readonly number[]): boolean {
  const smaller = Math.min(a.length, b.length)
  return smaller > 0 && smaller > SIMILAR_TITLES * Math.max(a.length, b.length)
}

/** 1 when two sorted sets have two entries in common. */
function shares(a: readonly number[], b: readonly number[]): 0 | 1 {
  let shared = 0
  for (const entry of a) if (b.includes(entry)) shared += 1
  return shared >= SHARED_TAGS_MIN ? 1 : 0
}
