/**
 * The footprint of a value: what it takes in memory once it is decoded, found in its packed form. As objects,
 * a topic of a person is six times its packed bytes, a vector no more than they; so packed bytes bound
 * nothing.
 *
 * Sizes are those of V8 with 64-bit pointers. Names of fields count nothing: they are kept once; nor does
 * what an object holds in place.
 */

/** Head of an object, and room for four fields within it. */
const objectBytes = 56
const fieldsWithin = 4
const arrayBytes = 32
/** Of a store of fields or elements; that of fields grows by three. */
const storeBytes = 16
const fieldsAtOnce = 3
const wordBytes = 8
const numberBytes = 16
const textBytes = 24
/** A longer text is cut from the text of all (msgpackr), which stays as long as it does. */
const cutBytes = 56
const cutCharsMin = 13
/** A view of bytes that lie elsewhere. */
const viewBytes = 112
/** Bytes with memory of their own. */
const ownedBytes = viewBytes + 128

let bytes: Uint8Array = new Uint8Array(0)
let at = 0

/** Bytes that the decoded value takes. `packed` is what `encodeValue` makes. */
export function footprintOf(packed: Uint8Array): number {
  bytes = packed
  at = 0
  return footprint()
}

/** Of the value at `at`, which moves behind it. */
function footprint(): number {
  const code = bytes[at++]
  if (code < 0x80 || code >= 0xe0) return 0
  if (code < 0x90) return ofObject(code & 0x0f)
  if (code < 0xa0) return ofArray(code & 0x0f)
  if (code < 0xc0) return ofText(code & 0x1f)
  if (code < 0xc4) return 0
  if (code < 0xc7) return viewBytes + skipped(size(code - 0xc4))
  if (code < 0xca) return ownedBytes + skipped(size(code - 0xc7) + 1)
  if (code < 0xcc) return ofFloat(code === 0xca ? 4 : 8)
  if (code < 0xd4) return ofWhole(code)
  if (code < 0xd9) return ownedBytes + skipped((1 << (code - 0xd4)) + 1)
  if (code < 0xdc) return ofText(size(code - 0xd9))
  return code < 0xde ? ofArray(size(code - 0xdb)) : ofObject(size(code - 0xdd))
}

/** A length of 1, 2 or 4 bytes: `width` is 0, 1 or 2. */
function size(width: number): number {
  let length = 0
  for (let left = 1 << width; left > 0; left -= 1) length = length * 0x100 + bytes[at++]
  return length
}

function skipped(length: number): number {
  at += length
  return length
}

function ofFloat(length: number): number {
  at += length
  return numberBytes
}

/** Up to 31 bits and a sign stand in place. */
function ofWhole(code: number): number {
  const isWide = code === 0xcf || code === 0xd3 || (code === 0xce && bytes[at] >= 0x80)
  at += 1 << (code & 3)
  return isWide ? numberBytes : 0
}

function ofText(length: number): number {
  at += length
  return length < cutCharsMin ? textBytes : cutBytes + length
}

function ofArray(length: number): number {
  let sum = length === 0 ? arrayBytes : arrayBytes + storeBytes + length * wordBytes
  for (let i = 0; i < length; i += 1) sum += footprint()
  return sum
}

function ofObject(fields: number): number {
  const beyond = Math.ceil(Math.max(0, fields - fieldsWithin) / fieldsAtOnce) * fieldsAtOnce
  let sum = beyond > 0 ? objectBytes + storeBytes + beyond * wordBytes : objectBytes
  for (let i = 0; i < fields; i += 1) {
    footprint()
    sum += footprint()
  }
  return sum
}
