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
 * B3 A record that comes or goes costs its own links and those of the few beside it, and for one that is not
 *    the newest a move of the places behind it; never a walk over all records.
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
/** What a slot gets through the link at each place: what the other end gives through the opposite link. */
const TAKEN_WEIGHTS: readonly number[] = [
  ...BEFORE_WEIGHTS, ...AFTER_WEIGHTS, ADDRESS_WEIGHT, ADDRESS_WEIGHT,
]

const AFTER_ADDRESS = 2 * REACH
const BEFORE_ADDRESS = AFTER_ADDRESS + 1
const CAPACITY_MIN = 16
/** Links, own and spread length, place in the order. */
const SLOT_BYTES = 4 * (LINKS_MAX + 3)

/** The links between the living slots of one person, and their lengths with what the neighbours lend. */
export class Neighbourhood {
  /** LINKS_MAX places per slot: the linked slot, or -1. */
  links: Int32Array = new Int32Array(CAPACITY_MIN * LINKS_MAX).fill(-1)
  /** Per slot, in tenths, with what is lent. */
  lengths: Int32Array = new Int32Array(CAPACITY_MIN)
  private own: Int32Array = new Int32Array(CAPACITY_MIN)
  private readonly order = new SlotOrder()
  private readonly chains = new Map<string, SlotOrder>()
  private total = 0

  /** `entries` is the person's, by slot: what is added must be there, what is removed must still be there. */
  constructor(private readonly entries: readonly (Entry | undefined)[]) {}

  /** Mean of `lengths` over the living slots. */
  get meanLength(): number {
    return this.total / Math.max(1, this.order.count)
  }

  /** Estimated bytes held. */
  get bytes(): number {
    return this.own.length * SLOT_BYTES
  }

  /** Links a slot; `length` is that of the record alone. */
  add(slot: number, length: number): void {
    if (slot >= this.own.length) this.grow(Math.max(slot + 1, this.own.length * 2))
    this.links.fill(-1, slot * LINKS_MAX, (slot + 1) * LINKS_MAX)
    this.own[slot] = length
    this.lengths[slot] = 0
    const entry = this.entryOf(slot)
    const place = this.order.insert(slot, this.entries)
    const chain = this.chainOf(entry)
    const inChain = chain?.insert(slot, this.entries) ?? 0
    this.relinkAround(place, chain, inChain)
  }

  /** Takes a slot out. */
  remove(slot: number): void {
    const entry = this.entryOf(slot)
    const place = this.order.remove(slot, this.entries)
    const chain = this.chainOf(entry)
    const inChain = chain?.remove(slot, this.entries) ?? 0
    if (chain?.count === 0) this.chains.delete(entry.addressKey)
    this.total -= this.lengths[slot]
    this.lengths[slot] = 0
    this.links.fill(-1, slot * LINKS_MAX, (slot + 1) * LINKS_MAX)
    this.relinkAround(place, chain, inChain)
  }

  /** Slots that stand beside a change, in the order or at the address, see to whom they are linked now. */
  private relinkAround(place: number, chain: SlotOrder | undefined, inChain: number): void {
    const { slots, count } = this.order
    const from = Math.max(0, place - REACH)
    const to = Math.min(count - 1, place + REACH)
    for (let at = from; at <= to; at += 1) this.relink(slots[at], at)
    if (chain === undefined) return
    for (const at of [inChain - 1, inChain, inChain + 1]) {
      if (at < 0 || at >= chain.count) continue
      const known = this.order.placeOf(chain.slots[at], this.entries)
      if (known < from || known > to) this.relink(chain.slots[at], known)
    }
  }

  private relink(slot: number, place: number): void {
    const { slots, count } = this.order
    const { eventTime } = this.entryOf(slot)
    const at = slot * LINKS_MAX
    for (let k = 0; k < REACH; k += 1) {
      const [later, earlier] = [place + k + 1, place - k - 1]
      const isNear = (other: number): boolean =>
        Math.abs(this.entryOf(slots[other]).eventTime - eventTime) <= SESSION_GAP_MS
      this.links[at + k] = later < count && isNear(later) ? slots[later] : -1
      this.links[at + REACH + k] = earlier >= 0 && isNear(earlier) ? slots[earlier] : -1
    }
    this.relinkAddress(slot)
    let length = HOME_WEIGHT * this.own[slot]
    for (let k = 0; k < LINKS_MAX; k += 1) {
      const other = this.links[at + k]
      if (other >= 0) length += TAKEN_WEIGHTS[k] * this.own[other]
    }
    this.total += length - this.lengths[slot]
    this.lengths[slot] = length
  }

  private relinkAddress(slot: number): void {
    const at = slot * LINKS_MAX
    const chain = this.chains.get(this.entryOf(slot).addressKey)
    const place = chain?.placeOf(slot, this.entries) ?? -1
    const next = chain !== undefined && place + 1 < chain.count ? chain.slots[place + 1] : -1
    const previous = chain !== undefined && place > 0 ? chain.slots[place - 1] : -1
    const isLinked = (other: number): boolean => this.links.subarray(at, at + 2 * REACH).includes(other)
    this.links[at + AFTER_ADDRESS] = next >= 0 && !isLinked(next) ? next : -1
    this.links[at + BEFORE_ADDRESS] = previous >= 0 && !isLinked(previous) ? previous : -1
  }

  private chainOf({ addressKey }: Entry): SlotOrder | undefined {
    if (addressKey === '') return undefined
    const known = this.chains.get(addressKey)
    if (known !== undefined) return known
    const chain = new SlotOrder()
    this.chains.set(addressKey, chain)
    return chain
  }

  private entryOf(slot: number): Entry {
    const entry = this.entries[slot]
    if (entry === undefined) throw new Error(`slot ${slot}: linked but without an entry`)
    return entry
  }

  private grow(capacity: number): void {
    const links = new Int32Array(capacity * LINKS_MAX).fill(-1)
    links.set(this.links)
    this.links = links
    this.lengths = grown(this.lengths, capacity)
    this.own = grown(this.own, capacity)
  }
}

/** Slots in order of event time, then sequence. */
class SlotOrder {
  slots: Int32Array = new Int32Array(2)
  count = 0

  /** Puts a slot to its place, and answers which one that is. */
  insert(slot: number, entries: readonly (Entry | undefined)[]): number {
    if (this.count === this.slots.length) this.slots = grown(this.slots, this.count * 2)
    const place = this.placeOf(slot, entries)
    this.slots.copyWithin(place + 1, place, this.count)
    this.slots[place] = slot
    this.count += 1
    return place
  }

  /** Takes a slot out, and answers where it stood. */
  remove(slot: number, entries: readonly (Entry | undefined)[]): number {
    const place = this.placeOf(slot, entries)
    this.slots.copyWithin(place, place + 1, this.count)
    this.count -= 1
    return place
  }

  /** Where the slot stands, or would stand. */
  placeOf(slot: number, entries: readonly (Entry | undefined)[]): number {
    const { eventTime = 0, sequence = 0 } = entries[slot] ?? {}
    const isBefore = (place: number): boolean => {
      const { eventTime: time = 0, sequence: known = 0 } = entries[this.slots[place]] ?? {}
      return time < eventTime || (time === eventTime && known < sequence)
    }
    if (this.count === 0 || isBefore(this.count - 1)) return this.count
    let low = 0
    let high = this.count - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(middle)) low = middle + 1
      else high = middle
    }
    return low
  }
}

function grown(numbers: Int32Array, capacity: number): Int32Array {
  const copy = new Int32Array(capacity)
  copy.set(numbers.subarray(0, Math.min(numbers.length, capacity)))
  return copy
}
