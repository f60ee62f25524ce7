/**
 * The file form: JSON Lines, one record per line, with `user_id` beside its fields. Files, gzip and progress
 * belong to the command line; here is one line.
 */
import { parsePersonId, parseRecord, type ParsedRecord } from './parse.js'
import { refusalOf, type Refusal } from './refusal.js'
import { isPlainObject } from './raw-data.js'
import type { HinataRecord } from './record.js'

/** A line that was read. `personId` is there when the line names one. */
export type ParsedLine =
  | (ParsedRecord & { readonly record: HinataRecord, readonly personId?: string })
  | { readonly refusal: Refusal }

/** Reads one line. Blank lines are the caller's to skip. */
export function parseLine(line: string, now: number): ParsedLine {
  let input: unknown
  try {
    input = JSON.parse(line)
  } catch (error) {
    return {
      refusal: refusalOf('JSON_MALFORMED', {
        reason: error instanceof Error ? error.message : String(error),
      }),
    }
  }
  const parsed = parseRecord(input, now, { allow: ['user_id'] })
  if (parsed.refusal !== undefined) return { refusal: parsed.refusal }
  if (!isPlainObject(input) || input.user_id === undefined) return parsed
  const person = parsePersonId(input.user_id)
  return 'refusal' in person ? person : { ...parsed, personId: person.id }
}

/** Writes one line, without its end. What `parseLine` reads back is equal. */
export function formatLine(record: HinataRecord, personId: string): string {
  return JSON.stringify({ user_id: personId, ...record })
}
