/**
 * AES-256 in the mode OCB (RFC 7253: nonces of 96 bits, tags of 128, nothing associated), for many values
 * under one key at once. The block cipher is called twice for all of them: a cipher object of Node's for each
 * value costs more than to encrypt most values, and the collector pays for it once more.
 *
 *   nonces ─AES─▶ first offsets;  blocks ⊕ offsets, sums ⊕ offsets ─AES─▶ ⊕ offsets ─▶ ciphertexts, tags
 *
 * V1  The bytes are those of OpenSSL's `aes-256-ocb`, which opens them.
 * V2  A value is checked alone, whatever was encrypted with it.
 */
import { createCipheriv, type Cipher } from 'node:crypto'
import { ocbScratchBytes } from '../limits/limits.js'

/** Bytes of a tag. */
export const tagBytes = 16

const blockBytes = 16
/** A block as four numbers, in the order of its bytes: what is only xored knows no endianness. */
const words = 4
/** L of blocks whose number ends in up to so many zero bits. */
const levels = 32

/** Blocks before the cipher, and what is xored behind it. */
class Scratch {
  readonly bytes: Buffer
  readonly before: Int32Array
  readonly behind: Int32Array

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size)
    this.before = new Int32Array(this.bytes.buffer, 0, size / 4)
    this.behind = new Int32Array(size / 4)
  }
}

let usual: Scratch | undefined
const offsetBytes = Buffer.allocUnsafeSlow(blockBytes)
const offset = new Int32Array(offsetBytes.buffer, 0, words)

/** Boxes to fill: where the nonce stands in each, and where the ciphertext begins; the tag is its end. */
export interface Sealed {
  readonly boxes: readonly Buffer[]
  readonly nonceAt: number
  readonly textAt: number
}

/** One key. */
export class Ocb {
  readonly #aes: Cipher
  /** L_* and L_$ of the RFC, then L_0, L_1 … */
  readonly #table: Int32Array

  constructor(secret: Buffer) {
    this.#aes = createCipheriv('aes-256-ecb', secret, null).setAutoPadding(false)
    const table = Buffer.allocUnsafeSlow((levels + 2) * blockBytes)
    this.#aes.update(Buffer.alloc(blockBytes)).copy(table)
    for (let at = blockBytes; at < table.length; at += blockBytes) doubled(table, at)
    this.#table = new Int32Array(table.buffer, 0, table.length / 4)
  }

  /** Encrypts each value into its box. */
  seal(values: readonly Uint8Array[], { boxes, nonceAt, textAt }: Sealed): void {
    const tops = this.#tops(boxes, nonceAt)
    const size = values.reduce((sum, { length }) => sum + paddedBytes(length) + blockBytes, 0)
    const scratch = size > ocbScratchBytes ? new Scratch(size) : usual ??= new Scratch(ocbScratchBytes)
    let end = 0
    for (let i = 0; i < values.length; i++) {
      firstOffset(tops, i * blockBytes, boxes[i][nonceAt + 11])
      end = this.#lay(values[i], scratch, end)
    }
    const { bytes, before, behind } = scratch
    bytes.set(this.#aes.update(bytes.subarray(0, end * 4)))
    for (let at = 0; at < end; at++) before[at] ^= behind[at]
    let from = 0
    for (let i = 0; i < values.length; i++) {
      const { length } = values[i]
      const tagAt = from + paddedBytes(length)
      bytes.copy(boxes[i], textAt, from, from + length)
      bytes.copy(boxes[i], textAt + length, tagAt, tagAt + tagBytes)
      from = tagAt + tagBytes
    }
  }

  /** The encrypted nonces, each without its last six bits. */
  #tops(boxes: readonly Buffer[], nonceAt: number): Buffer {
    const nonces = Buffer.alloc(boxes.length * blockBytes)
    boxes.forEach((box, i) => {
      const at = i * blockBytes
      nonces[at + 3] = 1
      box.copy(nonces, at + 4, nonceAt, nonceAt + 12)
      nonces[at + 15] &= 0xc0
    })
    return this.#aes.update(nonces)
  }

  /** Lays the blocks of one value out from word `at`, its sum behind them; where they end. */
  #lay(value: Uint8Array, { bytes, before, behind }: Scratch, at: number): number {
    const table = this.#table
    const whole = Math.floor(value.length / blockBytes)
    bytes.set(value, at * 4)
    let o0 = offset[0], o1 = offset[1], o2 = offset[2], o3 = offset[3]
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0
    for (let number = 1; number <= whole; number++, at += words) {
      const level = (33 - Math.clz32(number & -number)) * words // past L_* and L_$
      o0 ^= table[level]; o1 ^= table[level + 1]; o2 ^= table[level + 2]; o3 ^= table[level + 3]
      s0 ^= before[at]; s1 ^= before[at + 1]; s2 ^= before[at + 2]; s3 ^= before[at + 3]
      behind[at] = o0; behind[at + 1] = o1; behind[at + 2] = o2; behind[at + 3] = o3
      before[at] ^= o0; before[at + 1] ^= o1; before[at + 2] ^= o2; before[at + 3] ^= o3
    }
    const rest = value.length - whole * blockBytes
    if (rest > 0) {
      bytes.fill(0, at * 4 + rest, at * 4 + blockBytes)
      bytes[at * 4 + rest] = 0x80
      o0 ^= table[0]; o1 ^= table[1]; o2 ^= table[2]; o3 ^= table[3]
      s0 ^= before[at]; s1 ^= before[at + 1]; s2 ^= before[at + 2]; s3 ^= before[at + 3]
      behind.set(before.subarray(at, at + words), at)
      before[at] = o0; before[at + 1] = o1; before[at + 2] = o2; before[at + 3] = o3
      at += words
    }
    before[at] = s0 ^ o0 ^ table[4]; before[at + 1] = s1 ^ o1 ^ table[5]
    before[at + 2] = s2 ^ o2 ^ table[6]; before[at + 3] = s3 ^ o3 ^ table[7]
    behind.fill(0, at, at + words)
    return at + words
  }
}

function paddedBytes(length: number): number {
  return Math.ceil(length / blockBytes) * blockBytes
}

/** The block before `at`, doubled in GF(2^128), put at `at`. */
function doubled(table: Buffer, at: number): void {
  const carry = table[at - blockBytes] >> 7
  for (let i = 0; i < blockBytes; i++) {
    const next = i === blockBytes - 1 ? 0 : table[at - blockBytes + i + 1] >> 7
    table[at + i] = table[at - blockBytes + i] << 1 | next
  }
  table[at + blockBytes - 1] ^= carry * 0x87
}

/** Sets `offset`: 128 bits of the stretched encrypted nonce, from the bit that its last six bits name. */
function firstOffset(tops: Buffer, at: number, lastOfNonce: number): void {
  const bottom = lastOfNonce & 0x3f
  const skipped = bottom >> 3
  const shift = bottom & 7
  const stretched = (i: number): number => (i < blockBytes ? tops[at + i]
    : tops[at + i - blockBytes] ^ tops[at + i - blockBytes + 1])
  for (let i = 0; i < blockBytes; i++) {
    offsetBytes[i] = stretched(i + skipped) << shift | stretched(i + skipped + 1) >> 8 - shift
  }
}
