/**
 * Stems, and the set of content stems that two texts are compared by.
 *
 * S1 A token set is sorted, without repeats, and holds at most TOKENS_MAX hashes: the smallest ones, so that
 *    two long texts keep comparable samples (bottom-k).
 */
import { STOP_WORD, vocableOf, type Vocable } from './vocable.js'

const TOKENS_MAX = 64

/** The stem of a lower-case word; words of other alphabets come back as they are. */
export function stemOf(word: string): string {
  return vocableOf(word).stem
}

/** The content stems of `words` as sorted 32-bit hashes, at most 64. */
export function tokenSetOf(words: readonly Vocable[]): number[] {
  const hashes: number[] = []
  for (const { stemHash } of words) if (stemHash !== STOP_WORD) hashes.push(stemHash)
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
