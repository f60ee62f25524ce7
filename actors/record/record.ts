/**
 * The HiNATA record: Highlight, Note, Address, Tag, Access. Its forms on the way: as an app gives it
 * (`HinataRecord`), as the log carries it (`SubmittedRecord`), as the person's actor has folded it
 * (`FoldedRecord`). SPEC section 1.
 */
import type { QualityParts, Sensitivity, Sentiment } from '../enrichment/index.js'
import type { KeptWords } from './cooled.js'

/** Who may see a record. */
export type Access = 'private' | 'shared' | 'public' | 'restricted'

/** A record as an app gives it, after validation: tags normalised, everything else as given. */
export interface HinataRecord {
  readonly id: string
  /** ISO 8601, normalised to UTC. */
  readonly timestamp: string
  readonly source: string
  readonly highlight: string
  readonly note: string
  /** As given; see `addressKey` for the normalised form used for counting. */
  readonly address: string
  readonly tag: readonly string[]
  readonly access: Access
  readonly raw_data?: Readonly<Record<string, unknown>>
}

/** The value of the topic `records`. The key is the person's id. */
export interface SubmittedRecord {
  readonly record: HinataRecord
  /** The app that sent it. */
  readonly app: string
  /** When the gateway took it, ms UTC. */
  readonly receivedAt: number
}

/** What the text is about and how it is written. */
export interface SemanticAnalysis {
  readonly main_topics: readonly string[]
  readonly key_concepts: readonly string[]
  readonly sentiment: Sentiment
  readonly complexity_level: 'low' | 'medium' | 'high'
}

/** Attention, SPEC section 3; each metric 0..1, the weight 0..1. */
export interface AttentionMetrics {
  readonly highlight_frequency: number
  readonly note_density: number
  readonly address_revisit: number
  readonly time_investment: number
  readonly interaction_depth: 'low' | 'medium' | 'high'
}

/**
 * A record with everything that the engine added. This is what is stored, searched, sent to subscribers and
 * inserted.
 */
export interface FoldedRecord {
  readonly user_id: string
  readonly app: string
  readonly record: HinataRecord
  /** Event time, ms UTC. */
  readonly event_time: number
  readonly received_at: number
  /** When the log accepted it, ms UTC. */
  readonly accepted_at: number
  /** `<entry>:<index>` in the person's partition. */
  readonly position: string
  /** 1 for the first content of an id, one more for each revision. */
  readonly revision: number
  /** The person's own running number of folded records; grows by one per record or revision. */
  readonly sequence: number
  readonly content_hash: string
  readonly enhanced_tags: readonly string[]
  readonly recommended_highlights: readonly string[]
  readonly semantic_analysis: SemanticAnalysis
  readonly sensitivity: Sensitivity
  readonly quality_score: number
  readonly quality_parts: QualityParts & { readonly novelty: number }
  readonly attention_weight: number
  readonly attention_metrics: AttentionMetrics
  readonly psp_influence_weight: number
  readonly psp_relevance: number
  readonly priority_score: number
  readonly cluster_id: string
  readonly storage_tier: 'hot' | 'warm' | 'cold'
  readonly embedding: { readonly model: string, readonly version: string, readonly dim: number }
  /** Quantised embedding, int8 as bytes, `embedding.dim` long. */
  readonly vector: Uint8Array
  /**
   * Present when sensitivity is confidential or restricted: the texts that may leave the person's own state.
   */
  readonly masked?: { readonly highlight: string, readonly note: string }
  readonly processing: { readonly version: number, readonly steps: readonly string[] }
  /** Present when the content is in ClickHouse alone: texts are empty then (cooled.ts). */
  readonly cooled?: KeptWords
}
