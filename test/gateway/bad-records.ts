/** Records that break the rules of SPEC section 1, for every edge that takes records. */
import { recordOf } from './system.js'

/** A record that breaks one rule each, and the code of its refusal. */
export const badRecords: [unknown, string][] = [
  [recordOf('a', { id: '' }), 'ID_INVALID'],
  [recordOf('a', { id: 'x'.repeat(201) }), 'ID_INVALID'],
  [recordOf('a', { timestamp: '2026-03-01 10:00' }), 'TIMESTAMP_INVALID'],
  [recordOf('a', { timestamp: '2999-01-01T00:00:00Z' }), 'TIMESTAMP_FUTURE'],
  [recordOf('a', { highlight: 'x'.repeat(10_001) }), 'FIELD_TOO_LONG'],
  [recordOf('a', { highlight: '', note: '' }), 'TEXT_EMPTY'],
  [recordOf('a', { tag: Array.from({ length: 65 }, (_, i) => `t${i}`) }), 'TAGS_TOO_MANY'],
  [recordOf('a', { tag: 'git' }), 'FIELD_TYPE'],
  [recordOf('a', { access: 'secret' }), 'ACCESS_INVALID'],
  [recordOf('a', { raw_data: { text: 'x'.repeat(70_000) } }), 'RAW_DATA_TOO_LARGE'],
  [recordOf('a', { enhanced_tags: [] }), 'FIELD_UNKNOWN'],
  [null, 'RECORD_NOT_OBJECT'],
  [[], 'RECORD_NOT_OBJECT'],
]
