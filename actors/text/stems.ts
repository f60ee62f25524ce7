/**
 * Stems, and the set of content stems that two texts are compared by.
 *
 * S1 A stem is a function of the word; the cache only saves time and is emptied when it is full.
 * S2 A token set is sorted, without repeats, and holds at most TOKENS_MAX hashes: the smallest ones, so that
 *    two long texts keep comparable samples (bottom-k).
 */
import { hash32 } from './hash.js'
import { porterStem } from './model.js'
import { isStopWord } from './stop-words.js'

const CACHE_WORDS_MAX = 50_000
/** Longer "words" are identifiers or noise; the stemmer takes quadratic time on them. */
const STEMMED_CHARS_MAX = 32
const TOKENS_MAX = 64

const stems = new Map<string, string>()

/** The stem of a lower-case word; words of other alphabets come back as they are. */
export function stemOf(word: string): string {
  const known = stems.get(word)
  if (known !== undefined) return known
  const stem = word.length > STEMMED_CHARS_MAX || !/[a-z]/.test(word) ? word : porterStem(word)
  if (stems.size >= CACHE_WORDS_MAX) stems.clear()
  stems.set(word, stem)
  return stem
}

/** The content stems of `words` as sorted 32-bit hashes, at most 64. */
export function tokenSetOf(words: readonly string[]): number[] {
  const hashes = new Set<number>()
  for (const word of new Set(words)) if (!isStopWord(word)) hashes.add(hash32(stemOf(word), 0))
  const sorted = Uint32Array.from(hashes).sort()
  return Array.from(sorted.subarray(0, TOKENS_MAX))
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
