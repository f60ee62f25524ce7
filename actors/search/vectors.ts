/**
 * The vectors of one person, by slot: int8 rows, all compared with a question by SIMD. 100,000 rows take 2.4
 * ms: no near-neighbour graph is needed, which would take four times the memory, half a minute to build, and
 * miss some (docs/QUALITY.md, Q14).
 *
 * V1 Only vectors of the embedder `staticHash` are kept: vectors of different models are never compared. A
 *    record with another model's vector is found by its words alone.
 * V2 A cosine is integer arithmetic up to one division, rounded to 1e-4: the same wherever the slots stand.
 */
import { staticHash } from '../embedding/index.js'
import { dotKernel, type DotKernel } from '../psp/dot-kernel.js'
import type { FoldedRecord } from '../record/record.js'

const { dim } = staticHash
const CAPACITY_MIN = 16
const GROWTH = 1.5
const DIGITS = 1e4
/**
 * Up to so many rows are copied into the thread's kernel when they are compared (0.1 ms); more have a kernel
 * of their own. A kernel's memory takes gigabytes of addresses, so that not every person can have one.
 */
const SHARED_ROWS = 2_048

let shared: DotKernel | undefined

/** A vector that slots are compared with. */
export interface Probe {
  readonly vector: Int8Array
  readonly norm: number
}

/** Makes a probe; undefined for a vector without direction. */
export function probeOf(vector: Int8Array): Probe | undefined {
  const norm = normOf(vector)
  return norm === 0 ? undefined : { vector, norm }
}

/** What a comparison found, by slot; to be read before the next one. */
export class Cosines {
  constructor(
    /** By slot. */
    readonly dots: Int32Array,
    /** By slot: what a dot product is multiplied with; 0 when the slot has no vector. */
    readonly inverses: Float64Array,
    private readonly norms: Float64Array,
    /** Of the probe. */
    private readonly norm: number,
  ) {}

  /** dots × inverses × this is the cosine but for its rounding. */
  get scale(): number {
    return 1 / this.norm
  }

  /** -1..1, 0 when the slot has no vector. */
  of(slot: number): number {
    const norm = this.norms[slot]
    return norm > 0 ? Math.round(this.dots[slot] / (this.norm * norm) * DIGITS) / DIGITS : 0
  }
}

const none = new Float64Array(0)
const nothingCompared = new Cosines(new Int32Array(0), none, none, 1)

/** Rows of int8, one per slot. */
export class Vectors {
  /** Row-major, as bytes; of the kernel's memory once there is one. */
  private rows: Uint8Array = new Uint8Array(CAPACITY_MIN * dim)
  private norms = new Float64Array(CAPACITY_MIN)
  private inverses = new Float64Array(CAPACITY_MIN)
  private kernel: DotKernel | undefined
  private count = 0

  /** Bytes held. */
  get bytes(): number {
    return (this.kernel?.bytes.byteLength ?? this.rows.byteLength) + this.norms.byteLength
      + this.inverses.byteLength
  }

  /** Takes the record's vector if it is one of ours. */
  set(slot: number, { embedding, vector }: FoldedRecord): void {
    const { length: capacity } = this.norms
    if (slot >= capacity) this.resize(Math.max(slot + 1, Math.ceil(capacity * GROWTH)))
    const isOurs = embedding.model === staticHash.id && embedding.version === staticHash.version
      && vector.length === dim
    this.count = Math.max(this.count, slot + 1)
    if (isOurs) this.rows.set(vector, slot * dim)
    this.setNorm(slot, isOurs ? normOf(this.row(slot)) : 0)
  }

  /** Has the slot a vector with a direction? */
  has(slot: number): boolean {
    return this.norms[slot] > 0
  }

  /** The slot as a probe, on a copy of its row. */
  probe(slot: number): Probe | undefined {
    return this.has(slot) ? { vector: this.row(slot).slice(), norm: this.norms[slot] } : undefined
  }

  /** Compares the probe with all slots; without a probe nothing is like it. */
  compare(probe: Probe | undefined): Cosines {
    const { norms, inverses, count } = this
    if (probe === undefined || count === 0) return nothingCompared
    const { bytes, run, dots } = this.kernel ?? this.lent()
    bytes.set(new Uint8Array(probe.vector.buffer, probe.vector.byteOffset, dim), 0)
    run(count)
    return new Cosines(dots, inverses, norms, probe.norm)
  }

  /** Renumbers the slots; see Postings.compact. New numbers are never larger than old ones. */
  compact(moved: Int32Array): void {
    let kept = 0
    for (let slot = 0; slot < moved.length; slot += 1) {
      const to = moved[slot]
      if (to < 0) continue
      this.rows.copyWithin(to * dim, slot * dim, (slot + 1) * dim)
      this.setNorm(to, this.norms[slot])
      kept = to + 1
    }
    this.count = kept
    this.resize(Math.max(CAPACITY_MIN, kept))
  }

  /** The thread's kernel, with these rows in it. */
  private lent(): DotKernel {
    shared ??= dotKernel(SHARED_ROWS, dim)
    shared.bytes.set(this.rows.subarray(0, this.count * dim), shared.rowsAt)
    return shared
  }

  private setNorm(slot: number, norm: number): void {
    this.norms[slot] = norm
    this.inverses[slot] = norm > 0 ? 1 / norm : 0
  }

  private row(slot: number): Int8Array {
    return new Int8Array(this.rows.buffer, this.rows.byteOffset + slot * dim, dim)
  }

  private resize(capacity: number): void {
    const kept = Math.min(this.count, capacity)
    const kernel = capacity > SHARED_ROWS ? dotKernel(capacity, dim) : undefined
    const rows = kernel === undefined ? new Uint8Array(capacity * dim)
      : kernel.bytes.subarray(kernel.rowsAt, kernel.rowsAt + capacity * dim)
    rows.set(this.rows.subarray(0, kept * dim))
    const norms = new Float64Array(capacity)
    norms.set(this.norms.subarray(0, kept))
    const inverses = new Float64Array(capacity)
    inverses.set(this.inverses.subarray(0, kept))
    this.kernel = kernel
    this.rows = rows
    this.norms = norms
    this.inverses = inverses
  }
}

function normOf(vector: Int8Array): number {
  let square = 0
  for (let i = 0; i < dim; i += 1) square += vector[i] * vector[i]
  return Math.sqrt(square)
}
