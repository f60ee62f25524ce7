/**
 * Vectors as state keeps them (int8 as bytes), compared and blended. The same numbers as `similarity` of
 * actors/embedding.
 */
import { calibrate, staticHash, useLiteModel } from '../embedding/index.js'
import { dotKernel, type DotKernel } from './dot-kernel.js'

const STEPS = 127
/** More than any step is below zero. */
const ABOVE = 128
/**
 * Vectors that are kept share memory, so many at a time. Out of the runtime's pool each held the 8 KB of
 * whatever was made beside it: four times what the vectors of 500 persons take.
 */
const SLAB_VECTORS = 64

let slab = Buffer.alloc(0)
let slabAt = 0

/** By the length of the vectors. */
const pairs = new Map<number, DotKernel>()

/** Cosine of two vectors of one length, -1..1, a multiple of 1e-4. */
export function cosine(a: Uint8Array, b: Uint8Array): number {
  let pair = pairs.get(a.length)
  if (pair === undefined) pairs.set(a.length, pair = dotKernel(1, a.length))
  const { bytes, rowsAt, dots, run, squareAt } = pair
  bytes.set(a, 0)
  bytes.set(b, rowsAt)
  const scale = Math.sqrt(squareAt(0) * squareAt(rowsAt))
  if (scale === 0) return 0
  run(1)
  return Math.round((dots[0] / scale) * 1e4) / 1e4
}

/** Similarity on the scale that thresholds are written in (calibration.ts). */
export function likeness(a: Uint8Array, b: Uint8Array): number {
  return calibrate(cosine(a, b), staticHash.id)
}

const mixed = new Float32Array(Math.max(staticHash.dim, useLiteModel.dim))

/** What a component or a request is compared by. `meaning` is there when the pipeline has `use-lite`. */
export interface Meant {
  readonly embedding: Uint8Array
  readonly meaning?: Uint8Array
}

/**
 * The same of two texts: by what they mean where that is known of both, else by the default embedder. One
 * scale.
 */
export function likenessInMeaning(a: Meant, b: Meant): number {
  if (a.meaning === undefined || b.meaning === undefined) return likeness(a.embedding, b.embedding)
  return calibrate(cosine(a.meaning, b.meaning), useLiteModel.id)
}


/** `old` moved towards `next` by `factor` 0..1, of length 1 again. */
export function blended(old: Uint8Array, next: Uint8Array, factor: number): Uint8Array {
  const dim = old.length
  const rest = 1 - factor
  const sums = mixed
  let square = 0
  for (let i = 0; i < dim; i += 1) {
    const number = ((old[i] << 24) >> 24) * rest + ((next[i] << 24) >> 24) * factor
    sums[i] = number
    square += number * number
  }
  if (square === 0) return old
  const scale = 1 / Math.sqrt(square)
  const blend = Buffer.allocUnsafeSlow(dim) // soon replaced: it must not hold memory that others share
  for (let i = 0; i < dim; i += 1) blend[i] = step(Math.fround(sums[i] * scale))
  return blend
}

/**
 * What `quantise` makes of a number of a vector of length 1, Math.round(number * STEPS), in a quarter of the
 * time (384 numbers: 1.2 µs, not 4.9).
 * Exact: the product has 31 digits, so that no digit that decides is lost beside ABOVE.
 */
function step(number: number): number {
  return ((number * STEPS + ABOVE + 0.5) | 0) - ABOVE
}

/** The vector as bytes of its own, fit to be kept. They stand beside others that are kept (SLAB_VECTORS). */
export function bytesOf(vector: Int8Array | Uint8Array): Uint8Array {
  if (slabAt + vector.length > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB_VECTORS * vector.length)
    slabAt = 0
  }
  const bytes = slab.subarray(slabAt, slabAt + vector.length)
  slabAt += vector.length
  bytes.set(vector)
  return bytes
}
