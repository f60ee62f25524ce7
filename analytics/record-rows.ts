/**
 * Rows of `records`: a folded record, column by column (schema/0001-records.sql).
 *
 * R1  A pure function of the folded record and its person's name (row-names.ts): the same record gives the
 *     same row at every retry.
 * R2  Of a confidential or restricted record only masked texts leave (SPEC section 10); `raw_data`, which
 *     nobody has classified, and the vector never do.
 */
import { maskPii } from '../actors/enrichment/index.js'
import type { FoldedRecord } from '../actors/record/record.js'
import { flag, instant, score, text, texts, uint16, uint32, uint64, word, words } from './column.js'
import { storableText } from './storable.js'
import { lastSequenceSql, type AnalyticsTable } from './table.js'

/** The table of folded records. */
export const recordsTable: AnalyticsTable<FoldedRecord> = {
  name: 'records',
  columns: {
    user_id: text(folded => folded.user_id),
    id: text(folded => folded.record.id),
    revision: uint32(folded => folded.revision),
    sequence: uint64(folded => folded.sequence),
    app: word(folded => folded.app),
    source: word(folded => folded.record.source),
    access: word(folded => folded.record.access),
    event_time: instant(folded => folded.event_time),
    received_at: instant(folded => folded.received_at),
    accepted_at: instant(folded => folded.accepted_at),
    position: text(folded => folded.position),
    highlight: text(folded => folded.masked?.highlight ?? folded.record.highlight),
    note: text(folded => folded.masked?.note ?? folded.record.note),
    address: text(folded => shown(folded, folded.record.address)),
    tag: words(folded => allShown(folded, folded.record.tag)),
    enhanced_tags: words(folded => allShown(folded, folded.enhanced_tags)),
    recommended_highlights: texts(folded => allShown(folded, folded.recommended_highlights)),
    main_topics: words(folded => allShown(folded, folded.semantic_analysis.main_topics)),
    key_concepts: words(folded => allShown(folded, folded.semantic_analysis.key_concepts)),
    sentiment: word(folded => folded.semantic_analysis.sentiment.label),
    sentiment_score: score(folded => folded.semantic_analysis.sentiment.score),
    complexity_level: word(folded => folded.semantic_analysis.complexity_level),
    sensitivity: word(folded => folded.sensitivity),
    is_masked: flag(folded => folded.masked !== undefined),
    content_hash: text(folded => folded.content_hash),
    quality_score: score(folded => folded.quality_score),
    quality_depth: score(folded => folded.quality_parts.depth),
    quality_information: score(folded => folded.quality_parts.information),
    quality_engagement: score(folded => folded.quality_parts.engagement),
    quality_complexity: score(folded => folded.quality_parts.complexity),
    quality_novelty: score(folded => folded.quality_parts.novelty),
    attention_weight: score(folded => folded.attention_weight),
    highlight_frequency: score(folded => folded.attention_metrics.highlight_frequency),
    note_density: score(folded => folded.attention_metrics.note_density),
    address_revisit: score(folded => folded.attention_metrics.address_revisit),
    time_investment: score(folded => folded.attention_metrics.time_investment),
    interaction_depth: word(folded => folded.attention_metrics.interaction_depth),
    psp_influence_weight: score(folded => folded.psp_influence_weight),
    psp_relevance: score(folded => folded.psp_relevance),
    priority_score: score(folded => folded.priority_score),
    cluster_id: text(folded => folded.cluster_id),
    storage_tier: word(folded => folded.storage_tier),
    embedding_model: word(folded => folded.embedding.model),
    embedding_version: word(folded => folded.embedding.version),
    embedding_dim: uint16(folded => folded.embedding.dim),
    processing_version: uint32(folded => folded.processing.version),
    processing_steps: words(folded => folded.processing.steps),
  },
  personOf: folded => folded.user_id,
  acceptedAt: folded => folded.accepted_at,
  named: (folded, name) => ({ ...folded, user_id: name }),
  partitionedBy: folded => folded.accepted_at,
  weight: folded => folded.record.highlight.length + folded.record.note.length,
  presence: {
    where: 'user_id = {user_id:String} AND id = {id:String} AND revision >= {revision:UInt32}',
    parameters: folded => ({
      user_id: storableText(folded.user_id), id: storableText(folded.record.id), revision: folded.revision,
    }),
  },
  repeats: {
    keyOf: folded => storableText(folded.user_id),
    sql: lastSequenceSql('records_all'),
    isThere: (folded, last) => folded.sequence <= Number(last),
  },
  tellsRepairs: true,
}

function shown(folded: FoldedRecord, text: string): string {
  return folded.masked === undefined ? text : maskPii(text)
}

function allShown(folded: FoldedRecord, texts: readonly string[]): readonly string[] {
  return folded.masked === undefined ? texts : texts.map(text => maskPii(text))
}
