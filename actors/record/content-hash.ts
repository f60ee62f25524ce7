/**
 * The identity of a record's content: SHA-256 of highlight and note. Same id and same hash = the same record
 * again.
 */
import { createHash } from 'node:crypto'

/**
 * Hex digest. The highlight's length stands first, so that no text can wander from one field to the other.
 */
export function contentHash(record: { readonly highlight: string, readonly note: string }): string {
  return createHash('sha256')
    .update(`${record.highlight.length}\n${record.highlight}\n${record.note}`)
    .digest('hex')
}
