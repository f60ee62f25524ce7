/**
 * From what an app sends to a HinataRecord. Every rule of SPEC section 1 is here or in the files it names;
 * what passed is trusted by everything behind.
 *
 * P1 Never throws: each input is a record or one refusal with a code of the table.
 * P2 Parsing what was parsed changes nothing.
 */
import {
  inputFields,
  engineFields,
  ADDRESS_CHARS_MAX,
  FUTURE_MS_MAX,
  HIGHLIGHT_CHARS_MAX,
  ID_CHARS_MAX,
  NOTE_CHARS_MAX,
  SOURCE_CHARS_MAX,
  TAGS_MAX,
  TAG_CHARS_MAX,
} from './limits.js'
import { FieldReader, isPrintableId } from './field-reader.js'
import { isPlainObject, readRawData } from './raw-data.js'
import { kindOf, refusalOf, type Refusal } from './refusal.js'
import { nearestName } from './suggestion.js'
import { parseTimestamp } from './timestamp.js'
import type { Access, HinataRecord } from './record.js'

/** A record that may enter the log, or why not. `eventTime` is ms UTC. */
export type ParsedRecord =
  | { readonly record: HinataRecord, readonly eventTime: number, readonly refusal?: undefined }
  | { readonly refusal: Refusal, readonly record?: undefined }

const ACCESSES: readonly Access[] = ['private', 'shared', 'public', 'restricted']

/** Parses one record. `now` is ms UTC; `allow` names fields that stand beside a record in its file form. */
export function parseRecord(
  input: unknown,
  now: number,
  options: { allow?: readonly string[] } = {},
): ParsedRecord {
  if (!isPlainObject(input)) return { refusal: refusalOf('RECORD_NOT_OBJECT', { found: kindOf(input) }) }
  const unknown = unknownField(input, options.allow ?? [])
  if (unknown !== undefined) return { refusal: unknown }
  const fields = new FieldReader(input)
  const id = readId(fields)
  const eventTime = readTimestamp(fields, now)
  const source = fields.requiredText('source', SOURCE_CHARS_MAX).trim()
  const highlight = fields.text('highlight', HIGHLIGHT_CHARS_MAX)
  const note = fields.text('note', NOTE_CHARS_MAX)
  const address = fields.text('address', ADDRESS_CHARS_MAX).trim()
  const tag = readTags(fields)
  const access = readAccess(fields)
  const rawData = readRawData(fields)
  if (highlight.trim() === '' && note.trim() === '') fields.refuse('TEXT_EMPTY', {}, 'highlight', undefined)
  if (fields.refusal !== undefined) return { refusal: fields.refusal }
  const timestamp = new Date(eventTime).toISOString()
  const record = { id, timestamp, source, highlight, note, address, tag, access }
  return { record: rawData === undefined ? record : { ...record, raw_data: rawData }, eventTime }
}

/** A person's id, or why it is none. */
export function parsePersonId(input: unknown): { readonly id: string } | { readonly refusal: Refusal } {
  if (isPrintableId(input, ID_CHARS_MAX)) return { id: input }
  return { refusal: refusalOf('USER_ID_INVALID', {}, 'user_id') }
}

function unknownField(input: object, allow: readonly string[]): Refusal | undefined {
  for (const field of Object.keys(input)) {
    if (inputFields.includes(field) || allow.includes(field)) continue
    return refusalOf(
      'FIELD_UNKNOWN',
      { field: field.slice(0, ID_CHARS_MAX), suggestion: suggestionFor(field) },
      field,
    )
  }
  return undefined
}

function suggestionFor(field: string): string {
  if (engineFields.includes(field)) return ' The engine adds it; leave it out.'
  if (field === 'user_id') return ' It belongs beside the records, not inside.'
  const meant = nearestName(field, inputFields)
  return meant === undefined ? ` A record has ${inputFields.join(', ')}.` : ` Did you mean ${meant}?`
}

function readId(fields: FieldReader): string {
  const id = fields.raw('id')
  if (id === undefined) return fields.refuse('FIELD_MISSING', { field: 'id' }, 'id', '')
  return isPrintableId(id, ID_CHARS_MAX) ? id : fields.refuse('ID_INVALID', {}, 'id', '')
}

function readTimestamp(fields: FieldReader, now: number): number {
  const given = fields.raw('timestamp')
  if (given === undefined) return fields.refuse('FIELD_MISSING', { field: 'timestamp' }, 'timestamp', 0)
  const at = typeof given === 'string' ? parseTimestamp(given) : undefined
  if (at === undefined) {
    const found = typeof given === 'string' ? JSON.stringify(given.slice(0, 40)) : kindOf(given)
    return fields.refuse('TIMESTAMP_INVALID', { found }, 'timestamp', 0)
  }
  const aheadMs = at - now
  if (aheadMs > FUTURE_MS_MAX)
    fields.refuse('TIMESTAMP_FUTURE', { aheadMs, max: FUTURE_MS_MAX }, 'timestamp', 0)
  return at
}

/** Tags: trimmed, lower-cased, without blanks and repeats; the order is the person's. */
function readTags(fields: FieldReader): string[] {
  const given = fields.raw('tag')
  if (given === undefined) return []
  if (!Array.isArray(given)) {
    return fields.refuse(
      'FIELD_TYPE',
      { field: 'tag', expected: 'an array of strings', found: kindOf(given) },
      'tag',
      [],
    )
  }
  if (given.length > TAGS_MAX)
    return fields.refuse('TAGS_TOO_MANY', { found: given.length, max: TAGS_MAX }, 'tag', [])
  const tags = new Set<string>()
  given.forEach((entry: unknown, index) => {
    const trimmed = typeof entry === 'string' ? entry.trim().toLowerCase() : entry
    tags.add(fields.boundedText(`tag[${index}]`, trimmed, TAG_CHARS_MAX))
  })
  tags.delete('')
  return [...tags]
}

function readAccess(fields: FieldReader): Access {
  const given = fields.raw('access')
  if (given === undefined) return 'private'
  const access = ACCESSES.find(known => known === given)
  if (access !== undefined) return access
  const found = typeof given === 'string' ? given.slice(0, 40) : kindOf(given)
  return fields.refuse('ACCESS_INVALID', { found }, 'access', 'private')
}
