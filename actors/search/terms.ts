/**
 * From texts to the terms that are indexed and asked for: stems of words, without stop words.
 *
 * What a person chose to say counts more: highlight and tags 1.5 times a word of the note, tags that we
 * added half. Counts are in halves, so that they are whole numbers and sums of them are exact.
 */
import { isStopWord, stemOf, wordsOf } from '../text/index.js'
import type { FoldedRecord } from '../record/record.js'
import { visibleTexts } from './entry.js'
import { QUESTION_TERMS_MAX } from './limits.js'

/** One occurrence in a note. */
export const NOTE_COUNT = 2
const HIGHLIGHT_COUNT = 3
const TAG_COUNT = 3
const ENHANCED_TAG_COUNT = 1

/** A term of a question, and the word it came from. */
export interface QuestionTerm {
  readonly term: string
  readonly word: string
}

/** The terms of a record with their counts. */
export function termsOf(folded: FoldedRecord): Map<string, number> {
  const counts = new Map<string, number>()
  const { highlight, note } = visibleTexts(folded)
  count(highlight, HIGHLIGHT_COUNT, counts)
  count(note, NOTE_COUNT, counts)
  count(folded.record.tag.join(' '), TAG_COUNT, counts)
  count(folded.enhanced_tags.join(' '), ENHANCED_TAG_COUNT, counts)
  return counts
}

/** The different terms of a question, in its order. */
export function questionTermsOf(question: string): QuestionTerm[] {
  const found = new Map<string, string>()
  for (const word of wordsOf(question)) {
    if (found.size >= QUESTION_TERMS_MAX) break
    if (isStopWord(word)) continue
    const term = stemOf(word)
    if (!found.has(term)) found.set(term, word)
  }
  return Array.from(found, ([term, word]) => ({ term, word }))
}

function count(text: string, weight: number, counts: Map<string, number>): void {
  for (const word of wordsOf(text)) {
    if (isStopWord(word)) continue
    const term = stemOf(word)
    counts.set(term, (counts.get(term) ?? 0) + weight)
  }
}
