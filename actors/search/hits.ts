/** The first records of an answer: the best of many, in order, without sorting all of them. */
import type { Entry } from './entry.js'

/** A record that was found. */
export interface Hit {
  readonly slot: number
  readonly entry: Entry
  readonly relevance: number
}

/**
 * Collects the `limit` first hits.
 *
 * A1 The order is relevance, then event time (newest first), then id: it is total, and does not depend on
 *    slots.
 */
export class Hits {
  /** Hits that were offered. */
  total = 0
  private readonly found: Hit[] = []

  constructor(private readonly limit: number) {}

  /** The first ones, in order. */
  get first(): readonly Hit[] {
    return this.found
  }

  /** What a hit must at least be worth to come in; 0 while there is room. */
  get relevanceMin(): number {
    return this.found.length < this.limit ? 0 : this.found[this.found.length - 1].relevance
  }

  /** Takes a hit, if it is among the first. */
  offer(hit: Hit): void {
    this.total += 1
    const { found } = this
    let place = found.length
    while (place > 0 && isBefore(hit, found[place - 1])) place -= 1
    if (place === this.limit) return
    found.splice(place, 0, hit)
    if (found.length > this.limit) found.pop()
  }

  /** Counts a hit that is not among the first. */
  count(): void {
    this.total += 1
  }
}

function isBefore(a: Hit, b: Hit): boolean {
  const byRank = b.relevance - a.relevance || b.entry.eventTime - a.entry.eventTime
  return byRank !== 0 ? byRank < 0 : a.entry.id < b.entry.id
}
