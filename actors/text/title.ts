/**
 * A title read in lower case, because Title Case misleads taggers. The title is the first of two joined
 * proses that were read already: its chunks are at hand, and each knows its lower-case form.
 *
 * L1 The words and classes are those of readClasses(proseOf(text.toLowerCase())). Where lower case could
 *    change more than letters (marks inside words, addresses, other scripts), that is what is called.
 */
import { posIn } from './model.js'
import { proseOf } from './prose.js'
import { hasLongRun, readClasses, type Reading } from './reading.js'
import { tagLowerCase } from './tagger.js'
import { classOf, type WordClass } from './token.js'
import type { Word } from './word.js'

/** A word and its class. */
interface ClassedWord {
  readonly word: Word
  readonly kind: WordClass
}

/** What the readers of prose look for in a text, beyond blanks and letters. */
const MAYBE_MARKED = /[_+#]|\.\S|www\./i
/** Letters whose lower case is one letter of the same script, and the marks between words. */
const LATIN = /^[\0-\u012f\u0131-\u024f\u2010-\u2027]*$/

/** Words and classes of the lower-cased `text`, the first of the two proses of `reading`. */
export function readTitle(text: string, reading: Reading): readonly ClassedWord[] {
  const { chunks, places, prose } = reading
  const isPlain = prose.isFirstPlain && LATIN.test(text) && !MAYBE_MARKED.test(text) && !hasLongRun(text)
  if (chunks === undefined || !isPlain) return readClasses(proseOf(text.toLowerCase()))
  let count = 0
  while (count < chunks.length && !chunks[count].isLineEnd && places[count] < prose.secondAt) count += 1
  const tagged = tagLowerCase(chunks, count)
  if (tagged === undefined) return readClasses(proseOf(text.toLowerCase()))
  const { tokens, pos, tags } = tagged
  return tokens.map(({ word, lemmaAndPos }, i) =>
    ({ word, kind: classOf(word, tags[lemmaAndPos === 0 ? pos[i] : posIn(lemmaAndPos)]) }))
}
