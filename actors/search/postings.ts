/**
 * The inverted index of one person: term → the slots it stands in, with counts.
 *
 * Owns nothing but the lists; which slots are alive is known by the person's index. A posting is one small
 * integer:
 *
 *     31            8 7          0
 *    ┌───────────────┬────────────┐
 *    │ slot          │ count ≤255 │
 *    └───────────────┴────────────┘
 *
 * P1 Postings of dead slots stay until `compact`; readers skip them.
 */
import { detached } from './detached.js'

const COUNT_BITS = 8
const COUNT_MAX = (1 << COUNT_BITS) - 1
/** A map entry, an array and a short string. */
const TERM_BYTES = 120
const POSTING_BYTES = 12

/** Where a posting stands. */
export function slotOf(posting: number): number {
  return posting >>> COUNT_BITS
}

/** How often its term stands there, in the unit of terms.ts. */
export function countOf(posting: number): number {
  return posting & COUNT_MAX
}

/** The place of the first posting whose slot is `slot` or more. */
function firstFrom(list: readonly number[], slot: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (slotOf(list[middle]) < slot) low = middle + 1
    else high = middle
  }
  return low
}

const nothing: readonly number[] = []

/** Term → postings. */
export class Postings {
  private readonly lists = new Map<string, number[]>()
  private postings = 0

  /** Estimated bytes held. */
  get bytes(): number {
    return this.lists.size * TERM_BYTES + this.postings * POSTING_BYTES
  }

  /** Adds the terms of one slot; a slot is added once. */
  add(slot: number, terms: ReadonlyMap<string, number>): void {
    for (const [term, count] of terms) {
      const posting = (slot << COUNT_BITS) | Math.min(count, COUNT_MAX)
      const list = this.lists.get(term)
      if (list === undefined) this.lists.set(detached(term), [posting])
      else list.push(posting)
    }
    this.postings += terms.size
  }

  /** Has the slot the term? */
  has(term: string, slot: number): boolean {
    const list = this.of(term)
    const at = firstFrom(list, slot)
    return at < list.length && slotOf(list[at]) === slot
  }

  /** The postings of a term, by ascending slots. */
  of(term: string): readonly number[] {
    return this.lists.get(term) ?? nothing
  }

  /** Renumbers the slots: `moved[slot]` is the new one, or -1 for a dead slot. */
  compact(moved: Int32Array): void {
    this.postings = 0
    for (const [term, list] of this.lists) {
      let kept = 0
      for (const posting of list) {
        const slot = moved[slotOf(posting)]
        if (slot >= 0) list[kept++] = (slot << COUNT_BITS) | countOf(posting)
      }
      list.length = kept
      this.postings += kept
      if (kept === 0) this.lists.delete(term)
    }
  }
}
