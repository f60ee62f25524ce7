/**
 * Enrichment: what a record says, how well, how sensitive. Pure, synchronous and deterministic; runs in
 * threads.
 */
export { analyseBatch, enrichBatch } from './enrich.js'
export type { Analysed, AnalysedSentence, AnalysedText, EnrichInput, Enrichment } from './enrich.js'
export { findPii, maskPii, type PiiHit } from './pii.js'
export type { PiiKind } from './pii-patterns.js'
export type { QualityParts } from './quality.js'
export { isMasked, type Sensitivity } from './sensitivity.js'
export type { Sentiment } from './sentiment.js'
export { tagKey, tagOf, type Tag } from './tag.js'
export { TAGS_MAX } from './tags.js'
