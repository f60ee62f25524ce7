/**
 * What the index keeps of a record to filter it and to show it. The text to be found is in the postings,
 * not here.
 */
import { addressKey } from '../record/index.js'
import type { KeptWords } from '../record/cooled.js'
import type { FoldedRecord } from '../record/record.js'
import { detached } from './detached.js'
import { NOTE_CHARS_MAX } from './limits.js'
import { speakerTermsOf, termsOf } from './terms.js'

/** One record of a person, as filters and results need it. */
export interface Entry {
  readonly id: string
  readonly sequence: number
  readonly highlight: string
  /** The first 400 characters. */
  readonly note: string
  readonly address: string
  /** Records with the same one stand at the same address; empty when there is none. */
  readonly addressKey: string
  readonly tags: readonly string[]
  readonly enhancedTags: readonly string[]
  /** ms UTC. */
  readonly eventTime: number
  readonly influence: number
  readonly attention: number
  readonly source: string
  readonly access: string
  readonly sensitivity: string
  /** As it was when the record was folded. */
  readonly tier: string
  /** The terms of who says it, when it is a line of a conversation (terms.ts). */
  readonly speaker: readonly string[]
  /** Its text ends with a question. */
  readonly isAsking: boolean
  /** Its position in the log when its texts are in ClickHouse alone, and empty here; else ''. */
  readonly cooled: string
}

/** A question mark after which no other sentence ends. What stands in brackets may follow. */
const ENDS_WITH_QUESTION = /[?？؟][^.!?？؟。]*$/
const TAIL_CHARS = 300

/** Object, strings' headers and places in the arrays of the index, measured on one-line records. */
const ENTRY_BYTES = 600

/** The texts that may leave the person's own state. */
export function visibleTexts(folded: FoldedRecord): { readonly highlight: string, readonly note: string } {
  return folded.masked ?? folded.record
}

/** Takes from a record what the index keeps. */
export function entryOf(folded: FoldedRecord): Entry {
  const { record } = folded
  const { highlight, note } = visibleTexts(folded)
  return {
    id: record.id,
    sequence: folded.sequence,
    highlight,
    note: note.length <= NOTE_CHARS_MAX ? note : detached(note.slice(0, NOTE_CHARS_MAX)),
    address: record.address,
    addressKey: addressKey(record.address),
    tags: record.tag,
    enhancedTags: folded.enhanced_tags,
    eventTime: folded.event_time,
    influence: folded.psp_influence_weight,
    attention: folded.attention_weight,
    source: record.source,
    access: record.access,
    sensitivity: folded.sensitivity,
    tier: folded.storage_tier,
    speaker: folded.cooled?.speaker ?? speakerTermsOf(note),
    isAsking: folded.cooled?.isAsking ?? isAsking(highlight, note),
    cooled: folded.cooled === undefined ? '' : folded.position,
  }
}

/** What must stay of a record whose texts leave, so that a search ranks it as before. */
export function keptWordsOf(folded: FoldedRecord): KeptWords {
  const { highlight, note } = visibleTexts(folded)
  return {
    terms: [...termsOf(folded)], speaker: speakerTermsOf(note), isAsking: isAsking(highlight, note),
  }
}

function isAsking(highlight: string, note: string): boolean {
  return ENDS_WITH_QUESTION.test((note.trim() === '' ? highlight : note).slice(-TAIL_CHARS))
}

/** Estimated bytes that an entry holds. */
export function bytesOf(entry: Entry): number {
  return ENTRY_BYTES + entry.highlight.length + entry.note.length + 2 * entry.address.length
}
