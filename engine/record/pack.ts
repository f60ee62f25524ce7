/**
 * Values as bytes. One configuration of msgpackr for everything that is stored: plain maps in the order of their keys'
 * insertion, no shared structures, so that equal values built alike have equal bytes (C3) and any msgpack reader can
 * read them. Typed arrays keep their type (extension 0x74).
 */
import { Packr } from 'msgpackr'

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true, moreTypes: true })

/** Packs a value. The result is a copy of its own and may be kept. */
export function encodeValue(value: unknown): Buffer {
  return packr.pack(value)
}

/** Reverses `encodeValue`. */
export function decodeValue(packed: Uint8Array): unknown {
  return packr.unpack(packed)
}

/** Reverses several `encodeValue` results that were joined, in order. */
export function decodeValues(packed: Uint8Array): unknown[] {
  return packed.length === 0 ? [] : packr.unpackMultiple(packed)
}
