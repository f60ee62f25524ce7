/**
 * The identity of a record's content: SHA-256 of highlight and note. Same id and same hash = the same record
 * again.
 */
import { hash } from 'node:crypto'

/**
 * Hex digest. The highlight's length stands first, so that no text can wander from one field to the other.
 */
export function contentHash(record: { readonly highlight: string, readonly note: string }): string {
  return hash('sha256', `${record.highlight.length}\n${record.highlight}\n${record.note}`, 'hex')
}
