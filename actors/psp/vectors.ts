/**
 * Vectors as state keeps them (int8 as bytes), compared and blended. The same numbers as `similarity` of
 * actors/embedding, with what can be known once per vector (signed view, length) kept beside it: bytes in
 * state are immutable (C4).
 */
import { calibrate, quantise, staticHash } from '../embedding/index.js'

interface View {
  readonly numbers: Int8Array
  /** Square of the length. */
  readonly square: number
}

const views = new WeakMap<Uint8Array, View>()

/** Cosine of two vectors, -1..1, a multiple of 1e-4. */
export function cosine(a: Uint8Array, b: Uint8Array): number {
  const [left, right] = [viewOf(a), viewOf(b)]
  const scale = Math.sqrt(left.square * right.square)
  return scale === 0 ? 0 : Math.round((dot(left.numbers, right.numbers) / scale) * 1e4) / 1e4
}

/** Similarity on the scale that thresholds are written in (calibration.ts). */
export function likeness(a: Uint8Array, b: Uint8Array): number {
  return calibrate(cosine(a, b), staticHash.id)
}

/** The square of a vector's length. */
export function squareOf(vector: Uint8Array): number {
  return viewOf(vector).square
}

const mixed = new Float32Array(staticHash.dim)

/** `old` moved towards `next` by `factor` 0..1, of length 1 again. */
export function blended(old: Uint8Array, next: Uint8Array, factor: number): Uint8Array {
  const from = viewOf(old).numbers
  const to = viewOf(next).numbers
  let square = 0
  for (let i = 0; i < mixed.length; i += 1) {
    const number = from[i] * (1 - factor) + to[i] * factor
    mixed[i] = number
    square += number * number
  }
  if (square === 0) return old
  const scale = 1 / Math.sqrt(square)
  for (let i = 0; i < mixed.length; i += 1) mixed[i] *= scale
  return bytesOf(quantise(mixed))
}

/** The vector as bytes of its own, fit to be kept. */
export function bytesOf(vector: Int8Array | Uint8Array): Uint8Array {
  return Buffer.from(new Uint8Array(vector.buffer, vector.byteOffset, vector.length))
}

function viewOf(bytes: Uint8Array): View {
  const known = views.get(bytes)
  if (known !== undefined) return known
  const numbers = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  const view = { numbers, square: dot(numbers, numbers) }
  views.set(bytes, view)
  return view
}

/** Four sums at a time; the length is a multiple of four for every embedder. 384 × 127² fits 31 bits. */
function dot(a: Int8Array, b: Int8Array): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let i = 0; i < a.length; i += 4) {
    s0 = (s0 + Math.imul(a[i], b[i])) | 0
    s1 = (s1 + Math.imul(a[i + 1], b[i + 1])) | 0
    s2 = (s2 + Math.imul(a[i + 2], b[i + 2])) | 0
    s3 = (s3 + Math.imul(a[i + 3], b[i + 3])) | 0
  }
  return s0 + s1 + s2 + s3
}
