/** Keys of apps: how they look, how they are made, and the only form in which they are kept. */
import { createHash, randomBytes } from 'node:crypto'

const keyPrefix = 'byo_'
const keyBytes = 32

/** A new key, to be shown once. */
export function newKey(): string {
  return keyPrefix + randomBytes(keyBytes).toString('base64url')
}

/** What is kept of a key or compared with it. */
export function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

/** The name under which a key's document is found: the first half of its hash. */
export function indexOf(hash: Buffer): string {
  return hash.toString('hex').slice(0, 32)
}
