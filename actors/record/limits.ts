/** The limits and field names of a record, SPEC section 1. */

/** Characters an id (of a record, of a person) may have. */
export const ID_CHARS_MAX = 200
/** Characters of the name of an app or device. */
export const SOURCE_CHARS_MAX = 200
/** Characters of a highlight. */
export const HIGHLIGHT_CHARS_MAX = 10_000
/** Characters of a note. */
export const NOTE_CHARS_MAX = 50_000
/** Characters of an address; what browsers and proxies carry without cutting. */
export const ADDRESS_CHARS_MAX = 4_096
/** Characters of the key that an address is counted by. */
export const ADDRESS_KEY_CHARS_MAX = 300
/** Tags of one record. */
export const TAGS_MAX = 64
/** Characters of one tag. */
export const TAG_CHARS_MAX = 100
/** Packed bytes of raw_data. */
export const RAW_DATA_BYTES_MAX = 64 * 1_024
/** Levels of raw_data; deeper ones are made to exhaust a parser. */
export const RAW_DATA_LEVELS_MAX = 32
/** How far a device's clock may be ahead. */
export const FUTURE_MS_MAX = 5 * 60_000

/** What a person's app may give. */
export const inputFields: readonly string[] = [
  'id',
  'timestamp',
  'source',
  'highlight',
  'note',
  'address',
  'tag',
  'access',
  'raw_data',
]

/** What only the engine adds; an app that sends one has taken an answer for a record. */
export const engineFields: readonly string[] = [
  'enhanced_tags',
  'recommended_highlights',
  'semantic_analysis',
  'quality_score',
  'quality_parts',
  'attention_weight',
  'attention_metrics',
  'psp_influence_weight',
  'cluster_id',
  'priority_score',
  'psp_relevance',
  'sensitivity',
  'storage_tier',
  'content_hash',
  'embedding',
  'processing',
  'status',
  'revision',
  'sequence',
]
