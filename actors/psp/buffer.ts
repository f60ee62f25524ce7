/** The buffer: what the person kept in the last ten minutes, before it has become knowledge. */
import type { FoldedRecord } from '../record/index.js'

/** One record of the buffer, as much as a prompt says of it. */
export interface BufferedRecord {
  readonly id: string
  /** Event time, ms UTC. */
  readonly at: number
  readonly text: string
}

/** Records in the buffer at most. */
export const BUFFER_MAX = 20
/** How long a record stays in it. */
export const BUFFER_MS = 10 * 60_000
const TEXT_CHARS_MAX = 200

/** What the buffer keeps of a folded record: masked text where the text must not leave. */
export function buffered(folded: FoldedRecord): BufferedRecord {
  const { highlight, note } = folded.masked ?? folded.record
  const text = (highlight.trim() === '' ? note : highlight)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, TEXT_CHARS_MAX)
  return { id: folded.record.id, at: folded.event_time, text }
}

/** The records of the ten minutes before `now`, the newest first. */
export function bufferAt(buffer: Iterable<BufferedRecord>, now: number): BufferedRecord[] {
  return [...buffer].filter(({ at }) => now - at <= BUFFER_MS && at <= now + BUFFER_MS).reverse()
}
