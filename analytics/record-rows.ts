/**
 * Rows of `records`: a folded record, column by column (schema/0001-records.sql).
 *
 * R1  A pure function of the folded record: the same record gives the same row at every retry.
 * R2  Of a confidential or restricted record only masked texts leave (SPEC section 10); `raw_data`, which
 *     nobody has classified, and the vector never do.
 */
import { maskPii } from '../actors/enrichment/index.js'
import type { FoldedRecord } from '../actors/record/record.js'
import { formatInstant } from './instant.js'
import { storableScore, storableText } from './storable.js'
import type { AnalyticsTable } from './table.js'

/** The table of folded records. */
export const recordsTable: AnalyticsTable<FoldedRecord> = {
  name: 'records',
  columns: {
    user_id: folded => storableText(folded.user_id),
    id: folded => storableText(folded.record.id),
    revision: folded => folded.revision,
    sequence: folded => folded.sequence,
    app: folded => storableText(folded.app),
    source: folded => storableText(folded.record.source),
    access: folded => folded.record.access,
    event_time: folded => formatInstant(folded.event_time),
    received_at: folded => formatInstant(folded.received_at),
    accepted_at: folded => formatInstant(folded.accepted_at),
    position: folded => folded.position,
    highlight: folded => storableText(folded.masked?.highlight ?? folded.record.highlight),
    note: folded => storableText(folded.masked?.note ?? folded.record.note),
    address: folded => shown(folded, folded.record.address),
    tag: folded => allShown(folded, folded.record.tag),
    enhanced_tags: folded => allShown(folded, folded.enhanced_tags),
    recommended_highlights: folded => allShown(folded, folded.recommended_highlights),
    main_topics: folded => allShown(folded, folded.semantic_analysis.main_topics),
    key_concepts: folded => allShown(folded, folded.semantic_analysis.key_concepts),
    sentiment: folded => folded.semantic_analysis.sentiment.label,
    sentiment_score: folded => storableScore(folded.semantic_analysis.sentiment.score),
    complexity_level: folded => folded.semantic_analysis.complexity_level,
    sensitivity: folded => folded.sensitivity,
    is_masked: folded => folded.masked !== undefined,
    content_hash: folded => folded.content_hash,
    quality_score: folded => storableScore(folded.quality_score),
    quality_depth: folded => storableScore(folded.quality_parts.depth),
    quality_information: folded => storableScore(folded.quality_parts.information),
    quality_engagement: folded => storableScore(folded.quality_parts.engagement),
    quality_complexity: folded => storableScore(folded.quality_parts.complexity),
    quality_novelty: folded => storableScore(folded.quality_parts.novelty),
    attention_weight: folded => storableScore(folded.attention_weight),
    highlight_frequency: folded => storableScore(folded.attention_metrics.highlight_frequency),
    note_density: folded => storableScore(folded.attention_metrics.note_density),
    address_revisit: folded => storableScore(folded.attention_metrics.address_revisit),
    time_investment: folded => storableScore(folded.attention_metrics.time_investment),
    interaction_depth: folded => folded.attention_metrics.interaction_depth,
    psp_influence_weight: folded => storableScore(folded.psp_influence_weight),
    psp_relevance: folded => storableScore(folded.psp_relevance),
    priority_score: folded => storableScore(folded.priority_score),
    cluster_id: folded => folded.cluster_id,
    storage_tier: folded => folded.storage_tier,
    embedding_model: folded => folded.embedding.model,
    embedding_version: folded => folded.embedding.version,
    embedding_dim: folded => folded.embedding.dim,
    processing_version: folded => folded.processing.version,
    processing_steps: folded => folded.processing.steps,
  },
  partitionedBy: folded => folded.accepted_at,
  weight: folded => folded.record.highlight.length + folded.record.note.length,
  presence: {
    where: 'user_id = {user_id:String} AND id = {id:String} AND revision >= {revision:UInt32}',
    parameters: folded => ({
      user_id: storableText(folded.user_id), id: storableText(folded.record.id), revision: folded.revision,
    }),
  },
  feedsRollup: true,
}

function shown(folded: FoldedRecord, text: string): string {
  return storableText(folded.masked === undefined ? text : maskPii(text))
}

function allShown(folded: FoldedRecord, texts: readonly string[]): string[] {
  return texts.map(text => shown(folded, text))
}
