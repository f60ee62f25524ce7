/**
 * A stable 32-bit hash of a string: FNV-1a over UTF-16 code units, finished with the mixer of MurmurHash3 so
 * that the low bits are as good as the high ones. Values enter state: H1 it never changes.
 */

/** Hashes `text`; another `seed` gives an independent hash. */
export function hash32(text: string, seed: number): number {
  return hashPart32(text, 0, text.length, seed)
}

/** The same as hash32 of `text.slice(from, to)`. */
export function hashPart32(text: string, from: number, to: number, seed: number): number {
  let hash = 0x811c9dc5 ^ seed
  for (let i = from; i < to; i += 1) {
    hash ^= text.charCodeAt(i)
    hash = Math.imul(hash, 0x01000193)
  }
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  hash ^= hash >>> 16
  return hash >>> 0
}
