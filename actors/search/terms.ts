/**
 * From texts to the terms that are indexed and asked for: stems of words, without stop words.
 *
 * What a person chose to say counts more: highlight and tags 1.5 times a word of the note, tags that we
 * added half. Counts are in halves, so that they are whole numbers and sums of them are exact.
 *
 * A note that begins `Name:` is a line of a conversation. The name counts twice, and stands for this line
 * only: the lines beside it are said by others.
 */
import { isStopWord, stemOf, wordsOf } from '../text/index.js'
import type { FoldedRecord } from '../record/record.js'
import { visibleTexts } from './entry.js'
import { baseOf } from './irregular-words.js'
import { QUESTION_TERMS_MAX } from './limits.js'

/** One occurrence in a note. */
export const NOTE_COUNT = 2
const HIGHLIGHT_COUNT = 3
const TAG_COUNT = 3
const ENHANCED_TAG_COUNT = 1
const SPEAKER_COUNT = 2
/** Up to three words with capitals (or without case) before a colon, at the very beginning. */
const SPEAKER = /^\s*((?:[\p{Lu}\p{Lo}][\p{L}\p{M}\p{N}.'’-]{0,29}(?: (?=[\p{Lu}\p{Lo}])|(?=:))){1,3}):\s/u

/** A term of a question, and the word it came from. */
export interface QuestionTerm {
  readonly term: string
  readonly word: string
}

/** The terms of a record with their counts. */
export function termsOf(folded: FoldedRecord): Map<string, number> {
  if (folded.cooled !== undefined) return new Map(folded.cooled.terms)
  const counts = new Map<string, number>()
  const { highlight, note } = visibleTexts(folded)
  count(highlight, HIGHLIGHT_COUNT, counts)
  count(note, NOTE_COUNT, counts)
  count(folded.record.tag.join(' '), TAG_COUNT, counts)
  count(folded.enhanced_tags.join(' '), ENHANCED_TAG_COUNT, counts)
  for (const term of speakerTermsOf(note)) counts.set(term, (counts.get(term) ?? 0) + SPEAKER_COUNT)
  return counts
}

/** The terms of the name that a line of a conversation begins with; none for other notes. */
export function speakerTermsOf(note: string): readonly string[] {
  const name = SPEAKER.exec(note)?.[1]
  return name === undefined ? nobody : contentTerms(name)
}

/** The different terms of a question, in its order. */
export function questionTermsOf(question: string): QuestionTerm[] {
  const found = new Map<string, string>()
  for (const word of wordsOf(question)) {
    if (found.size >= QUESTION_TERMS_MAX) break
    if (isStopWord(word)) continue
    const term = termOf(word)
    if (!found.has(term)) found.set(term, word)
  }
  return Array.from(found, ([term, word]) => ({ term, word }))
}

const nobody: readonly string[] = []

function count(text: string, weight: number, counts: Map<string, number>): void {
  for (const term of contentTerms(text)) counts.set(term, (counts.get(term) ?? 0) + weight)
}

function contentTerms(text: string): string[] {
  return wordsOf(text).filter(word => !isStopWord(word)).map(termOf)
}

function termOf(word: string): string {
  return stemOf(baseOf(word))
}
