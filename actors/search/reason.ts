/** Why a record was found, in words for the person who asked. */
import { NAMED_TERMS_MAX, type LexicalScores } from './lexical.js'
import type { QuestionTerm } from './terms.js'

const WORDS_MAX = 4

/** The question's words that the record has; else those that its neighbours have; else meaning. */
export function reasonOf(terms: readonly QuestionTerm[], { own, lent }: LexicalScores, slot: number): string {
  const said = wordsOfBits(terms, own[slot])
  if (said.length > 0) return `says ${said.join(', ')}`
  const lentWords = wordsOfBits(terms, lent[slot])
  if (lentWords.length > 0) return `kept beside a record that says ${lentWords.join(', ')}`
  return 'similar in meaning'
}

function wordsOfBits(terms: readonly QuestionTerm[], bits: number): string[] {
  const named = terms.slice(0, NAMED_TERMS_MAX).filter((_, i) => (bits & (1 << i)) !== 0)
  return named.slice(0, WORDS_MAX).map(({ word }) => word)
}
