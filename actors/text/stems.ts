/**
 * Stems, and the set of content stems that two texts are compared by.
 *
 * S1 A stem, and its hash, is a function of the word; what is remembered only saves time.
 * S2 A token set is sorted, without repeats, and holds at most TOKENS_MAX hashes: the smallest ones, so that
 *    two long texts keep comparable samples (bottom-k).
 */
import { hash32 } from './hash.js'
import { porterStem } from './model.js'
import { Remembered } from './remembered.js'
import { isStopWord } from './stop-words.js'

const CACHE_WORDS_MAX = 50_000
/** Longer "words" are identifiers or noise; the stemmer takes quadratic time on them. */
const STEMMED_CHARS_MAX = 32
const TOKENS_MAX = 64

/** Words that end otherwise have no ending that the stemmer would take off or change. */
const HAS_ENDING = /(?:[esy]|ed|ing|ion|[ae]nt|er|tor|ism|ic|al|ful|ll|[cgltb]i)$|[^a-z]/

const STOP_WORD = -1

const stems = new Remembered<string>(CACHE_WORDS_MAX)
/** Hash of each word's stem, STOP_WORD for a stop word. */
const stemHashes = new Remembered<number>(CACHE_WORDS_MAX)

/** The stem of a lower-case word; words of other alphabets come back as they are. */
export function stemOf(word: string): string {
  const known = stems.get(word)
  if (known !== undefined) return known
  const isStem = !HAS_ENDING.test(word) || word.length > STEMMED_CHARS_MAX || !/[a-z]/.test(word)
  const stem = isStem ? word : porterStem(word)
  stems.set(word, stem)
  return stem
}

/** The content stems of `words` as sorted 32-bit hashes, at most 64. */
export function tokenSetOf(words: readonly string[]): number[] {
  const hashes: number[] = []
  for (const word of words) {
    const hash = stemHashOf(word)
    if (hash !== STOP_WORD) hashes.push(hash)
  }
  const tokens: number[] = []
  let last = STOP_WORD
  for (const hash of new Uint32Array(hashes).sort()) {
    if (hash === last) continue
    if (tokens.length === TOKENS_MAX) break
    tokens.push(hash)
    last = hash
  }
  return tokens
}

function stemHashOf(word: string): number {
  const known = stemHashes.get(word)
  if (known !== undefined) return known
  const hash = isStopWord(word) ? STOP_WORD : hash32(stemOf(word), 0)
  stemHashes.set(word, hash)
  return hash
}

/** |a ∩ b| / |a ∪ b| of two sorted sets, 0 when both are empty. */
export function jaccard(a: readonly number[], b: readonly number[]): number {
  let shared = 0
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const left = a[i]
    const right = b[j]
    if (left === right) shared += 1
    if (left <= right) i += 1
    if (right <= left) j += 1
  }
  const union = a.length + b.length - shared
  return union === 0 ? 0 : shared / union
}
