/** A folded record as apps see it: SPEC section 1, one flat object, times in ISO 8601. */
import type { FoldedRecord } from '../actors/record/index.js'
import type { Principal } from './identity/principal.js'
import { personOf } from './identity/tenant.js'
import { seenTexts, type Sight } from './privacy/minimisation.js'

/** From where a record is looked at: all that its enhanced form depends on beside the record. */
export interface Viewpoint extends Sight {
  /** The masked texts are seen. */
  readonly isMasked: boolean
}

/**
 * From where this caller looks. Of confidential and restricted records an app that neither sent them nor may
 * read the person's data sees the masked texts, and no words that were drawn from the unmasked ones; nor does
 * anyone whose sight is narrow.
 */
export function viewpointOf(folded: FoldedRecord, principal: Principal, sight: Sight): Viewpoint {
  const isOwn = folded.app === principal.appId || principal.permissions.has('user_data_read')
  const isMasked = folded.masked !== undefined && !isOwn
  const { isNarrow } = sight
  return { isMasked, isNarrow, seesRawData: (isOwn || sight.seesRawData) && !isMasked && !isNarrow }
}

/** The enhanced record as this caller sees it. */
export function enhancedOf(
  folded: FoldedRecord, principal: Principal, sight: Sight,
): Readonly<Record<string, unknown>> {
  return enhancedFrom(folded, viewpointOf(folded, principal, sight))
}

/** The enhanced record as it is seen from a viewpoint. */
export function enhancedFrom(folded: FoldedRecord, viewpoint: Viewpoint): Readonly<Record<string, unknown>> {
  const { isMasked, isNarrow, seesRawData } = viewpoint
  const { raw_data: rawData, ...full } = isMasked ? { ...folded.record, ...folded.masked } : folded.record
  const isHidden = isMasked || isNarrow
  const { semantic_analysis: analysis } = folded
  return {
    ...seenTexts(full, viewpoint),
    ...(seesRawData && rawData !== undefined ? { raw_data: rawData } : {}),
    user_id: personOf(folded.user_id),
    revision: folded.revision,
    enhanced_tags: isHidden ? [] : folded.enhanced_tags,
    recommended_highlights: isHidden ? [] : folded.recommended_highlights,
    semantic_analysis: isHidden ? { ...analysis, main_topics: [], key_concepts: [] } : analysis,
    quality_score: folded.quality_score,
    attention_weight: folded.attention_weight,
    attention_metrics: folded.attention_metrics,
    psp_influence_weight: folded.psp_influence_weight,
    psp_relevance: folded.psp_relevance,
    priority_score: folded.priority_score,
    cluster_id: folded.cluster_id,
    sensitivity: folded.sensitivity,
    storage_tier: folded.storage_tier,
    ...(folded.cooled === undefined ? {} : { is_text_away: true }),
    content_hash: folded.content_hash,
    embedding: folded.embedding,
    position: folded.position,
    processing: {
      received_at: new Date(folded.received_at).toISOString(),
      completed_at: new Date(folded.accepted_at).toISOString(),
      version: folded.processing.version,
      steps: folded.processing.steps,
    },
  }
}
