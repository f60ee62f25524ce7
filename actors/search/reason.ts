/** Why a record was found, in words for the person who asked. */
import { isLentTo } from './lexical.js'
import type { PersonIndex } from './person-index.js'
import type { QuestionTerm } from './terms.js'

const WORDS_MAX = 4

/** The question's words that the record has; else those that its neighbours have; else meaning. */
export function reasonOf(terms: readonly QuestionTerm[], index: PersonIndex, slot: number): string {
  const said = wordsOf(terms, term => index.postings.has(term, slot))
  if (said.length > 0) return `says ${said.join(', ')}`
  const lent = wordsOf(terms, term => isLentTo(slot, term, index))
  if (lent.length > 0) return `kept beside a record that says ${lent.join(', ')}`
  return 'similar in meaning'
}

function wordsOf(terms: readonly QuestionTerm[], isMeant: (term: string) => boolean): string[] {
  return terms.filter(({ term }) => isMeant(term)).slice(0, WORDS_MAX).map(({ word }) => word)
}
