/**
 * A box: bytes that only the holder of one data key can read (AES-256-GCM). What is in it cannot be changed
 * unnoticed. The same bytes make another box each time, for the nonce is drawn.
 *
 *   box   ┌──────┬───┬──────────────┬──────────┬────────────┬─────────┐
 *         │ 0xc1 │ 1 │ key id: 8    │ nonce: 12│ ciphertext │ tag: 16 │      0xc1 begins no msgpack value
 *         └──────┴───┴──────────────┴──────────┴────────────┴─────────┘
 *
 * X1  A key id is drawn with its key and never comes again: a box whose key is destroyed stays shut.
 * X2  A nonce of 96 drawn bits is safe for 2^32 boxes of one key: a person with a thousand changes a day for
 *     ten thousand years.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomFillSync } from 'node:crypto'

/** The key of one actor key. */
export interface DataKey {
  /** 16 hex characters. */
  readonly id: string
  readonly secret: Buffer
  /** What names of fields are hashed with. */
  readonly nameSecret: Buffer
}

const idBytes = 8
const nonceBytes = 12
const tagBytes = 16
const secretBytes = 32
const nonceAt = 2 + idBytes
const textAt = nonceAt + nonceBytes
/** What a box adds to what is in it. */
const boxOverheadBytes = textAt + tagBytes
const algorithm = 'aes-256-gcm'

const nonces = Buffer.allocUnsafeSlow(nonceBytes * 1_024)
let nextNonce = nonces.length

/** A key that nobody has yet. */
export function newDataKey(): DataKey {
  return dataKeyOf(randomBytes(idBytes).toString('hex'), randomBytes(secretBytes))
}

/** The key of this id and secret. */
export function dataKeyOf(id: string, secret: Buffer): DataKey {
  return { id, secret, nameSecret: createHash('sha256').update(secret).update('names').digest() }
}

/** Whether bytes are a box, and not a packed value. */
export function isBox(bytes: Uint8Array): boolean {
  return bytes[0] === 0xc1
}

/** The id of the key that a box was shut with. */
export function keyIdOf(box: Buffer): string {
  return box.toString('hex', 2, nonceAt)
}

/** Shuts bytes in. */
export function encrypt({ id, secret }: DataKey, plain: Uint8Array): Buffer {
  if (nextNonce >= nonces.length) {
    randomFillSync(nonces)
    nextNonce = 0
  }
  const box = Buffer.allocUnsafe(plain.length + boxOverheadBytes)
  box[0] = 0xc1
  box[1] = 1
  box.write(id, 2, 'hex')
  nonces.copy(box, nonceAt, nextNonce, nextNonce += nonceBytes)
  const cipher = createCipheriv(algorithm, secret, box.subarray(nonceAt, textAt))
  cipher.update(plain).copy(box, textAt)
  cipher.final()
  cipher.getAuthTag().copy(box, box.length - tagBytes)
  return box
}

/** What is in a box; undefined when the box was changed or is another key's. */
export function decrypt({ secret }: DataKey, box: Buffer): Buffer | undefined {
  if (box.length < boxOverheadBytes || box[1] !== 1) return undefined
  const decipher = createDecipheriv(algorithm, secret, box.subarray(nonceAt, textAt))
  decipher.setAuthTag(box.subarray(box.length - tagBytes))
  const plain = decipher.update(box.subarray(textAt, box.length - tagBytes))
  try {
    decipher.final()
    return plain
  } catch {
    return undefined
  }
}

/** A box that nobody can open, whatever happens: of what is erased already and must still be counted. */
export function shutForGood(): Buffer {
  return Buffer.concat([Buffer.from([0xc1, 1]), Buffer.alloc(boxOverheadBytes - 2)])
}

/** A name that says nothing, the same one each time: 22 characters. */
export function hiddenName({ nameSecret }: DataKey, name: string): string {
  return createHash('sha256').update(nameSecret).update(name).digest('base64url').slice(0, 22)
}
