/**
 * Unpacking: the value of packed bytes that packer.ts wrote, the same as msgpackr reads, in less time where
 * values are small, as the entries of cells are: no view of each buffer is made, names of fields are looked
 * for where they came the last time, and a text is a text of its own. (msgpackr cuts long ones from one text
 * of the whole field, which stays in memory as long as any of them does.)
 *
 * U1  The value is that of msgpackr, whatever was packed. What is rare (dates, sets, big integers, other
 *     typed arrays) is left to it, with the whole value.
 * U2  Bytes of a Buffer are a view of the packed ones; those of a Uint8Array are a copy.
 */
import { Packr } from 'msgpackr'
import { fieldNamesMax } from '../limits/limits.js'

const foreign = new Packr({ useRecords: false, encodeUndefinedAsNil: true, moreTypes: true })

/** Longer names are read as any text is. */
const nameBytesMax = 64
/** Texts of fewer bytes are put together here: to call the runtime costs more. */
const shortBytes = 5
/** The packer leaves half of a surrogate pair as it is in a text this short. */
const wholeBytes = 3 * 64
const uint8Type = 1
const typedCode = 0x74

/** What is not read here. */
const rare = Symbol('rare')

/** A name of a field, its bytes, and the name that came next the last time. */
interface FieldName {
  readonly text: string
  readonly bytes: Uint8Array
  next: FieldName | undefined
}

let bytes: Buffer = Buffer.alloc(0)
let at = 0
const names = new Map<string, FieldName>()
const noName: FieldName = { text: '', bytes: new Uint8Array(0), next: undefined }

/** Reverses `pack`. Throws when the bytes are no packed value. */
export function unpack(packed: Uint8Array): unknown {
  bytes = Buffer.isBuffer(packed) ? packed : Buffer.from(packed.buffer, packed.byteOffset, packed.length)
  at = 0
  const value = read()
  return value === rare || at !== bytes.length ? foreign.unpack(packed) : value
}

function read(): unknown {
  const code = bytes[at++]
  if (code < 0x80) return code
  if (code >= 0xe0) return code - 0x100
  if (code < 0x90) return readObject(code & 0x0f)
  if (code < 0xa0) return readArray(code & 0x0f)
  if (code < 0xc0) return readText(code & 0x1f)
  switch (code) {
    case 0xc0: return null
    case 0xc2: return false
    case 0xc3: return true
    case 0xc4: case 0xc5: case 0xc6: return readView(readSize(code - 0xc4))
    case 0xc7: case 0xc8: case 0xc9: return readTyped(readSize(code - 0xc7))
    case 0xcb: return readFloat()
    case 0xcc: case 0xcd: case 0xce: return readSize(code - 0xcc)
    case 0xd0: return (bytes[at++] << 24) >> 24
    case 0xd1: return (readSize(1) << 16) >> 16
    case 0xd2: return readSize(2) | 0
    case 0xd9: case 0xda: case 0xdb: return readText(readSize(code - 0xd9))
    case 0xdc: case 0xdd: return readArray(readSize(code - 0xdb))
    case 0xde: case 0xdf: return readObject(readSize(code - 0xdd))
    default: return rare
  }
}

/** A whole number of 1, 2 or 4 bytes: `width` is 0, 1 or 2. */
function readSize(width: number): number {
  let size = bytes[at++]
  if (width > 0) size = (size << 8) | bytes[at++]
  if (width > 1) size = ((size << 16) | (bytes[at++] << 8) | bytes[at++]) >>> 0
  return size
}

function readFloat(): number {
  at += 8
  return bytes.readDoubleBE(at - 8)
}

function readView(size: number): Buffer {
  return bytes.subarray(at, at += size)
}

function readTyped(size: number): unknown {
  if (bytes[at] !== typedCode || bytes[at + 1] !== uint8Type) return rare
  at += 2
  return new Uint8Array(bytes.subarray(at, at += size - 1))
}

function readArray(length: number): unknown {
  if (length > bytes.length - at) return rare
  const array = new Array<unknown>(length)
  for (let i = 0; i < length; i += 1) {
    const value = read()
    if (value === rare) return rare
    array[i] = value
  }
  return array
}

function readObject(fields: number): unknown {
  const object: Record<string, unknown> = {}
  let name = noName
  for (let i = 0; i < fields; i += 1) {
    const next = readName(name)
    if (next === undefined) return rare
    name = next
    const value = read()
    if (value === rare) return rare
    object[name.text] = value
  }
  return object
}

/** Names come from few declarations, one after the other: mostly it is the one that followed before. */
function readName(before: FieldName): FieldName | undefined {
  const head = bytes[at]
  const size = head < 0xc0 ? head & 0x1f : bytes[at + 1]
  if (head < 0xa0 || (head >= 0xc0 && head !== 0xd9) || size > nameBytesMax) return undefined
  const from = head < 0xc0 ? at + 1 : at + 2
  const guess = before.next
  at = from + size
  if (guess !== undefined && isAt(guess.bytes, from, size)) return guess
  const text = bytes.toString('latin1', from, at)
  const found = names.get(text) ?? newName(text)
  if (found !== undefined) before.next = found
  return found
}

function isAt(name: Uint8Array, from: number, size: number): boolean {
  if (name.length !== size) return false
  for (let i = 0; i < size; i += 1) if (name[i] !== bytes[from + i]) return false
  return true
}

/** undefined: a name that is not ASCII, or that an object cannot have as its own. */
function newName(text: string): FieldName | undefined {
  if (text === '__proto__') return undefined
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return undefined
  if (names.size >= fieldNamesMax) {
    for (const name of names.values()) name.next = undefined
    noName.next = undefined
    names.clear()
  }
  const name = { text, bytes: Buffer.from(text, 'latin1'), next: undefined }
  names.set(text, name)
  return name
}

function readText(size: number): string {
  const from = at
  at += size
  if (size > bytes.length - from) return ''
  let i = from
  if (size < shortBytes) {
    let text = ''
    for (; i < at && bytes[i] < 0x80; i += 1) text += String.fromCharCode(bytes[i])
    if (i === at) return text
  } else {
    while (i < at && bytes[i] < 0x80) i += 1
    if (i === at) return bytes.toString('latin1', from, at)
  }
  return size > wholeBytes ? bytes.toString('utf8', from, at) : wideText(from, at)
}

function wideText(from: number, to: number): string {
  const units: number[] = []
  for (let i = from; i < to;) {
    const byte = bytes[i++]
    if (byte < 0x80) units.push(byte)
    else if (byte < 0xe0) units.push(((byte & 0x1f) << 6) | (bytes[i++] & 0x3f))
    else if (byte < 0xf0) units.push(((byte & 0x0f) << 12) | ((bytes[i++] & 0x3f) << 6) | (bytes[i++] & 0x3f))
    else {
      const point = (((byte & 0x07) << 18) | ((bytes[i++] & 0x3f) << 12) | ((bytes[i++] & 0x3f) << 6)
        | (bytes[i++] & 0x3f)) - 0x1_0000
      units.push(0xd800 | (point >> 10), 0xdc00 | (point & 0x3ff))
    }
  }
  return String.fromCharCode(...units)
}
