/**
 * Condensing: a long text cut to the sentences that matter to a question, in their own order, within a token
 * budget.
 */
import { isStopWord, proseOf, stemOf, wordsOf } from '../text/index.js'
import { countTokens } from './tokens.js'

const SENTENCE = /[^.!?\n]+(?:[.!?]+(?=\s|$)|\n|$)/g
const SENTENCES_MAX = 40
const FIRST_BONUS = 0.5

/**
 * `text` within `tokensMax`: whole, or its key sentences, or ''. `about` may be empty; then the first ones
 * lead.
 */
export function condense(text: string, about: string, tokensMax: number): string {
  const plain = proseOf(text).shown.trim()
  if (countTokens(plain) <= tokensMax) return plain
  const wanted = new Set(
    wordsOf(about)
      .filter(word => !isStopWord(word))
      .map(stemOf),
  )
  const sentences = (plain.match(SENTENCE) ?? [])
    .slice(0, SENTENCES_MAX)
    .map(sentence => sentence.trim())
    .filter(Boolean)
  const ranked = sentences
    .map((sentence, place) => ({ sentence, place, score: scoreOf(sentence, place, wanted) }))
    .sort((a, b) => b.score - a.score || a.place - b.place)
  const chosen: typeof ranked = []
  let tokens = 0
  for (const candidate of ranked) {
    const cost = countTokens(candidate.sentence) + 1
    if (tokens + cost > tokensMax) continue
    tokens += cost
    chosen.push(candidate)
  }
  return chosen
    .sort((a, b) => a.place - b.place)
    .map(({ sentence }) => sentence)
    .join(' ')
}

/** Wanted words per word, and a little for standing first. */
function scoreOf(sentence: string, place: number, wanted: ReadonlySet<string>): number {
  const stems = wordsOf(sentence)
    .filter(word => !isStopWord(word))
    .map(stemOf)
  const hits = new Set(stems.filter(stem => wanted.has(stem))).size
  return hits / Math.sqrt(1 + stems.length) + FIRST_BONUS / (1 + place)
}
