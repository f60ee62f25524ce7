/**
 * The window of recent records: the newest RECENT_MAX, each as little as the scores need. Novelty is exact
 * over it: the largest similarity of all, not of an approximate index, so that a replay gives the same
 * number.
 */
import { staticHash } from '../embedding/index.js'
import type { ListCell } from '../../engine/index.js'
import { VectorScan } from '../psp/vector-scan.js'
import { bytesOf } from '../psp/vectors.js'
import { rounded } from './scores.js'

/** One record in the window. */
export interface RecentRecord {
  /** Hash of the record's id. */
  readonly who: number
  /** Event time, ms UTC. */
  readonly at: number
  /** Content stems of the highlight, sorted hashes. */
  readonly title: readonly number[]
  /** Hashes of the tags' keys. */
  readonly tags: readonly number[]
  /** int8 as bytes. */
  readonly vector: Uint8Array
}

/** How many records novelty and attention look at. */
export const RECENT_MAX = 512

const nothing = new Uint8Array(staticHash.dim)
/**
 * The window of whoever is folded, by place in the list: places stay when the window moves on, so that rows
 * need not be copied again.
 */
const scan = new VectorScan(RECENT_MAX)

/** 1 − similarity to the nearest record in the window, other than an earlier revision of itself. */
export function noveltyOf(own: RecentRecord, recent: ListCell<RecentRecord>): number {
  const { places } = recent
  for (let i = 0; i < places.length; i += 1) {
    const other = places[i]
    scan.put(i, other === undefined || other.who === own.who ? nothing : other.vector)
  }
  return rounded(1 - scan.nearest(own.vector, places.length))
}

/** Puts a record in the window; a revision takes the place of the earlier content. */
export function remember(
  recent: ListCell<RecentRecord>,
  own: RecentRecord,
  isRevision: 'revision' | 'new',
): void {
  const kept = { ...own, vector: bytesOf(own.vector) }
  if (isRevision === 'revision') {
    for (let i = recent.length - 1; i >= 0; i -= 1)
      if (recent.at(i)?.who === own.who) return recent.put(i, kept)
  }
  recent.push(kept)
}
