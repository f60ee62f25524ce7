/**
 * Vectors as they are stored: one signed byte per number, and the similarity of two of them.
 *
 * Q1 Similarity is exact integer arithmetic up to one division, rounded to 1e-4, so that it may enter state.
 * Q2 similarity(a, a) = 1 for every vector but the empty one, whose similarity to everything is 0.
 */
import type { Embedder } from './embedder.js'

const STEPS = 127
const DIGITS = 1e4

/** More than any step is below zero. */
const ABOVE = 128

/**
 * Rounds a row of length 1 to steps of 1/127, as Math.round does, in a quarter of the time (384 numbers: 1.2
 * µs, not 4.9).
 * Exact: the product has 31 digits, so that no digit that decides is lost beside ABOVE.
 */
export function quantise(row: Float32Array): Int8Array {
  const steps = new Int8Array(row.length)
  for (let i = 0; i < row.length; i += 1) {
    const step = ((row[i] * STEPS + ABOVE + 0.5) | 0) - ABOVE
    steps[i] = step > STEPS ? STEPS : step < -STEPS ? -STEPS : step
  }
  return steps
}

/** Texts as quantised vectors, as bytes, in their order. */
export function quantisedRows(embedder: Embedder, texts: readonly string[]): Uint8Array[] {
  const rows = embedder.embedBatch(texts)
  return texts.map((_, i) => {
    const vector = quantise(rows.subarray(i * embedder.dim, (i + 1) * embedder.dim))
    return new Uint8Array(vector.buffer, vector.byteOffset, vector.length)
  })
}

/** Cosine of two quantised vectors of the same embedder, -1..1, a multiple of 1e-4. */
export function similarity(a: Int8Array, b: Int8Array): number {
  if (a.length !== b.length) {
    throw new RangeError(`similarity: expected ${a.length} numbers, found ${b.length}`)
  }
  const scale = Math.sqrt(dot(a, a) * dot(b, b))
  return scale === 0 ? 0 : Math.round(dot(a, b) / scale * DIGITS) / DIGITS
}

/** Four sums at a time keep the processor's pipelines busy; 384 × 127² fits 31 bits. */
function dot(a: Int8Array, b: Int8Array): number {
  const even = a.length & ~3
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let i = 0
  for (; i < even; i += 4) {
    s0 = (s0 + a[i] * b[i]) | 0
    s1 = (s1 + a[i + 1] * b[i + 1]) | 0
    s2 = (s2 + a[i + 2] * b[i + 2]) | 0
    s3 = (s3 + a[i + 3] * b[i + 3]) | 0
  }
  for (; i < a.length; i += 1) s0 = (s0 + a[i] * b[i]) | 0
  return s0 + s1 + s2 + s3
}
