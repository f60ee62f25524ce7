/**
 * The search index of one person: entries, words, vectors, neighbours, by slot.
 *
 * A slot is the running number of an insertion. A revision takes a new slot, and the old one is dead until
 * `compact`.
 *
 * I1 Per id the highest sequence is indexed, in whatever order the revisions come.
 * I2 At most `recordsPerPersonMax` records: those of the highest sequences, in whatever order they come.
 * I3 What a query answers depends on the indexed records, not on their slots (above `exactRecordsMax`
 *    records: but for the few near ones that the graph misses).
 * I4 Adding costs what the record's words cost; links and graph are brought up to date by the next query.
 */
import { bytesOf, entryOf, type Entry } from './entry.js'
import type { FoldedRecord } from '../record/record.js'
import { NearGraph } from './graph.js'
import type { SearchLimits } from './limits.js'
import { linkNeighbours, type Neighbourhood } from './neighbourhood.js'
import { Postings } from './postings.js'
import { termsOf } from './terms.js'
import { Vectors, type Probe } from './vectors.js'

const PERSON_BYTES = 20_000
/** Links and lengths of one slot. */
const NEIGHBOURHOOD_BYTES = 40
/** Dead slots are kept until there are this many, and half as many as living ones. */
const DEAD_MIN = 64
const DEAD_SHARE = 0.5

/** One person's records, ready to be asked. */
export class PersonIndex {
  readonly postings = new Postings()
  readonly vectors = new Vectors()
  private slots: (Entry | undefined)[] = []
  private lengths: number[] = []
  /** By slot, of dead ones too. */
  private sequences: number[] = []
  /** Living slots by id, and all slots by sequence from `oldest` on. */
  private readonly slotsById = new Map<string, number>()
  private bySequence: number[] = []
  private oldest = 0
  private entryBytes = 0
  private hasLeftOut = false
  private graph: NearGraph | undefined
  private links: Neighbourhood | undefined

  constructor(private readonly limits: SearchLimits) {}

  /** Records in the index. */
  get records(): number {
    return this.slotsById.size
  }

  /** Had old records to leave, or to stay out, because there are too many? */
  get isPartial(): boolean {
    return this.hasLeftOut
  }

  /** Estimated bytes held. */
  get bytes(): number {
    return PERSON_BYTES + this.entryBytes + this.slots.length * NEIGHBOURHOOD_BYTES + this.postings.bytes
      + this.vectors.bytes + (this.graph?.bytes ?? 0)
  }

  /** By slot; a dead slot has none. */
  get entries(): readonly (Entry | undefined)[] {
    return this.slots
  }

  /** The links between the living slots as they are now. */
  get neighbourhood(): Neighbourhood {
    this.links ??= linkNeighbours(this.slots, this.lengths)
    return this.links
  }

  /** The living slot of a record. */
  slotOf(id: string): number | undefined {
    return this.slotsById.get(id)
  }

  /** Indexes many records at once: the newest of each id, in order, and no more than are kept. */
  addAll(records: readonly FoldedRecord[]): void {
    const newest = new Map<string, FoldedRecord>()
    for (const folded of records) {
      const known = newest.get(folded.record.id)
      if (known === undefined || known.sequence < folded.sequence) newest.set(folded.record.id, folded)
    }
    const order = [...newest.values()].sort((a, b) => a.sequence - b.sequence)
    const surplus = Math.max(0, order.length - this.limits.recordsPerPersonMax)
    if (surplus > 0) this.hasLeftOut = true
    for (const folded of order.slice(surplus)) this.add(folded)
  }

  /** Indexes a record, unless it is older than what is known of its id. */
  add(folded: FoldedRecord): void {
    const known = this.slotsById.get(folded.record.id)
    if (known !== undefined) {
      if (folded.sequence <= this.sequences[known]) return
      this.kill(known)
    }
    this.insert(folded)
    if (this.records > this.limits.recordsPerPersonMax) this.dropOldest()
    const dead = this.slots.length - this.records
    if (dead >= DEAD_MIN && dead > this.records * DEAD_SHARE) this.compact()
  }

  /** About the `count` slots nearest in meaning; all are compared up to `exactRecordsMax` of them. */
  nearest(probe: Probe, count: number, accepts: (slot: number) => boolean): number[] {
    const isAccepted = (slot: number): boolean => this.slots[slot] !== undefined && accepts(slot)
    if (this.records <= this.limits.exactRecordsMax) {
      return this.closest(probe, count, this.slotsFrom(0, isAccepted))
    }
    this.graph ??= new NearGraph()
    const end = this.slots.length
    this.graph.grow(this.vectors, slot => this.slots[slot] !== undefined, end, this.limits.graphStepMax)
    const fromGraph = this.graph.nearest(probe, count, isAccepted)
    return this.closest(probe, count, [...fromGraph, ...this.slotsFrom(this.graph.covered, isAccepted)])
  }

  private slotsFrom(start: number, accepts: (slot: number) => boolean): number[] {
    const slots: number[] = []
    for (let slot = start; slot < this.slots.length; slot += 1) if (accepts(slot)) slots.push(slot)
    return slots
  }

  private closest(probe: Probe, count: number, slots: readonly number[]): number[] {
    const near = slots.filter(slot => this.vectors.has(slot))
      .map(slot => ({ slot, cosine: this.vectors.cosine(probe, slot), sequence: this.sequences[slot] }))
    near.sort((a, b) => b.cosine - a.cosine || b.sequence - a.sequence)
    return near.slice(0, count).map(({ slot }) => slot)
  }

  private insert(folded: FoldedRecord): void {
    const slot = this.slots.length
    const entry = entryOf(folded)
    const terms = termsOf(folded)
    let length = 0
    for (const count of terms.values()) length += count
    this.slots.push(entry)
    this.lengths.push(length)
    this.sequences.push(entry.sequence)
    this.postings.add(slot, terms)
    this.vectors.set(slot, folded)
    this.slotsById.set(entry.id, slot)
    this.place(slot, entry.sequence)
    this.entryBytes += bytesOf(entry)
    this.links = undefined
  }

  /** Keeps `bySequence` in order; a record that comes late is rare and costs one search. */
  private place(slot: number, sequence: number): void {
    let at = this.bySequence.length
    while (at > this.oldest && this.sequences[this.bySequence[at - 1]] > sequence) at -= 1
    if (at === this.bySequence.length) this.bySequence.push(slot)
    else this.bySequence.splice(at, 0, slot)
  }

  private kill(slot: number): void {
    const entry = this.slots[slot]
    if (entry === undefined) return
    this.slots[slot] = undefined
    this.slotsById.delete(entry.id)
    this.entryBytes -= bytesOf(entry)
    this.links = undefined
  }

  private dropOldest(): void {
    while (this.slots[this.bySequence[this.oldest]] === undefined) this.oldest += 1
    const slot = this.bySequence[this.oldest]
    this.hasLeftOut = true
    this.kill(slot)
  }

  /** Frees the dead slots. The graph begins anew: until it has grown again, more is compared one by one. */
  private compact(): void {
    const moved = new Int32Array(this.slots.length).fill(-1)
    let kept = 0
    this.slots.forEach((entry, slot) => {
      if (entry === undefined) return
      moved[slot] = kept
      this.slotsById.set(entry.id, kept)
      this.slots[kept] = entry
      this.lengths[kept] = this.lengths[slot]
      this.sequences[kept] = this.sequences[slot]
      kept += 1
    })
    this.slots.length = kept
    this.lengths.length = kept
    this.sequences.length = kept
    this.postings.compact(moved)
    this.vectors.compact(moved)
    this.bySequence = this.bySequence.map(slot => moved[slot]).filter(slot => slot >= 0)
    this.oldest = 0
    this.graph = undefined
    this.links = undefined
  }
}
