/** Records: what an app may send, its refusals, its keys and its file form. Pure. */
export { addressKey } from './address.js'
export { contentHash } from './content-hash.js'
export {
  contentOf, cooled, heated, isCooled, recalled, type RecordContent, type StoredRecord,
} from './cooled.js'
export { formatLine, parseLine, type ParsedLine } from './file-form.js'
export { parsePersonId, parseRecord, type ParsedRecord } from './parse.js'
export type { AttentionMetrics, FoldedRecord, HinataRecord, SubmittedRecord } from './record.js'
export type { Refusal } from './refusal.js'
