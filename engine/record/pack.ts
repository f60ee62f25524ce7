/**
 * Values as bytes. One form for everything that is stored, written by packer.ts and read by msgpackr: plain
 * maps in the order of their keys' insertion, no shared structures, so that equal values built alike have
 * equal bytes (C3) and any msgpack reader can read them. Typed arrays keep their type (extension 0x74).
 */
import { Packr } from 'msgpackr'
import { pack, packFieldsAround, packTriple, packTripleAround, type PackedTail } from './packer.js'
import { unpack } from './unpacker.js'

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true, moreTypes: true })

/** Packs a value. The result is a copy of its own and may be kept. */
export function encodeValue(value: unknown): Buffer {
  return pack(value)
}

/** Packs a plain object of these fields and one more, last, whose value `encodeValue` has packed before. */
export function encodeAround(fields: object, name: string, packed: Uint8Array): Buffer {
  return packFieldsAround(fields, name, packed)
}

/** Reverses `encodeValue`. */
export function decodeValue(packed: Uint8Array): unknown {
  return packr.unpack(packed)
}

/** The same, for what this code has stored: entries of cells, most of them small. */
export function decodeStored(packed: Uint8Array): unknown {
  return unpack(packed)
}

/** Reverses several `encodeValue` results that were joined, in order. */
export function decodeValues(packed: Uint8Array): unknown[] {
  return packed.length === 0 ? [] : packr.unpackMultiple(packed)
}

const transient = new Packr({ useRecords: true, encodeUndefinedAsNil: true, moreTypes: true })

/**
 * Packs a value for another thread of this process: names of fields are written once per call, which is half
 * the work for many alike records. Never stored: the bytes depend on what the thread packed before.
 */
export function encodeTransient(value: unknown): Buffer {
  return transient.pack(value)
}

/** Reverses `encodeTransient`. */
export function decodeTransient(packed: Uint8Array): unknown {
  return transient.unpack(packed)
}

/** Where the bytes of an object stand; the view of them is made only for whoever asks. */
const packedOnce = new WeakMap<object, PackedTail>()

/**
 * Packs an object that will never change, remembering its bytes while the object lives: what is both stored
 * and emitted is packed once. Anything else is packed as `encodeValue` does.
 */
export function encodeShared(value: unknown): Buffer {
  if (typeof value !== 'object' || value === null) return encodeValue(value)
  const known = packedOnce.get(value)
  if (known) return valueOf(known)
  const packed = encodeValue(value)
  packedOnce.set(value, { packed, valueAt: 0 })
  return packed
}

/**
 * Packs the array [first, second, value] in one go and remembers the bytes of `value`, an object that will
 * never change, for `encodeShared`.
 */
export function encodeTriple(first: string, second: string, value: unknown): Buffer {
  if (typeof value !== 'object' || value === null) return packTriple(first, second, value).packed
  const known = packedOnce.get(value)
  if (known) return packTripleAround(first, second, valueOf(known))
  const tail = packTriple(first, second, value)
  packedOnce.set(value, tail)
  return tail.packed
}

function valueOf({ packed, valueAt }: PackedTail): Buffer {
  return valueAt === 0 ? packed : packed.subarray(valueAt)
}
