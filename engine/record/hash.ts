/**
 * Stable hashes: partition of a key, fingerprints. FNV-1a with a final avalanche (murmur3's fmix32), over
 * UTF-16 code units; the value is part of the stored format and must never change.
 */

/** 32-bit hash of a text, unsigned. */
export function hashText(text: string, seed = 0x811c9dc5): number {
  let hash = seed
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193)
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193)
  }
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

const markSeed = 0x9747b28c
const markBytes = Buffer.alloc(8)

/** A text as 16 hex characters (64 bits): its hashes under two seeds. */
export function markOf(text: string): string {
  markBytes.writeUInt32BE(hashText(text), 0)
  markBytes.writeUInt32BE(hashText(text, markSeed), 4)
  return markBytes.toString('hex')
}

/** The partition of a key among `partitions`. */
export function partitionOf(key: string, partitions: number): number {
  return hashText(key) % partitions
}
