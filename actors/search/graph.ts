/**
 * The near-neighbour graph (HNSW) of a person with more records than one query should compare.
 *
 * Owns hnswlib-node. Its thread is the only one that touches it, so insertion and search never meet.
 *
 * N1 Points enter in the order of their slots, with a fixed seed: the same calls give the same graph.
 * N2 The graph covers the slots [0, covered). Slots after that are compared one by one by the caller, so
 *    that a record is found from the moment it is added, however slowly the graph grows.
 * N3 Which slots are alive is known by the caller: `accepts` refuses the dead ones.
 */
import hnswlib from 'hnswlib-node'
import type { HierarchicalNSW } from 'hnswlib-node'
import { staticHash } from '../embedding/index.js'
import type { Probe, Vectors } from './vectors.js'

const SEED = 20_240_229
/**
 * Links per point, and breadth while building and while searching: .99 of the nearest 50 found among 7,000
 * notes.
 */
const LINKS = 16
const BUILD_BREADTH = 100
const SEARCH_BREADTH = 200
const CAPACITY_MIN = 1_024
/** Floats, two layers of links on average, header. */
const POINT_BYTES = staticHash.dim * 4 + LINKS * 3 * 4 + 64

/** A graph over the slots of one person. */
export class NearGraph {
  private readonly hnsw: HierarchicalNSW
  private capacity = CAPACITY_MIN
  /** Slots before this one are in the graph, if they have a vector and were alive when it grew. */
  covered = 0

  constructor() {
    this.hnsw = new hnswlib.HierarchicalNSW('cosine', staticHash.dim)
    this.hnsw.initIndex(CAPACITY_MIN, LINKS, BUILD_BREADTH, SEED)
    this.hnsw.setEf(SEARCH_BREADTH)
  }

  /** Estimated bytes held. */
  get bytes(): number {
    return this.capacity * POINT_BYTES
  }

  /** Covers up to `steps` more slots of [covered, end). */
  grow(vectors: Vectors, isAlive: (slot: number) => boolean, end: number, steps: number): void {
    for (let left = steps; left > 0 && this.covered < end; this.covered += 1) {
      const slot = this.covered
      if (!isAlive(slot) || !vectors.has(slot)) continue
      this.insert(slot, vectors.row(slot))
      left -= 1
    }
  }

  /** About the `count` covered slots nearest to the probe among those that `accepts` takes, nearest first. */
  nearest(probe: Probe, count: number, accepts: (slot: number) => boolean): number[] {
    const wanted = Math.min(count, this.hnsw.getCurrentCount())
    if (wanted === 0) return []
    return this.hnsw.searchKnn(Array.from(probe.vector), wanted, accepts).neighbors
  }

  private insert(slot: number, row: Int8Array): void {
    if (this.hnsw.getCurrentCount() === this.capacity) {
      this.capacity *= 2
      this.hnsw.resizeIndex(this.capacity)
    }
    this.hnsw.addPoint(Array.from(row), slot)
  }
}
