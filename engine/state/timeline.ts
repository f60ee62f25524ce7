/**
 * The timeline cell: values at instants, ordered by time and, at the same instant, by the order in which they
 * were added. One field per value, `<cell>:<time>.<n>`, so that a commit writes what was added and removed,
 * and nothing else. For what joins and windows must remember for a while.
 */
import { decodeStored, encodeValue } from '../record/pack.js'
import type { Cell, CellDeclaration, CellWriter } from './cell.js'
import { EntrySizes } from './entry-sizes.js'
import type { Journal } from './journal.js'

/** A moment, beside its value and its place: its object, its time, and its place in the order. */
const momentBytes = 80

/** A value at an instant. */
export interface Moment<V> {
  /** Unique in its timeline while it is there. */
  readonly id: string
  readonly time: number
  readonly value: V
}

/** Values by time. Times are ms, any finite number. */
export interface TimelineCell<V> {
  readonly size: number
  /** The earliest. */
  readonly first: Moment<V> | undefined
  add(time: number, value: V): void
  /** Everything from `from` to `to`, both inclusive, by time. */
  range(from: number, to: number): Moment<V>[]
  /** Puts another value in the place of one that is there. */
  replace(moment: Moment<V>, value: V): void
  remove(moment: Moment<V>): void
}

/** Declares a timeline. */
export function timeline<V>(): CellDeclaration<TimelineCell<V>> {
  return { kind: 'timeline', create: journal => new StoredTimeline<V>(journal) }
}

class StoredTimeline<V> implements TimelineCell<V>, Cell {
  readonly #byId = new Map<string, Moment<V>>()
  #ordered: Moment<V>[] = []
  #isOrdered = true
  readonly #dirty = new Set<string>()
  readonly #journal: Journal
  readonly #sizes = new EntrySizes<string>()

  constructor(journal: Journal) {
    this.#journal = journal
  }

  get size(): number {
    return this.#byId.size
  }

  get first(): Moment<V> | undefined {
    return this.#inOrder()[0]
  }

  add(time: number, value: V): void {
    const ordered = this.#inOrder()
    const last = ordered[this.#indexAt(time, true) - 1] as Moment<V> | undefined
    const id = `${time}.${last?.time === time ? placeOf(last.id) + 1 : 0}`
    this.#journal.note(this, id, undefined)
    this.#set(id, value)
  }

  range(from: number, to: number): Moment<V>[] {
    return this.#inOrder().slice(this.#indexAt(from), this.#indexAt(to, true))
  }

  replace({ id }: Moment<V>, value: V): void {
    this.#journal.note(this, id, this.#byId.get(id)!.value)
    this.#set(id, value)
  }

  remove({ id, value }: Moment<V>): void {
    this.#journal.note(this, id, value)
    this.#set(id, undefined)
  }

  load(sub: string, packed: Uint8Array): void {
    this.#byId.set(sub, { id: sub, time: timeOf(sub), value: decodeStored(packed) as V })
    this.#sizes.note(sub, packed)
    this.#isOrdered = false
  }

  collect(writer: CellWriter, name: string): void {
    for (const id of this.#dirty) {
      const moment = this.#byId.get(id)
      if (!moment) {
        writer.remove(`${name}:${id}`)
        this.#sizes.set(id, 0)
        continue
      }
      const packed = encodeValue(moment.value)
      writer.put(`${name}:${id}`, packed)
      this.#sizes.note(id, packed)
    }
    this.#dirty.clear()
  }

  undo(key: unknown, before: unknown): void {
    this.#set(key as string, before as V | undefined)
  }

  get bytes(): number {
    return this.#sizes.total(this.#byId.size) + this.#byId.size * momentBytes
  }

  #set(id: string, value: V | undefined): void {
    this.#dirty.add(id)
    const ordered = this.#inOrder()
    const known = this.#byId.get(id)
    const moment = { id, time: timeOf(id), value: value as V }
    if (known) {
      const at = ordered.indexOf(known, this.#indexAt(known.time))
      if (value === undefined) ordered.splice(at, 1)
      else ordered[at] = moment
    } else if (value !== undefined) {
      let at = this.#indexAt(moment.time, true)
      while (at > 0 && isBefore(moment, ordered[at - 1])) at-- // a removal undone goes back to its place
      ordered.splice(at, 0, moment)
    }
    if (value === undefined) this.#byId.delete(id)
    else this.#byId.set(id, moment)
  }

  #inOrder(): Moment<V>[] {
    if (!this.#isOrdered) {
      this.#ordered = [...this.#byId.values()].sort((a, b) => (isBefore(a, b) ? -1 : 1))
      this.#isOrdered = true
    }
    return this.#ordered
  }

  /** The index of the first moment at `time` or later; or only later than it. */
  #indexAt(time: number, isAfter = false): number {
    const ordered = this.#inOrder()
    let low = 0
    let high = ordered.length
    while (low < high) {
      const middle = (low + high) >> 1
      const at = ordered[middle].time
      if (at < time || (isAfter && at === time)) low = middle + 1
      else high = middle
    }
    return low
  }
}

function timeOf(id: string): number {
  return Number(id.slice(0, id.lastIndexOf('.')))
}

function placeOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('.') + 1))
}

function isBefore(a: Moment<unknown>, b: Moment<unknown>): boolean {
  return a.time !== b.time ? a.time < b.time : placeOf(a.id) < placeOf(b.id)
}
