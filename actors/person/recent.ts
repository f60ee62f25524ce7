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

/** How many records vote on a tag, and how much more the nearest count. */
const NEIGHBOURS = 20
const VOTE_POWER = 6
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

/**
 * Tags (their hashes) that the person gave to the records most like this one, the likeliest first: each of
 * the nearest NEIGHBOURS has a vote, as near as it is. Records without tags have none.
 */
export function tagsOfNeighbours(own: RecentRecord, recent: ListCell<RecentRecord>): number[] {
  const { places } = recent
  const tagged = places.flatMap((other, i) =>
    other === undefined || other.who === own.who || other.tags.length === 0 ? [] : [{ i, tags: other.tags }])
  if (tagged.length === 0) return []
  places.forEach((other, i) => scan.put(i, other?.vector ?? nothing))
  const cosines = scan.cosines(own.vector, places.length)
  const nearest = tagged
    .map(({ i, tags }) => ({ near: rounded(cosines[i]), tags }))
    .sort((a, b) => b.near - a.near)
    .slice(0, NEIGHBOURS)
  const votes = new Map<number, number>()
  for (const { near, tags } of nearest) {
    for (const tag of tags) votes.set(tag, (votes.get(tag) ?? 0) + near ** VOTE_POWER)
  }
  return [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([tag]) => tag)
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
