/**
 * Cutting a chunk (what stands between blanks) into tokens, as wink does.
 *
 * K1 The same tokens as wink's cutter (Pipeline.cut). The plain kinds of chunks, most of the new ones, are
 *    cut here, because wink's cutter tries up to 35 expressions on them.
 */
import { UNKNOWN, type Pipeline } from './model.js'

/** One token of a chunk, before it is looked at. */
export interface Cut {
  readonly text: string
  /** wink's category, for a text that is UNKNOWN. */
  readonly category: number
  /** wink's three numbers (model.ts). */
  readonly index: number
  readonly spaces: number
  readonly lemmaAndPos: number
}

/** wink's categories of tokens. */
const WORD = 1
const NUMBER = 2
const PUNCTUATION = 12
const EXPANSION_SHIFT = 16
const POS_SHIFT = 20

/** What wink takes for a letter, as part of a class of characters. */
const L = 'A-Za-zÀ-ÖØ-öø-ÿ'
const LETTERS = new RegExp(`^[${L}]+$`)
const DIGITS = /^\d+$/
/** A word before a mark. */
const MARKED = new RegExp(`^[${L}]{2,}[’”"\\])}…,.!;?/:]$`)
const OPENED = new RegExp(`^\\([${L}]{2,}$`)
const BRACKETED = new RegExp(`^\\([${L}]+\\)$`)
const HYPHENATED = new RegExp(`^[${L}]+(?:-[${L}]+)+$`)
const SLASHED = new RegExp(`^[${L}]{2,}(?:/[${L}]{2,})+$`)
/** A word with digits after its first letter: one token, hyphens and all. */
const NUMBERED = new RegExp(`^[${L}](?:-?[${L}\\d])+$`)
/** wink finds these inside words: currencies; times, ordinals and decades. */
const CURRENCY = /USD|AUD|INR|GBP/
const COUNTED = /\d(?:[ap]m|h(?:ou)?rs|th|st|nd|rd|0s)/i

/** The tokens of a chunk. */
export function cutChunk(chunk: string, wink: Pipeline): Cut[] {
  const cuts: Cut[] = []
  if (pushKnown(chunk, wink, cuts)) return cuts
  if (LETTERS.test(chunk)) push(chunk, WORD, wink, cuts)
  else if (MARKED.test(chunk)) {
    push(chunk.slice(0, -1), WORD, wink, cuts)
    push(chunk.slice(-1), PUNCTUATION, wink, cuts)
  } else if (DIGITS.test(chunk)) push(chunk, NUMBER, wink, cuts)
  else if (OPENED.test(chunk)) {
    push('(', PUNCTUATION, wink, cuts)
    pushWord(chunk.slice(1), wink, cuts)
  } else if (BRACKETED.test(chunk)) {
    push('(', PUNCTUATION, wink, cuts)
    pushWord(chunk.slice(1, -1), wink, cuts)
    push(')', PUNCTUATION, wink, cuts)
  } else if (CURRENCY.test(chunk)) pushCut(wink.cut(chunk), wink, cuts)
  else if (HYPHENATED.test(chunk)) pushHyphenated(chunk, wink, cuts)
  else if (SLASHED.test(chunk)) pushSlashed(chunk, wink, cuts)
  else if (NUMBERED.test(chunk) && !COUNTED.test(chunk)) push(chunk, WORD, wink, cuts)
  else pushCut(wink.cut(chunk), wink, cuts)
  return cuts
}

function pushHyphenated(chunk: string, wink: Pipeline, cuts: Cut[]): void {
  const words = chunk.split('-')
  if (words[0] in wink.joined.first || words[words.length - 1] in wink.joined.last) {
    return push(chunk, WORD, wink, cuts)
  }
  words.forEach((word, i) => {
    if (i > 0) push('-', PUNCTUATION, wink, cuts)
    pushWord(word, wink, cuts)
  })
}

function pushSlashed(chunk: string, wink: Pipeline, cuts: Cut[]): void {
  chunk.split('/').forEach((word, i) => {
    if (i > 0) push('/', PUNCTUATION, wink, cuts)
    pushWord(word, wink, cuts)
  })
}

function pushWord(word: string, wink: Pipeline, cuts: Cut[]): void {
  if (!pushKnown(word, wink, cuts)) push(word, WORD, wink, cuts)
}

/** A text in the lexicon is one token, or the parts of its contraction: four numbers each. */
function pushKnown(text: string, { cache, places, words }: Pipeline, cuts: Cut[]): boolean {
  const known = places.has(text) ? cache.lookup(text) : null
  if (known === null) return false
  if (known.length === 1) cuts.push({ text, category: WORD, index: known[0], spaces: 0, lemmaAndPos: 0 })
  else {
    for (let k = 0; k < known.length; k += 4) {
      cuts.push({ text: words[known[k]], category: WORD, index: known[k],
        spaces: known[k + 1] << EXPANSION_SHIFT, lemmaAndPos: known[k + 2] | known[k + 3] << POS_SHIFT })
    }
  }
  return true
}

/** As one token, even if the text is a contraction. */
function push(text: string, category: number, { places }: Pipeline, cuts: Cut[]): void {
  cuts.push({ text, category, index: places.get(text) ?? UNKNOWN, spaces: 0, lemmaAndPos: 0 })
}

function pushCut(numbers: readonly number[], { words }: Pipeline, cuts: Cut[]): void {
  for (let i = 0; i < numbers.length; i += 3) {
    const [index, spaces, lemmaAndPos] = [numbers[i], numbers[i + 1], numbers[i + 2]]
    cuts.push({ text: words[index], category: WORD, index, spaces, lemmaAndPos })
  }
}
