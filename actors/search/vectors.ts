/**
 * The vectors of one person, by slot: int8 rows in one array, compared exactly.
 *
 * V1 Only vectors of the embedder `staticHash` are kept: vectors of different models are never compared. A
 *    record with another model's vector is found by its words alone.
 * V2 A cosine is integer arithmetic up to one division, rounded to 1e-4: the same wherever the slots stand.
 */
import { staticHash } from '../embedding/index.js'
import type { FoldedRecord } from '../record/record.js'

const { dim } = staticHash
const CAPACITY_MIN = 16
const DIGITS = 1e4

/** A vector that slots are compared with. */
export interface Probe {
  readonly vector: Int8Array
  readonly norm: number
}

/** Makes a probe; undefined for a vector without direction. */
export function probeOf(vector: Int8Array): Probe | undefined {
  const norm = normOf(vector, 0)
  return norm === 0 ? undefined : { vector, norm }
}

/** Rows of int8, one per slot. */
export class Vectors {
  private rows = new Int8Array(CAPACITY_MIN * dim)
  private norms = new Float64Array(CAPACITY_MIN)

  /** Bytes held. */
  get bytes(): number {
    return this.rows.byteLength + this.norms.byteLength
  }

  /** Takes the record's vector if it is one of ours. */
  set(slot: number, { embedding, vector }: FoldedRecord): void {
    if (slot >= this.norms.length) this.grow(Math.max(slot + 1, this.norms.length * 2))
    const isOurs = embedding.model === staticHash.id && embedding.version === staticHash.version
      && vector.length === dim
    if (isOurs) this.rows.set(new Int8Array(vector.buffer, vector.byteOffset, dim), slot * dim)
    this.norms[slot] = isOurs ? normOf(this.rows, slot * dim) : 0
  }

  /** Has the slot a vector with a direction? */
  has(slot: number): boolean {
    return this.norms[slot] > 0
  }

  /** The slot's row, to be read at once and not kept. */
  row(slot: number): Int8Array {
    return this.rows.subarray(slot * dim, (slot + 1) * dim)
  }

  /** The slot as a probe, on a copy of its row. */
  probe(slot: number): Probe | undefined {
    return this.has(slot) ? { vector: this.row(slot).slice(), norm: this.norms[slot] } : undefined
  }

  /** Cosine of the probe and the slot, -1..1; 0 when the slot has no vector. */
  cosine(probe: Probe, slot: number): number {
    const norm = this.norms[slot]
    if (norm === 0) return 0
    return Math.round(dot(probe.vector, this.rows, slot * dim) / (probe.norm * norm) * DIGITS) / DIGITS
  }

  /** Renumbers the slots; see Postings.compact. New numbers are never larger than old ones. */
  compact(moved: Int32Array): void {
    let kept = 0
    for (let slot = 0; slot < moved.length; slot += 1) {
      const to = moved[slot]
      if (to < 0) continue
      this.rows.copyWithin(to * dim, slot * dim, (slot + 1) * dim)
      this.norms[to] = this.norms[slot]
      kept = to + 1
    }
    this.grow(Math.max(CAPACITY_MIN, kept))
  }

  private grow(capacity: number): void {
    const rows = new Int8Array(capacity * dim)
    const norms = new Float64Array(capacity)
    rows.set(this.rows.subarray(0, rows.length))
    norms.set(this.norms.subarray(0, capacity))
    this.rows = rows
    this.norms = norms
  }
}

function normOf(rows: Int8Array, at: number): number {
  return Math.sqrt(dot(rows.subarray(at, at + dim), rows, at))
}

/** Four sums at a time; 384 × 127² fits 31 bits. `dim` is a multiple of four. */
function dot(a: Int8Array, rows: Int8Array, at: number): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let i = 0; i < dim; i += 4) {
    s0 = (s0 + a[i] * rows[at + i]) | 0
    s1 = (s1 + a[i + 1] * rows[at + i + 1]) | 0
    s2 = (s2 + a[i + 2] * rows[at + i + 2]) | 0
    s3 = (s3 + a[i + 3] * rows[at + i + 3]) | 0
  }
  return s0 + s1 + s2 + s3
}
