/**
 * A word form: what can be known of a token's text whatever stands around it, computed once. Tokens of the same
 * text share it, so that whoever looks a word up in a map meets the same string with its hash.
 */
import { isStopWord } from './stop-words.js'

/** One written form. */
export interface Word {
  readonly text: string
  readonly lower: string
  /** Neither letter nor digit in it: a mark, whatever its part of speech. */
  readonly isMark: boolean
  /** Begins with # or @. */
  readonly isTagged: boolean
  /** Begins with A..Z or a..z. */
  readonly isLatin: boolean
  readonly isStop: boolean
  /** The tail of a contraction: 's, n't. */
  readonly isTail: boolean
}

const HAS_LETTER = /[\p{L}\p{N}]/u

/** The word form of `text`. Remembered are only chunks (tagger.ts), and the forms that their readers must cut. */
export function wordOf(text: string): Word {
  const lower = text.toLowerCase()
  const isLatin = isLatinLetter(text.charCodeAt(0))
  return {
    text, lower, isLatin,
    isMark: !isLatin && !HAS_LETTER.test(text),
    isTagged: /^[#@]/.test(text),
    isStop: isStopWord(lower),
    isTail: text.startsWith('\'') || text.startsWith('’') || text === 'n\'t',
  }
}

/** A..Z, a..z. */
function isLatinLetter(code: number): boolean {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a && code < 0x80
}
