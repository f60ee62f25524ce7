/**
 * What all topics of a person have together: how often each term stands in them. So a description costs the
 * terms of its own topic, however many others there are.
 *
 * N1 A function of the topics as they are: their cell tells every change, undone ones too. Nothing is stored.
 * N2 Asleep, and free of cost, until a person has COUNTED_MIN topics: fewer are walked through.
 */
import type { MapCell, MapIndex } from '../../engine/index.js'
import type { Topic } from './topic.js'

/** From so many topics on, to keep counts is cheaper than to count anew. */
const COUNTED_MIN = 64
const FIRST_UNITS = 32

/** See the top of the file. */
export class TopicIndex implements MapIndex<Topic> {
  #totals: Map<string, number> | undefined

  constructor(private readonly topics: MapCell<Topic>) {}

  changed(_key: string, before: Topic | undefined, after: Topic | undefined): void {
    if (this.#totals === undefined) return
    const [was, is] = [before?.terms ?? [], after?.terms ?? []]
    for (let i = 0; i < Math.max(was.length, is.length); i += 1) {
      if (was[i] === is[i]) continue // a term that is as it was is the same object (C4)
      if (i < was.length) this.#add(was[i][0], -was[i][2])
      if (i < is.length) this.#add(is[i][0], is[i][2])
    }
  }

  /** How often the other topics have each term of `topic`, which need not be in the cell as it is here. */
  elsewhere(key: string, topic: Topic): Map<string, number> {
    if (this.topics.size < COUNTED_MIN) return countedIn(this.topics.entries(), key, topic)
    const totals = this.#awake()
    const own = new Map<string, number>()
    for (const [term, , count] of this.topics.get(key)?.terms ?? []) own.set(term, count)
    return new Map(topic.terms.map(([term]) => [term, (totals.get(term) ?? 0) - (own.get(term) ?? 0)]))
  }

  #awake(): Map<string, number> {
    if (this.#totals !== undefined) return this.#totals
    this.#totals = new Map()
    for (const [key, topic] of this.topics.entries()) this.changed(key, undefined, topic)
    return this.#totals
  }

  #add(term: string, count: number): void {
    const totals = this.#awake()
    const sum = (totals.get(term) ?? 0) + count
    if (sum === 0) totals.delete(term)
    else totals.set(term, sum)
  }
}

/** The same, counted by a walk through all topics. */
function countedIn(
  others: Iterable<readonly [string, Topic]>, key: string, topic: Topic,
): Map<string, number> {
  const counts = new Map<string, number>()
  const lengths = new Uint32Array(FIRST_UNITS) // by the first letter, a bit per length: rejects all but a few
  for (const [term] of topic.terms) {
    counts.set(term, 0)
    lengths[term.charCodeAt(0) % FIRST_UNITS] |= 1 << term.length
  }
  for (const [other, { terms }] of others) {
    if (other === key) continue
    for (let i = 0; i < terms.length; i += 1) {
      const term = terms[i][0]
      if ((lengths[term.charCodeAt(0) % FIRST_UNITS] & (1 << term.length)) === 0) continue
      const known = counts.get(term)
      if (known !== undefined) counts.set(term, known + terms[i][2])
    }
  }
  return counts
}
