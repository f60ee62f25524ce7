/**
 * Packing: a value as msgpack bytes, the same as msgpackr writes with the settings of pack.ts, in a third of
 * the time: names of fields are encoded once, and nothing is asked of an object that every plain object
 * answers alike. What is rare (dates, sets, big integers, objects of a class) is left to msgpackr.
 *
 *   nil · bool · int · float64       as msgpack says, the shortest integer; floats always 64 bits
 *   text                             0xa0+n │ 0xd9 n │ 0xda nn │ 0xdb nnnn, then UTF-8
 *   array                            0x90+n │ 0xdc nn │ 0xdd nnnn, then the entries
 *   object                           0xde nn, then name, value, name, value …
 *   Buffer                           0xc4 n │ 0xc5 nn │ 0xc6 nnnn, then the bytes
 *   Uint8Array                       0xc7 n │ 0xc8 nn │ 0xc9 nnnn, 0x74, 0x01, bytes; n counts the 0x01 too
 *
 * P1 The bytes are those of msgpackr, whatever the value (test/engine/record/packer.test.ts compares them).
 * P2 `pack` is not entered again while it runs: nothing that it calls packs.
 */
import { Packr } from 'msgpackr'
import { fieldNamesMax } from '../limits/limits.js'

/** One configuration for everything that is stored, see pack.ts. */
const foreign = new Packr({ useRecords: false, encodeUndefinedAsNil: true, moreTypes: true })

/** Packed values stand in slabs of this size; what is larger than an eighth has memory of its own. */
const slabBytes = 64 * 1_024
const scratchBytesMin = 256 * 1_024
/** Scratch memory that a large value left behind is given back above this. */
const scratchBytesKept = 4 * scratchBytesMin
/** Whoever writes a head, a number or a name need not ask for room: it is kept beyond `limit`. */
const marginBytes = 128
/** Longer names are packed as any text is. */
const nameBytesMax = marginBytes / 2
/** Shorter texts are encoded here: calling the runtime costs more than the loop. */
const shortChars = 24
/** In shorter texts half of a surrogate pair stays what it is; the runtime would replace it. */
const wholeChars = 64
const objectPrototype: unknown = Object.prototype
const bufferPrototype: unknown = Buffer.prototype
const bytesPrototype: unknown = Uint8Array.prototype

let bytes = Buffer.allocUnsafeSlow(scratchBytesMin)
let view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
let limit = bytes.length - marginBytes
let slab = Buffer.allocUnsafeSlow(slabBytes)
let slabAt = 0

/** A name of a field as it is packed, and the name that came next the last time: mostly it does again. */
class FieldName {
  readonly text: string
  readonly size: number
  /** The packed name, filled up with zeros. */
  readonly words: Uint32Array
  next: FieldName

  constructor(text: string, packed: Uint8Array, next?: FieldName) {
    this.text = text
    this.size = packed.length
    this.words = new Uint32Array(Math.ceil(packed.length / 4))
    for (let i = 0; i < packed.length; i += 1) this.words[i >> 2] |= packed[i] << (24 - 8 * (i & 3))
    this.next = next ?? this
  }
}

/** What stands before the first name of an object, and for a name that is not kept. */
const noName = new FieldName('', new Uint8Array(0))
const names = new Map<string, FieldName>()

/** Packs a value. The result is a copy of its own and may be kept. */
export function pack(value: unknown): Buffer {
  return kept(write(value, 0))
}

/** Bytes that end with a packed value. */
export interface PackedTail {
  readonly packed: Buffer
  /** Where the value begins. */
  readonly valueAt: number
}

/** Packs the array [first, second, value]. */
export function packTriple(first: string, second: string, value: unknown): PackedTail {
  bytes[0] = 0x93
  const valueAt = writeText(second, writeText(first, 1))
  return { packed: kept(write(value, valueAt)), valueAt }
}

/** The same array around a value that is packed already. */
export function packTripleAround(first: string, second: string, packed: Uint8Array): Buffer {
  bytes[0] = 0x93
  const at = writeText(second, writeText(first, 1))
  reserve(at, packed.length)
  bytes.set(packed, at)
  return kept(at + packed.length)
}

/** An object of these fields and one more, last, whose value is packed already. */
export function packFieldsAround(fields: object, name: string, packed: Uint8Array): Buffer {
  const at = writeText(name, write(fields, 0))
  view.setUint16(1, view.getUint16(1) + 1)
  reserve(at, packed.length)
  bytes.set(packed, at)
  return kept(at + packed.length)
}

/** The first `size` bytes of the scratch memory, copied behind one another into slabs. */
function kept(size: number): Buffer {
  if (size > slabBytes / 8) return largeCopy(size)
  if (slabAt + size > slabBytes) {
    slab = Buffer.allocUnsafeSlow(slabBytes)
    slabAt = 0
  }
  bytes.copy(slab, slabAt, 0, size)
  slabAt += size
  return slab.subarray(slabAt - size, slabAt)
}

function largeCopy(size: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(size)
  bytes.copy(copy, 0, 0, size)
  if (bytes.length > scratchBytesKept) useScratch(Buffer.allocUnsafeSlow(scratchBytesMin))
  return copy
}

function useScratch(next: Buffer<ArrayBuffer>): void {
  bytes = next
  view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  limit = bytes.length - marginBytes
}

/** Makes sure of `size` bytes behind `at`, and of the margin. */
function reserve(at: number, size: number): void {
  if (at + size <= limit) return
  const next = Buffer.allocUnsafeSlow(2 * (at + size + marginBytes))
  bytes.copy(next, 0, 0, at)
  useScratch(next)
}

function write(value: unknown, at: number): number {
  if (at > limit) reserve(at, marginBytes)
  switch (typeof value) {
    case 'string':
      return writeText(value, at)
    case 'number':
      return writeNumber(value, at)
    case 'object':
      if (value !== null) return writeObject(value, at)
      bytes[at] = 0xc0
      return at + 1
    case 'boolean':
      bytes[at] = value ? 0xc3 : 0xc2
      return at + 1
    case 'undefined':
      bytes[at] = 0xc0
      return at + 1
    default:
      return writeForeign(value, at)
  }
}

function writeObject(value: object, at: number): number {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === objectPrototype) return writeMap(value as Readonly<Record<string, unknown>>, at)
  if (Array.isArray(value)) return writeArray(value, at)
  if (prototype === bufferPrototype) return writeBytes(value as Uint8Array, at, 0)
  if (prototype === bytesPrototype) return writeBytes(value as Uint8Array, at, 1)
  return writeForeign(value, at)
}

function writeMap(object: Readonly<Record<string, unknown>>, start: number): number {
  let at = start + 3
  let size = 0
  let name = noName
  for (const text in object) {
    if (name.next.text !== text) name.next = nameOf(text)
    name = name.next
    at = write(object[text], name === noName ? writeText(text, at) : writeName(name, at))
    size += 1
  }
  if (size > 0xffff) throw new RangeError(`pack: expected an object of at most 65535 fields, found ${size}`)
  bytes[start] = 0xde
  bytes[start + 1] = size >> 8
  bytes[start + 2] = size
  return at
}

/** Writes four bytes at a time, and up to three too many, which the value overwrites. */
function writeName({ words, size }: FieldName, at: number): number {
  if (at > limit) reserve(at, marginBytes)
  const out = view
  for (let i = 0; i < words.length; i += 1) out.setUint32(at + 4 * i, words[i])
  return at + size
}

/** Names come from few declarations: each is encoded once. Too long for a declaration: not kept. */
function nameOf(text: string): FieldName {
  const known = names.get(text)
  if (known !== undefined) return known
  const packed = foreign.pack(text)
  if (packed.length > nameBytesMax) return noName
  if (names.size >= fieldNamesMax) forgetNames()
  const name = new FieldName(text, packed, noName)
  names.set(text, name)
  return name
}

/** Names refer to one another, so that all of them let go. */
function forgetNames(): void {
  for (const name of names.values()) name.next = noName
  names.clear()
}

function writeArray(array: readonly unknown[], start: number): number {
  const { length } = array
  let at = start
  if (length < 0x10) bytes[at++] = 0x90 | length
  else if (length < 0x1_0000) {
    bytes[at] = 0xdc
    view.setUint16(at + 1, length)
    at += 3
  } else {
    bytes[at] = 0xdd
    view.setUint32(at + 1, length)
    at += 5
  }
  for (let i = 0; i < length; i += 1) at = write(array[i], at)
  return at
}

function writeNumber(value: number, at: number): number {
  if (value >>> 0 === value) {
    if (value < 0x80) {
      bytes[at] = value
      return at + 1
    }
    if (value < 0x100) {
      bytes[at] = 0xcc
      bytes[at + 1] = value
      return at + 2
    }
    if (value < 0x1_0000) {
      bytes[at] = 0xcd
      view.setUint16(at + 1, value)
      return at + 3
    }
    bytes[at] = 0xce
    view.setUint32(at + 1, value)
    return at + 5
  }
  if (value >> 0 === value) return writeNegative(value, at)
  bytes[at] = 0xcb
  view.setFloat64(at + 1, value)
  return at + 9
}

function writeNegative(value: number, at: number): number {
  if (value >= -0x20) {
    bytes[at] = 0x100 + value
    return at + 1
  }
  if (value >= -0x80) {
    bytes[at] = 0xd0
    bytes[at + 1] = 0x100 + value
    return at + 2
  }
  if (value >= -0x8000) {
    bytes[at] = 0xd1
    view.setInt16(at + 1, value)
    return at + 3
  }
  bytes[at] = 0xd2
  view.setInt32(at + 1, value)
  return at + 5
}

function writeText(text: string, at: number): number {
  const { length } = text
  if (length >= shortChars) return writeLongText(text, at)
  const out = bytes
  const from = at + 1
  for (let i = 0; i < length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) return writeForeignText(text, at)
    out[from + i] = unit
  }
  out[at] = 0xa0 | length
  return from + length
}

/** UTF-8 of a text of fewer than `wholeChars`. */
function writeForeignText(text: string, at: number): number {
  reserve(at, 2 + 3 * wholeChars)
  const head = text.length < 0x20 ? 1 : 2
  let end = at + head
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    const next = (unit & 0xfc00) === 0xd800 ? text.charCodeAt(i + 1) : 0
    if (unit < 0x80) bytes[end++] = unit
    else if (unit < 0x800) {
      bytes[end++] = (unit >> 6) | 0xc0
      bytes[end++] = (unit & 0x3f) | 0x80
    } else if ((next & 0xfc00) === 0xdc00) {
      const point = 0x1_0000 + ((unit & 0x3ff) << 10) + (next & 0x3ff)
      i += 1
      bytes[end++] = (point >> 18) | 0xf0
      bytes[end++] = ((point >> 12) & 0x3f) | 0x80
      bytes[end++] = ((point >> 6) & 0x3f) | 0x80
      bytes[end++] = (point & 0x3f) | 0x80
    } else {
      bytes[end++] = (unit >> 12) | 0xe0
      bytes[end++] = ((unit >> 6) & 0x3f) | 0x80
      bytes[end++] = (unit & 0x3f) | 0x80
    }
  }
  return withTextHead(at, head, end - at - head)
}

function writeLongText(text: string, at: number): number {
  const { length } = text
  reserve(at, 5 + 3 * length)
  const head = length < 0x20 ? 1 : length < 0x100 ? 2 : length < 0x1_0000 ? 3 : 5
  const size = bytes.write(text, at + head)
  return size > length && length < wholeChars ? writeForeignText(text, at) : withTextHead(at, head, size)
}

/** Writes the head of a text of `size` bytes that stand behind room for `room`; moves them if it differs. */
function withTextHead(at: number, room: number, size: number): number {
  const head = size < 0x20 ? 1 : size < 0x100 ? 2 : size < 0x1_0000 ? 3 : 5
  if (head !== room) bytes.copyWithin(at + head, at + room, at + room + size)
  if (head === 1) bytes[at] = 0xa0 | size
  else if (head === 2) {
    bytes[at] = 0xd9
    bytes[at + 1] = size
  } else if (head === 3) {
    bytes[at] = 0xda
    view.setUint16(at + 1, size)
  } else {
    bytes[at] = 0xdb
    view.setUint32(at + 1, size)
  }
  return at + head + size
}

/** `typed`: how many bytes beside the content the length counts, 0 for a Buffer, 1 for a typed array. */
function writeBytes(content: Uint8Array, at: number, typed: 0 | 1): number {
  const size = content.length + typed
  reserve(at, 8 + size)
  const code = typed === 0 ? 0xc4 : 0xc7
  let end = at
  if (size < 0x100) {
    bytes[end++] = code
    bytes[end++] = size
  } else if (size < 0x1_0000) {
    bytes[end++] = code + 1
    view.setUint16(end, size)
    end += 2
  } else {
    bytes[end++] = code + 2
    view.setUint32(end, size)
    end += 4
  }
  if (typed === 1) {
    bytes[end++] = 0x74
    bytes[end++] = 1
  }
  bytes.set(content, end)
  return end + content.length
}

function writeForeign(value: unknown, at: number): number {
  const packed = foreign.pack(value)
  reserve(at, packed.length)
  bytes.set(packed, at)
  return at + packed.length
}
