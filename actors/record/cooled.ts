/**
 * A folded record without its content: what stays in the person's state when the content is in ClickHouse
 * alone (docs/STORAGE.md, tiers). Place, times, scores, vector and the words that a search compares stay, in
 * places instead of under names, since names are half of a folded record.
 *
 * ```
 *  [1, [id, app, source, access, address, tags, timestamp or '', raw data or null],
 *      [event time, received − event, accepted − received, position, revision, sequence, content hash],
 *      [added tags, sensitivity, mood, score of it, complexity, cluster, tier, interaction depth],
 *      [13 scores], [model, version, dim], vector, [version, steps or 0],
 *      [terms by line, their counts, terms of the speaker, only asks]]
 * ```
 *
 * K1  `heated(recalled(cooled(r)), content of r)` is r, byte for byte.
 * K2  Records whose rows are masked keep their content: no row has it.
 */
import type { FoldedRecord } from './record.js'

/** What leaves, and comes back. */
export interface RecordContent {
  readonly highlight: string
  readonly note: string
  readonly recommended_highlights: readonly string[]
  readonly main_topics: readonly string[]
  readonly key_concepts: readonly string[]
}

/** What a search keeps of a text (actors/search/entry.ts). */
export interface KeptWords {
  /** Terms with their counts, in their order. */
  readonly terms: readonly (readonly [term: string, count: number])[]
  /** Of the name that a line of a conversation begins with. */
  readonly speaker: readonly string[]
  readonly isAsking: boolean
}

/** See the top of the file. */
export type CooledRecord = readonly [
  form: 1, given: readonly unknown[], place: readonly unknown[], found: readonly unknown[],
  scores: readonly Score[], embedding: readonly [string, string, number], vector: Uint8Array,
  processing: readonly [number, readonly string[] | 0], words: readonly [string, number[], string, boolean],
]

/** A row of the person's records. */
export type StoredRecord = FoldedRecord | CooledRecord

/** Ten-thousandths; what is no whole number of them stands in brackets. */
type Score = number | readonly [number]

/** What `[version, 0]` means; belongs to form 1. */
const steps1: FoldedRecord['processing']['steps'] = ['received', 'validated', 'enhanced', 'scored', 'stored']
const hash = /^[0-9a-f]{64}$/

/** Tells rows without content from others. */
export function isCooled(row: StoredRecord): row is CooledRecord {
  return Array.isArray(row)
}

/** The content of a record. */
export function contentOf(folded: FoldedRecord): RecordContent {
  const { record: { highlight, note }, recommended_highlights, semantic_analysis: semantic } = folded
  const { main_topics, key_concepts } = semantic
  return { highlight, note, recommended_highlights, main_topics, key_concepts }
}

/** The record without its content. */
export function cooled(folded: FoldedRecord, words: KeptWords): CooledRecord {
  const { record, semantic_analysis: { sentiment, complexity_level: complexity }, embedding } = folded
  const { event_time: at, received_at: received, content_hash: digest, processing } = folded
  return [
    1,
    [record.id, folded.app, record.source, record.access, record.address, record.tag,
      record.timestamp === new Date(at).toISOString() ? '' : record.timestamp, record.raw_data ?? null],
    [at, received - at, folded.accepted_at - received, folded.position, folded.revision, folded.sequence,
      hash.test(digest) ? new Uint8Array(Buffer.from(digest, 'hex')) : digest],
    [folded.enhanced_tags, folded.sensitivity, sentiment.label, sentiment.score, complexity,
      folded.cluster_id, folded.storage_tier, folded.attention_metrics.interaction_depth],
    scoresOf(folded).map(score => (Math.round(score * 1e4) / 1e4 === score ? Math.round(score * 1e4)
      : [score] as const)),
    [embedding.model, embedding.version, embedding.dim],
    folded.vector,
    [processing.version, processing.steps.join() === steps1.join() ? 0 : processing.steps],
    [words.terms.map(([term]) => term).join('\n'), words.terms.map(([, count]) => count),
      words.speaker.join('\n'), words.isAsking],
  ]
}

function scoresOf(folded: FoldedRecord): number[] {
  const { quality_parts: quality, attention_metrics: attention } = folded
  return [
    folded.quality_score, quality.depth, quality.information, quality.engagement, quality.complexity,
    quality.novelty, folded.attention_weight, attention.highlight_frequency, attention.note_density,
    attention.address_revisit, attention.time_investment, folded.psp_influence_weight, folded.psp_relevance,
    folded.priority_score,
  ]
}

/** The row as a record; of one without content the texts are empty, and `cooled` has its words. */
export function recalled(person: string, row: StoredRecord): FoldedRecord {
  if (!isCooled(row)) return row
  const [, , , , , , , , [lines, counts, speaker, isAsking]] = row
  const terms = linesOf(lines).map((term, i) => [term, counts[i]] as const)
  const none = { highlight: '', note: '', recommended_highlights: [], main_topics: [], key_concepts: [] }
  return { ...filled(person, row, none), cooled: { terms, speaker: linesOf(speaker), isAsking } }
}

/** The record with its content again (K1). */
export function heated(person: string, row: CooledRecord, content: RecordContent): FoldedRecord {
  return filled(person, row, content)
}

function linesOf(lines: string): readonly string[] {
  return lines === '' ? [] : lines.split('\n')
}

type Given = readonly [string, string, string, FoldedRecord['record']['access'], string, readonly string[],
  string, FoldedRecord['record']['raw_data'] | null]
type Place = readonly [number, number, number, string, number, number, Uint8Array | string]
type Found = readonly [readonly string[], FoldedRecord['sensitivity'],
  FoldedRecord['semantic_analysis']['sentiment']['label'], number,
  FoldedRecord['semantic_analysis']['complexity_level'], string, FoldedRecord['storage_tier'],
  FoldedRecord['attention_metrics']['interaction_depth']]

/** In the order of fields that the fold makes, so that the bytes are the same (K1). */
function filled(person: string, row: CooledRecord, content: RecordContent): FoldedRecord {
  const [, given, place, found, scores, [model, version, dim], vector, [processed, steps]] = row
  const [id, app, source, access, address, tag, timestamp, raw] = given as Given
  const [at, waited, accepted, position, revision, sequence, digest] = place as Place
  const [tags, sensitivity, label, score, complexity, cluster, tier, depth] = found as Found
  const [quality, deep, information, engagement, complex, novelty, attention, frequency, density, revisit,
    time, influence, relevance, priority] = scores.map(one => (typeof one === 'number' ? one / 1e4 : one[0]))
  const { highlight, note, recommended_highlights, main_topics, key_concepts } = content
  return {
    user_id: person,
    app,
    record: {
      id, timestamp: timestamp === '' ? new Date(at).toISOString() : timestamp, source, highlight, note,
      address, tag, access, ...raw === null ? {} : { raw_data: raw },
    },
    event_time: at,
    received_at: at + waited,
    accepted_at: at + waited + accepted,
    position,
    revision,
    sequence,
    content_hash: typeof digest === 'string' ? digest : Buffer.from(digest).toString('hex'),
    recommended_highlights,
    semantic_analysis: {
      main_topics, key_concepts, sentiment: { label, score }, complexity_level: complexity,
    },
    sensitivity,
    embedding: { model, version, dim },
    vector,
    processing: { version: processed, steps: steps === 0 ? steps1 : steps },
    quality_score: quality,
    quality_parts: { depth: deep, information, engagement, complexity: complex, novelty },
    attention_weight: attention,
    attention_metrics: {
      highlight_frequency: frequency, note_density: density, address_revisit: revisit,
      time_investment: time, interaction_depth: depth,
    },
    psp_influence_weight: influence,
    psp_relevance: relevance,
    priority_score: priority,
    storage_tier: tier,
    enhanced_tags: tags,
    cluster_id: cluster,
  }
}
