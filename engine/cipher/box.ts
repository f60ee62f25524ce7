/**
 * A box: bytes that only the holder of one data key can read. What is in it cannot be changed unnoticed. The
 * same bytes make another box each time, for the nonce is drawn.
 *
 *   box   ┌──────┬──────┬──────────────┬──────────┬────────────┬─────────┐
 *         │ 0xc1 │ form │ key id: 8    │ nonce: 12│ ciphertext │ tag: 16 │   0xc1 begins no msgpack value
 *         └──────┴──────┴──────────────┴──────────┴────────────┴─────────┘
 *   form 1   AES-256-GCM under the secret of the key: opened, not made
 *   form 2   AES-256-OCB under a key that follows from it: boxes of one key are made together (ocb.ts)
 *
 * X1  A key id is drawn with its key and never comes again: a box whose key is destroyed stays shut.
 * X2  A nonce of 96 drawn bits is safe for 2^32 boxes of one key: a person with a thousand changes a day for
 *     ten thousand years.
 * X3  No secret serves two purposes: GCM, OCB and the names of fields have one each.
 */
import { createDecipheriv, createHash, hash, randomBytes, randomFillSync } from 'node:crypto'
import { ciphersOpenMax } from '../limits/limits.js'
import { Ocb, tagBytes } from './ocb.js'

/** The key of one actor key. */
export interface DataKey {
  /** 16 hex characters. */
  readonly id: string
  readonly secret: Buffer
  /** What boxes are made with. */
  readonly boxSecret: Buffer
  /** What names of fields are hashed with. */
  readonly nameSecret: Buffer
}

const idBytes = 8
const nonceBytes = 12
const secretBytes = 32
const nonceAt = 2 + idBytes
const textAt = nonceAt + nonceBytes
/** What a box adds to what is in it. */
const boxOverheadBytes = textAt + tagBytes
const formOfGcm = 1
const formOfOcb = 2

const nonces = Buffer.allocUnsafeSlow(nonceBytes * 1_024)
let nextNonce = nonces.length

/** The least recently used first. */
const open = new Map<DataKey, Ocb>()

/** A key that nobody has yet. */
export function newDataKey(): DataKey {
  return dataKeyOf(randomBytes(idBytes).toString('hex'), randomBytes(secretBytes))
}

/** The key of this id and secret. */
export function dataKeyOf(id: string, secret: Buffer): DataKey {
  const derived = (purpose: string): Buffer => createHash('sha256').update(secret).update(purpose).digest()
  return { id, secret, boxSecret: derived('boxes'), nameSecret: derived('names') }
}

/** Whether bytes are a box, and not a packed value. */
export function isBox(bytes: Uint8Array): boolean {
  return bytes[0] === 0xc1
}

/** The id of the key that a box was shut with. */
export function keyIdOf(box: Buffer): string {
  return box.toString('hex', 2, nonceAt)
}

/** Shuts values in, each in a box of its own. Together they cost little more than the largest alone. */
export function encryptAll(key: DataKey, values: readonly Uint8Array[]): Buffer[] {
  if (values.length === 0) return []
  const boxes = values.map(({ length }) => {
    const box = Buffer.allocUnsafe(length + boxOverheadBytes)
    box[0] = 0xc1
    box[1] = formOfOcb
    box.write(key.id, 2, 'hex')
    putNonce(box)
    return box
  })
  cipherOf(key).seal(values, { boxes, nonceAt, textAt })
  return boxes
}

/** Shuts bytes in. */
export function encrypt(key: DataKey, value: Uint8Array): Buffer {
  return encryptAll(key, [value])[0]
}

/** A value and the key that it is shut in with. */
export interface ToEncrypt {
  readonly key: DataKey
  readonly value: Uint8Array
}

/** Shuts values of several keys in, each in a box of its own, in order. */
export function encryptEach(values: readonly ToEncrypt[]): Buffer[] {
  const byKey = new Map<DataKey, number[]>()
  values.forEach(({ key }, i) => {
    const places = byKey.get(key)
    if (places) places.push(i)
    else byKey.set(key, [i])
  })
  const boxes = new Array<Buffer>(values.length)
  for (const [key, places] of byKey) {
    encryptAll(key, places.map(i => values[i].value)).forEach((box, i) => { boxes[places[i]] = box })
  }
  return boxes
}

/** What is in a box; undefined when the box was changed or is another key's. */
export function decrypt({ secret, boxSecret }: DataKey, box: Buffer): Buffer | undefined {
  const form = box[1]
  if (box.length < boxOverheadBytes || (form !== formOfGcm && form !== formOfOcb)) return undefined
  const nonce = box.subarray(nonceAt, textAt)
  const decipher = form === formOfGcm ? createDecipheriv('aes-256-gcm', secret, nonce)
    : createDecipheriv('aes-256-ocb', boxSecret, nonce, { authTagLength: tagBytes })
  decipher.setAuthTag(box.subarray(box.length - tagBytes))
  const plain = decipher.update(box.subarray(textAt, box.length - tagBytes))
  try {
    const rest = decipher.final()
    return rest.length === 0 ? plain : Buffer.concat([plain, rest])
  } catch {
    return undefined
  }
}

/** A box that nobody can open, whatever happens: of what is erased already and must still be counted. */
export function shutForGood(): Buffer {
  return Buffer.concat([Buffer.from([0xc1, formOfGcm]), Buffer.alloc(boxOverheadBytes - 2)])
}

/** A name that says nothing, the same one each time: 22 characters. */
export function hiddenName({ nameSecret }: DataKey, name: string): string {
  return hash('sha256', Buffer.concat([nameSecret, Buffer.from(name)]), 'base64url').slice(0, 22)
}

function putNonce(box: Buffer): void {
  if (nextNonce >= nonces.length) {
    randomFillSync(nonces)
    nextNonce = 0
  }
  nonces.copy(box, nonceAt, nextNonce, nextNonce += nonceBytes)
}

function cipherOf(key: DataKey): Ocb {
  const found = open.get(key)
  const cipher = found ?? new Ocb(key.boxSecret)
  if (found) open.delete(key)
  open.set(key, cipher)
  if (open.size > ciphersOpenMax) open.delete(open.keys().next().value!)
  return cipher
}
