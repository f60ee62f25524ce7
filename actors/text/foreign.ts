/**
 * Reading of scripts other than Latin: words and sentences by the runtime's Unicode rules, without word
 * classes.
 *
 * F1 Nothing is dropped because it is not English: every word of two characters or more may become a tag.
 */
import type { Prose } from './prose.js'
import type { Reading, Sentence } from './reading.js'
import { Token } from './token.js'
import { vocablesOf } from './vocable.js'
import { Word } from './word.js'
import { isUnspaced } from './words.js'

/** More than this share of letters from other scripts: the English model would only guess. */
const FOREIGN_SHARE = 0.3
const MAYBE_FOREIGN = /[\u0370-\u1dff\u2c00-\ufdff]/
const FOREIGN_LETTER = /(?!\p{Script=Latin})\p{L}/gu
const END_MARK = /\p{Sentence_Terminal}\P{L}{0,8}$/u
const LETTER = /\p{L}/gu
const TOPIC_CHARS_MIN = 4
const UNSPACED_TOPIC_CHARS_MIN = 2

let wordCutter: Intl.Segmenter | undefined
let sentences: Intl.Segmenter | undefined

/** Is the text mainly written in a script that the English model cannot read? */
export function isMostlyForeign(text: string): boolean {
  if (!MAYBE_FOREIGN.test(text)) return false
  const letters = text.match(LETTER)?.length ?? 0
  const foreign = text.match(FOREIGN_LETTER)?.length ?? 0
  return foreign > letters * FOREIGN_SHARE
}

/** Reads a text of another script. */
export function readForeign(prose: Prose): Reading {
  sentences ??= new Intl.Segmenter('en', { granularity: 'sentence' })
  const tokens: Token[] = []
  const found: Sentence[] = []
  const titles = new Set(prose.titleStarts)
  for (const { segment, index } of sentences.segment(prose.read)) {
    if (segment.trim() === '') continue
    const from = tokens.length
    pushTokens(segment, index, tokens)
    const count = tokens.length - from
    if (count === 0) continue
    const start = index + segment.length - segment.trimStart().length
    const end = index + segment.trimEnd().length
    const isTitle = titles.has(start) && !END_MARK.test(segment)
    found.push({ start, end, from, to: tokens.length, words: count, isTitle, hasNegation: false })
  }
  const first = vocablesOf(prose.read.slice(0, prose.secondAt))
  const second = vocablesOf(prose.read.slice(prose.secondAt))
  const words = tokens.length
  return { prose, tokens, sentences: found, words, first, second, chunks: undefined, places: [] }
}

function pushTokens(sentence: string, offset: number, tokens: Token[]): void {
  wordCutter ??= new Intl.Segmenter('en', { granularity: 'word' })
  for (const { segment, index, isWordLike } of wordCutter.segment(sentence)) {
    if (isWordLike !== true) continue
    const start = offset + index
    const enough = isUnspaced(segment) ? UNSPACED_TOPIC_CHARS_MIN : TOPIC_CHARS_MIN
    const isNumber = /^\p{N}/u.test(segment)
    const kind = isNumber ? 'number' : segment.length >= enough ? 'noun' : 'other'
    const word = new Word(segment)
    tokens.push(new Token(word, word.vocable, kind, start, start + segment.length, false))
  }
}
