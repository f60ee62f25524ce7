/**
 * Bytes that grow at their end, in the elementary forms of ClickHouse's Native format.
 *
 *   varint   7 bits per byte, the lowest first, 0x80 on all but the last
 *   text     varint bytes, UTF-8
 *   numbers  little endian; typed arrays are copied as they lie in memory, which is the same on every
 *            processor that Node runs on
 *
 * B1  Any text can be written: halves of surrogate pairs, which UTF-8 cannot express, become U+FFFD.
 */

/** A text of so many UTF-16 units has at most 126 bytes, so that its length is one byte. */
const shortUnitsMax = 42
/** UTF-8 bytes of one UTF-16 unit, at most. */
const bytesPerUnitMax = 3
const varintBytesMax = 5

/** A growing run of bytes. */
export class ByteWriter {
  #bytes: Buffer
  #length = 0

  constructor(bytesExpected: number) {
    this.#bytes = Buffer.allocUnsafe(bytesExpected)
  }

  /** What was written, without a copy: nothing may be written afterwards. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Writes a number below 2^32. */
  varint(number: number): void {
    this.#reserve(varintBytesMax)
    this.#length = putVarint(this.#bytes, this.#length, number)
  }

  /** Writes a whole number from 0 to 2^53 in 8 bytes. */
  uint64(number: number): void {
    this.#reserve(8)
    this.#bytes.writeUInt32LE(number % 0x1_0000_0000, this.#length)
    this.#bytes.writeUInt32LE(Math.floor(number / 0x1_0000_0000), this.#length + 4)
    this.#length += 8
  }

  /** Writes the numbers of a typed array. */
  numbers(array: NodeJS.TypedArray): void {
    this.#reserve(array.byteLength)
    this.#bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), this.#length)
    this.#length += array.byteLength
  }

  /** Writes a text with its length. Short ASCII, the most, without a call out of JavaScript. */
  text(text: string): void {
    const units = text.length
    this.#reserve(varintBytesMax + units * bytesPerUnitMax)
    const bytes = this.#bytes
    const at = this.#length
    if (units <= shortUnitsMax) {
      let unit = 0
      for (; unit < units; unit++) {
        const code = text.charCodeAt(unit)
        if (code > 0x7f) break
        bytes[at + 1 + unit] = code
      }
      const length = unit === units ? units : bytes.write(text, at + 1, 'utf8')
      bytes[at] = length
      this.#length = at + 1 + length
      return
    }
    // The length stands before the bytes and is known after them: its place is guessed as for ASCII.
    const guessed = varintBytes(units)
    const length = bytes.write(text, at + guessed, 'utf8')
    const needed = varintBytes(length)
    if (needed !== guessed) bytes.copyWithin(at + needed, at + guessed, at + guessed + length)
    this.#length = putVarint(bytes, at, length) + length
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(grown, 0, 0, this.#length)
    this.#bytes = grown
  }
}

function varintBytes(number: number): number {
  let bytes = 1
  for (let rest = number; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes++
  return bytes
}

function putVarint(bytes: Buffer, start: number, number: number): number {
  let at = start
  let rest = number
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80
  bytes[at++] = rest
  return at
}
