/**
 * Folding: one staged record becomes a FoldedRecord and changes of the PSP. Synchronous and deterministic
 * (A1).
 *
 * D1 Same id and same content: no change at all. D2 Same id, new content: a revision; counts are not doubled.
 * D3 Nothing of raw_data is read: it is the app's, and opaque.
 */
import { calibrate, staticHash } from '../embedding/index.js'
import { isEcho } from '../psp/echo.js'
import { Knowledge, type Change } from '../psp/knowledge.js'
import { learnMood, learnStatements, learnVisits, type Lesson } from '../psp/learn.js'
import { learnTopics } from '../psp/learn-topics.js'
import { withRecord, type Profile } from '../psp/profile.js'
import { buffered, BUFFER_MS } from '../psp/buffer.js'
import { TAGS_MAX, tagKey } from '../enrichment/index.js'
import { recalled, type FoldedRecord } from '../record/index.js'
import { attentionOf, countAlike, usesAt, visited, type AddressUse } from './attention.js'
import { assignCluster } from './clusters.js'
import { noveltyOf, remember, tagsOfNeighbours, type RecentRecord } from './recent.js'
import { influenceOf, priorityScoreOf, qualityOf, rounded, storageTierOf } from './scores.js'
import type { Scoring } from './scoring.js'
import type { StagedRecord } from './staged.js'
import type { PersonCells } from './state.js'
import { spell } from './vocabulary.js'
import { hash32 } from '../text/index.js'

/** What is known about the turn. */
interface FoldContext {
  readonly personId: string
  /** ms UTC: when the log accepted the record. */
  readonly now: number
  /** ms UTC. */
  readonly eventTime: number
  readonly position: string
  readonly scoring: Scoring
}

/** What a record changed; null: nothing (D1). */
interface FoldOutcome {
  readonly folded: FoldedRecord
  readonly changes: readonly Change[]
  /** The PSP's sequence before the changes. */
  readonly changesBefore: number
}

const PROCESSING: FoldedRecord['processing'] = {
  version: 1,
  steps: ['received', 'validated', 'enhanced', 'scored', 'stored'],
}
const EMBEDDING: FoldedRecord['embedding'] = {
  model: staticHash.id,
  version: staticHash.version,
  dim: staticHash.dim,
}
/** A record that is this near to an earlier one says the same. */
const REPEATED_NOVELTY = 0.05
/** Tags that a record without any gets from its neighbours. */
const SUGGESTED_MAX = 3
const NO_TOPICS: ReadonlySet<string> = new Set()

/** Folds one record. */
export function foldRecord(
  cells: PersonCells,
  staged: StagedRecord,
  context: FoldContext,
): FoldOutcome | null {
  const { record } = staged.submitted
  const stored = cells.records.get(record.id)
  const before = stored && recalled(context.personId, stored)
  if (before?.content_hash === staged.contentHash) return null
  const profile = profileAfter(cells.profile.get(), staged, context.eventTime, before)
  const knowledge = new Knowledge(cells.components, profile.created)
  const own: RecentRecord = {
    who: hash32(record.id, 0),
    at: context.eventTime,
    title: staged.titleTokens,
    tags: staged.tagHashes,
    vector: staged.vector,
  }
  const use = countVisit(cells, staged, context.eventTime, before)
  const scores = scoresOf(cells, staged, context, own, use)
  const topics = staged.about.topics.map(({ label }) => label)
  const found = {
    revision: (before?.revision ?? 0) + 1,
    sequence: profile.sequence,
    enhancedTags: spell(cells.tags, record.tag, suggested(staged, cells, own)),
    clusterId: assignCluster(cells.clusters, staged.vector, topics),
  }
  const folded = foldedOf(staged, context, scores, found)
  remember(cells.recent, own, before === undefined ? 'new' : 'revision')
  learn(cells, knowledge, lessonOf(staged, context, profile, folded, use, before), staged)
  const changes = knowledge.settle(Math.max(context.eventTime, profile.lastAt), profile.gapMs)
  cells.profile.set({ ...profile, created: knowledge.created, changes: profile.changes + changes.length })
  cells.records.put(record.id, folded)
  if (context.now - context.eventTime <= BUFFER_MS) cells.buffer.push(buffered(folded))
  return { folded, changes, changesBefore: profile.changes }
}

function profileAfter(
  profile: Profile,
  staged: StagedRecord,
  at: number,
  before: FoldedRecord | undefined,
): Profile {
  if (before !== undefined) return { ...profile, sequence: profile.sequence + 1 }
  const { label } = staged.enrichment.semanticAnalysis.sentiment
  return withRecord(profile, at, staged.isOwnVoice ? label : 'neutral')
}

/** Tags for a record: without tags of the person's own, what they file its likes under comes first. */
function suggested(
  { submitted, enrichment }: StagedRecord, cells: PersonCells, own: RecentRecord,
): readonly string[] {
  if (submitted.record.tag.length > 0) return enrichment.enhancedTags
  const likely = tagsOfNeighbours(own, cells.recent).slice(0, SUGGESTED_MAX)
  if (likely.length === 0) return enrichment.enhancedTags
  const placed = likely.flatMap(hash => cells.tags.index.spellings(hash))
  return [...new Set([...placed, ...enrichment.enhancedTags])].slice(0, TAGS_MAX)
}

/** A revision is the same visit. */
function countVisit(
  cells: PersonCells,
  staged: StagedRecord,
  at: number,
  before: FoldedRecord | undefined,
): AddressUse {
  if (staged.addressKey === '') return { visits: [], notes: [] }
  const known = cells.addresses.get(staged.addressKey)
  if (before !== undefined && known !== undefined) return known
  const use = visited(known, at, staged.submitted.record.note.trim() === '' ? 'no note' : 'note')
  cells.addresses.put(staged.addressKey, use)
  return use
}

type Scores = Pick<
  FoldedRecord,
  | 'quality_score'
  | 'quality_parts'
  | 'attention_weight'
  | 'attention_metrics'
  | 'psp_influence_weight'
  | 'psp_relevance'
  | 'priority_score'
  | 'storage_tier'
>

function scoresOf(
  cells: PersonCells,
  staged: StagedRecord,
  context: FoldContext,
  own: RecentRecord,
  use: AddressUse,
): Scores {
  const { record } = staged.submitted
  const parts = {
    ...staged.enrichment.qualityParts,
    novelty: noveltyOf(own, cells.recent),
  }
  const attention = attentionOf({
    ...countAlike(cells.recent, own),
    notes: usesAt(use.notes, own.at),
    visits: usesAt(use.visits, own.at),
    noteChars: record.note.length,
    tags: record.tag.length,
    topicSpanMs: own.at - beginningOf(cells, staged, own.at),
  }, context.scoring)
  const quality = qualityOf(parts)
  const influence = influenceOf(quality, attention.weight)
  const ageMs = context.now - context.eventTime
  const relevance = calibrate(cells.components.index.nearest(staged.vector), staticHash.id)
  return {
    quality_score: quality,
    quality_parts: parts,
    attention_weight: attention.weight,
    attention_metrics: attention.metrics,
    psp_influence_weight: influence,
    psp_relevance: rounded(relevance),
    priority_score: priorityScoreOf(relevance, ageMs, influence, context.scoring.daily_fade),
    storage_tier: storageTierOf(influence, ageMs),
  }
}

/** When the oldest of the record's topics began; `at` when they begin with it. */
function beginningOf(cells: PersonCells, { about }: StagedRecord, at: number): number {
  let first = at
  for (const { key } of about.topics) first = Math.min(first, cells.topics.get(key)?.firstAt ?? at)
  return first
}

/** What the person's state adds to a record, beside its scores. */
interface Found {
  readonly revision: number
  readonly sequence: number
  readonly enhancedTags: readonly string[]
  readonly clusterId: string
}

/**
 * The folded record, in one literal: an object that is put together from parts this large becomes a
 * dictionary, which takes several times as long to make and to pack.
 */
function foldedOf(staged: StagedRecord, context: FoldContext, scores: Scores, found: Found): FoldedRecord {
  const { submitted, enrichment } = staged
  const { mainTopics, keyConcepts, sentiment, complexityLevel } = enrichment.semanticAnalysis
  const folded: FoldedRecord = {
    user_id: context.personId,
    app: submitted.app,
    record: submitted.record,
    event_time: context.eventTime,
    received_at: submitted.receivedAt,
    accepted_at: context.now,
    position: context.position,
    revision: found.revision,
    sequence: found.sequence,
    content_hash: staged.contentHash,
    recommended_highlights: enrichment.recommendedHighlights,
    semantic_analysis: {
      main_topics: mainTopics,
      key_concepts: keyConcepts,
      sentiment,
      complexity_level: complexityLevel,
    },
    sensitivity: enrichment.sensitivity,
    embedding: EMBEDDING,
    vector: staged.vector,
    processing: PROCESSING,
    quality_score: scores.quality_score,
    quality_parts: scores.quality_parts,
    attention_weight: scores.attention_weight,
    attention_metrics: scores.attention_metrics,
    psp_influence_weight: scores.psp_influence_weight,
    psp_relevance: scores.psp_relevance,
    priority_score: scores.priority_score,
    storage_tier: scores.storage_tier,
    enhanced_tags: found.enhancedTags,
    cluster_id: found.clusterId,
  }
  const { maskedHighlight: highlight, maskedNote: note } = enrichment
  const isMasked = typeof highlight === 'string' && typeof note === 'string'
  return isMasked ? { ...folded, masked: { highlight, note } } : folded
}

function lessonOf(
  staged: StagedRecord,
  { eventTime }: FoldContext,
  profile: Profile,
  folded: FoldedRecord,
  use: AddressUse,
  before: FoldedRecord | undefined,
): Lesson {
  const { submitted, intents, about, vector, addressKey } = staged
  return {
    cause: {
      recordId: submitted.record.id,
      app: submitted.app,
      at: eventTime,
      attention: folded.attention_weight,
      gapMs: profile.gapMs,
    },
    intents,
    about,
    vector,
    addressKey,
    visits: usesAt(use.visits, eventTime),
    revision: folded.revision,
    isRepeated: folded.quality_parts.novelty < REPEATED_NOVELTY,
    topicsBefore:
      before === undefined
        ? NO_TOPICS
        : new Set([...before.record.tag, ...before.enhanced_tags].map(tagKey)),
    records: profile.records,
    moods: profile.moods,
  }
}

function learn(cells: PersonCells, knowledge: Knowledge, lesson: Lesson, staged: StagedRecord): void {
  if (isEcho(staged.echo, cells.components.index)) return
  learnTopics(knowledge, cells.topics, cells.habits, lesson)
  learnStatements(knowledge, cells.hints, lesson)
  learnVisits(knowledge, lesson)
  learnMood(knowledge, lesson)
}
