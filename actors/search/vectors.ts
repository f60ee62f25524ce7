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
import { dotKernel } from '../psp/dot-kernel.js'
import type { FoldedRecord } from '../record/record.js'

const { dim } = staticHash
const CAPACITY_MIN = 128
const GROWTH = 1.5
const DIGITS = 1e4

/** A vector that slots are compared with. */
export interface Probe {
  readonly vector: Int8Array
  readonly norm: number
}

/** Makes a probe; undefined for a vector without direction. */
export function probeOf(vector: Int8Array): Probe | undefined {
  let square = 0
  for (const step of vector) square += step * step
  return square === 0 ? undefined : { vector, norm: Math.sqrt(square) }
}

/** Rows of int8, one per slot. */
export class Vectors {
  private capacity = CAPACITY_MIN
  private kernel = dotKernel(CAPACITY_MIN, dim)
  private norms = new Float64Array(CAPACITY_MIN)
  private count = 0

  /** Bytes held. */
  get bytes(): number {
    return this.kernel.bytes.byteLength + this.norms.byteLength
  }

  /** Takes the record's vector if it is one of ours. */
  set(slot: number, { embedding, vector }: FoldedRecord): void {
    if (slot >= this.capacity) this.grow(Math.max(slot + 1, Math.ceil(this.capacity * GROWTH)))
    const isOurs = embedding.model === staticHash.id && embedding.version === staticHash.version
      && vector.length === dim
    this.count = Math.max(this.count, slot + 1)
    this.norms[slot] = 0
    if (!isOurs) return
    const at = this.placeOf(slot)
    this.kernel.bytes.set(vector, at)
    this.norms[slot] = Math.sqrt(this.kernel.squareAt(at))
  }

  /** Has the slot a vector with a direction? */
  has(slot: number): boolean {
    return this.norms[slot] > 0
  }

  /** The slot as a probe, on a copy of its row. */
  probe(slot: number): Probe | undefined {
    if (!this.has(slot)) return undefined
    const at = this.placeOf(slot)
    return { vector: new Int8Array(this.kernel.bytes.slice(at, at + dim).buffer), norm: this.norms[slot] }
  }

  /**
   * Compares the probe with all slots. What it answers gives the cosine of a slot, -1..1, 0 when the slot has
   * no vector; to be used before the next comparison.
   */
  compare(probe: Probe): (slot: number) => number {
    const { norms, kernel } = this
    if (this.count === 0) return () => 0
    kernel.bytes.set(new Uint8Array(probe.vector.buffer, probe.vector.byteOffset, dim), 0)
    kernel.run(this.count)
    return slot => {
      const norm = norms[slot]
      return norm === 0 ? 0 : Math.round(kernel.dots[slot] / (probe.norm * norm) * DIGITS) / DIGITS
    }
  }

  /** Renumbers the slots; see Postings.compact. New numbers are never larger than old ones. */
  compact(moved: Int32Array): void {
    let kept = 0
    for (let slot = 0; slot < moved.length; slot += 1) {
      const to = moved[slot]
      if (to < 0) continue
      const at = this.placeOf(slot)
      this.kernel.bytes.copyWithin(this.placeOf(to), at, at + dim)
      this.norms[to] = this.norms[slot]
      kept = to + 1
    }
    this.count = kept
    this.grow(Math.max(CAPACITY_MIN, kept))
  }

  private placeOf(slot: number): number {
    return this.kernel.rowsAt + slot * dim
  }

  /** More room, or less: to `capacity` slots. */
  private grow(capacity: number): void {
    const kernel = dotKernel(capacity, dim)
    const kept = Math.min(this.count, capacity)
    const from = this.kernel.rowsAt
    kernel.bytes.set(this.kernel.bytes.subarray(from, from + kept * dim), kernel.rowsAt)
    const norms = new Float64Array(capacity)
    norms.set(this.norms.subarray(0, kept))
    this.kernel = kernel
    this.norms = norms
    this.capacity = capacity
  }
}
