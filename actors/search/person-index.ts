/**
 * The search index of one person: entries, words, vectors, neighbours, by slot.
 *
 * A slot is the running number of an insertion. A revision takes a new slot, and the old one is dead until
 * `compact`.
 *
 * I1 Per id the highest sequence is indexed, in whatever order the revisions come.
 * I2 At most `recordsPerPersonMax` records: those of the highest sequences, in whatever order they come.
 * I3 What a query answers depends on the indexed records, not on their slots.
 * I4 Adding costs what the record's words cost, however many records there are; a query finds nothing left to
 *    do.
 */
import { bytesOf, entryOf, type Entry } from './entry.js'
import type { FoldedRecord } from '../record/record.js'
import { Columns } from './columns.js'
import type { SearchLimits } from './limits.js'
import { Neighbourhood } from './neighbourhood.js'
import { Postings } from './postings.js'
import { termsOf } from './terms.js'
import { Vectors } from './vectors.js'

const PERSON_BYTES = 20_000
/** Dead slots are kept until there are this many, and half as many as living ones. */
const DEAD_MIN = 64
const DEAD_SHARE = 0.5

/** One person's records, ready to be asked. */
export class PersonIndex {
  readonly postings = new Postings()
  readonly vectors = new Vectors()
  readonly columns = new Columns()
  private readonly slots: (Entry | undefined)[] = []
  /** By slot, of the records alone. */
  private readonly lengths: number[] = []
  /** By slot, of dead ones too. */
  private readonly sequences: number[] = []
  /** Living slots by id, and all slots by sequence from `oldest` on. */
  private readonly slotsById = new Map<string, number>()
  private bySequence: number[] = []
  private oldest = 0
  private readonly deadSlots: number[] = []
  private entryBytes = 0
  private hasLeftOut = false
  private links = new Neighbourhood(this.slots)

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
    return PERSON_BYTES + this.entryBytes + this.links.bytes + this.postings.bytes + this.vectors.bytes
      + this.columns.bytes
  }

  /** By slot; a dead slot has none. */
  get entries(): readonly (Entry | undefined)[] {
    return this.slots
  }

  /** Slots of records that are no more. */
  get dead(): readonly number[] {
    return this.deadSlots
  }

  /** The links between the living slots as they are now. */
  get neighbourhood(): Neighbourhood {
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
    this.columns.set(slot, entry)
    this.links.add(slot, length)
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
    this.links.remove(slot)
    this.columns.clear(slot)
    this.slots[slot] = undefined
    this.deadSlots.push(slot)
    this.slotsById.delete(entry.id)
    this.entryBytes -= bytesOf(entry)
  }

  private dropOldest(): void {
    while (this.slots[this.bySequence[this.oldest]] === undefined) this.oldest += 1
    const slot = this.bySequence[this.oldest]
    this.hasLeftOut = true
    this.kill(slot)
  }

  /** Frees the dead slots. */
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
      this.columns.clear(slot)
      this.columns.set(kept, entry)
      kept += 1
    })
    this.deadSlots.length = 0
    this.slots.length = kept
    this.lengths.length = kept
    this.sequences.length = kept
    this.postings.compact(moved)
    this.vectors.compact(moved)
    this.bySequence = this.bySequence.map(slot => moved[slot]).filter(slot => slot >= 0)
    this.oldest = 0
    this.links = new Neighbourhood(this.slots)
    for (const slot of this.bySequence) this.links.add(slot, this.lengths[slot])
  }
}
