/**
 * Which records stand beside which: within half an hour of each other, or at the same address. A note often
 * leaves out what the note before it said; the words of its neighbours count for it, with less weight.
 *
 * A word that stands in one record is worth, to another one (in tenths of its worth at home):
 *
 *     its place     3 before  2 before  1 before  the word's record  1 after  2 after  3 after
 *     worth there       1         2         4             10             5        3        2
 *
 * and 3 for the record next before and next after it at the same address, unless they are linked already.
 *
 * B1 Order is event time, then sequence: a function of the records, not of the order in which they came.
 * B2 Weights and lengths are whole numbers, so that sums are exact in any order.
 */
import type { Entry } from './entry.js'

/** Records further apart in event time do not belong to one session; SPEC section 6. */
const SESSION_GAP_MS = 30 * 60_000

/** Worth of a word in its own record. */
export const HOME_WEIGHT = 10
const AFTER_WEIGHTS = [5, 3, 2]
const BEFORE_WEIGHTS = [4, 2, 1]
const ADDRESS_WEIGHT = 3
const REACH = AFTER_WEIGHTS.length

/** Links per slot. */
export const LINKS_MAX = 2 * REACH + 2

/** Weight of the link at each place. */
export const LINK_WEIGHTS: readonly number[] = [
  ...AFTER_WEIGHTS, ...BEFORE_WEIGHTS, ADDRESS_WEIGHT, ADDRESS_WEIGHT,
]

const AFTER_ADDRESS = 2 * REACH
const BEFORE_ADDRESS = AFTER_ADDRESS + 1

/** The links of all living slots of one person, and their lengths with what the neighbours lend. */
export interface Neighbourhood {
  /** LINKS_MAX places per slot: the linked slot, or -1. */
  readonly links: Int32Array
  /** Per slot, in tenths. */
  readonly lengths: Int32Array
  /** Mean of `lengths` over the living slots. */
  readonly meanLength: number
}

/**
 * Links the living slots. `lengths` are those of the records alone; time is linear for records that come in
 * order.
 */
export function linkNeighbours(
  entries: readonly (Entry | undefined)[], lengths: readonly number[],
): Neighbourhood {
  const links = new Int32Array(entries.length * LINKS_MAX).fill(-1)
  const order = inOrderOfTime(entries)
  linkSessions(order, links)
  linkAddresses(order, links)
  const spread = new Int32Array(entries.length)
  let total = 0
  for (const { slot } of order) {
    const length = lengths[slot]
    spread[slot] += HOME_WEIGHT * length
    total += HOME_WEIGHT * length
    for (let k = 0; k < LINKS_MAX; k += 1) {
      const to = links[slot * LINKS_MAX + k]
      if (to < 0) continue
      spread[to] += LINK_WEIGHTS[k] * length
      total += LINK_WEIGHTS[k] * length
    }
  }
  return { links, lengths: spread, meanLength: total / Math.max(1, order.length) }
}

interface Placed {
  readonly slot: number
  readonly entry: Entry
}

function inOrderOfTime(entries: readonly (Entry | undefined)[]): Placed[] {
  const order: Placed[] = []
  entries.forEach((entry, slot) => {
    if (entry !== undefined) order.push({ slot, entry })
  })
  return order.sort((a, b) => a.entry.eventTime - b.entry.eventTime || a.entry.sequence - b.entry.sequence)
}

function linkSessions(order: readonly Placed[], links: Int32Array): void {
  for (let i = 0; i < order.length; i += 1) {
    const { slot, entry } = order[i]
    for (let k = 0; k < REACH && i + k + 1 < order.length; k += 1) {
      const later = order[i + k + 1]
      if (later.entry.eventTime - entry.eventTime > SESSION_GAP_MS) break
      links[slot * LINKS_MAX + k] = later.slot
      links[later.slot * LINKS_MAX + REACH + k] = slot
    }
  }
}

function linkAddresses(order: readonly Placed[], links: Int32Array): void {
  const last = new Map<string, number>()
  for (const { slot, entry } of order) {
    if (entry.addressKey === '') continue
    const earlier = last.get(entry.addressKey)
    last.set(entry.addressKey, slot)
    if (earlier === undefined || isLinked(earlier, slot, links)) continue
    links[earlier * LINKS_MAX + AFTER_ADDRESS] = slot
    links[slot * LINKS_MAX + BEFORE_ADDRESS] = earlier
  }
}

function isLinked(from: number, to: number, links: Int32Array): boolean {
  const at = from * LINKS_MAX
  return links.subarray(at, at + REACH).includes(to)
}
