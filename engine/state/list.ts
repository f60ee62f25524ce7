/**
 * The bounded list cell: a ring of at most `max` items; pushing onto a full list overwrites the oldest.
 *
 * Stored as one field per slot and one field for the bounds, so that a push writes two fields whatever the
 * length:
 *
 *   <cell>        [first, next]      sequence numbers: the oldest item and the next to be written
 *   <cell>:<slot> item               slot = sequence number modulo max
 */
import { decodeValue, encodeValue } from '../record/pack.js'
import type { Cell, CellDeclaration, CellWriter } from './cell.js'
import type { Journal } from './journal.js'

/** Items in the order they were pushed. */
export interface ListCell<T> {
  readonly length: number
  /**
   * The items by place, for whoever needs them in any order: the n-th that was ever pushed stands at n modulo
   * max, so an item stays where it is while the list moves on. undefined: nothing there.
   */
  readonly places: readonly (T | undefined)[]
  /** The item `index` places after the oldest; undefined outside. */
  at(index: number): T | undefined
  push(item: T): void
  /** Replaces the item `index` places after the oldest. */
  put(index: number, item: T): void
  /** Drops the oldest item. */
  shift(): void
  [Symbol.iterator](): IterableIterator<T>
}

/** Declares a list of at most `max` items. */
export function list<T>(options: { max: number }): CellDeclaration<ListCell<T>> {
  return { kind: 'list', create: journal => new StoredList<T>(options.max, journal) }
}

class StoredList<T> implements ListCell<T>, Cell {
  readonly #slots: (T | undefined)[] = []
  readonly #dirty = new Set<number>()
  readonly #max: number
  readonly #journal: Journal
  #first = 0
  #next = 0
  readonly #sizes: number[] = []
  #packedBytes = 0
  #isBoundsDirty = false

  constructor(max: number, journal: Journal) {
    this.#max = max
    this.#journal = journal
  }

  get length(): number {
    return this.#next - this.#first
  }

  get places(): readonly (T | undefined)[] {
    return this.#slots
  }

  at(index: number): T | undefined {
    return index < 0 || index >= this.length ? undefined : this.#slots[(this.#first + index) % this.#max]
  }

  push(item: T): void {
    const slot = this.#next % this.#max
    const first = this.length === this.#max ? this.#first + 1 : this.#first
    this.#write(slot, item)
    this.#move(first, this.#next + 1)
  }

  put(index: number, item: T): void {
    if (index < 0 || index >= this.length) {
      throw new RangeError(`list index ${index} outside 0..${this.length - 1}`)
    }
    this.#write((this.#first + index) % this.#max, item)
  }

  shift(): void {
    if (this.length === 0) return
    this.#write(this.#first % this.#max, undefined)
    this.#move(this.#first + 1, this.#next)
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let i = this.#first; i < this.#next; i++) yield this.#slots[i % this.#max] as T
  }

  load(sub: string, packed: Uint8Array): void {
    const decoded = decodeValue(packed)
    if (sub === '') [this.#first, this.#next] = decoded as [number, number]
    else {
      this.#slots[Number(sub)] = decoded as T
      this.#measure(Number(sub), packed.length)
    }
  }

  collect(writer: CellWriter, name: string): void {
    for (const slot of this.#dirty) {
      const item = this.#slots[slot]
      const packed = item === undefined ? undefined : encodeValue(item)
      if (packed === undefined) writer.remove(`${name}:${slot}`)
      else writer.put(`${name}:${slot}`, packed)
      this.#measure(slot, packed?.length ?? 0)
    }
    this.#dirty.clear()
    if (this.#isBoundsDirty) writer.put(name, encodeValue([this.#first, this.#next]))
    this.#isBoundsDirty = false
  }

  undo(key: unknown, before: unknown): void {
    if (key === 'bounds') [this.#first, this.#next] = before as [number, number]
    else this.#slots[key as number] = before as T | undefined
  }

  get bytes(): number {
    return this.#packedBytes + this.length * 64
  }

  /** Notes the packed size of a slot. */
  #measure(slot: number, bytes: number): void {
    this.#packedBytes += bytes - (this.#sizes[slot] ?? 0)
    this.#sizes[slot] = bytes
  }

  #write(slot: number, item: T | undefined): void {
    this.#journal.note(this, slot, this.#slots[slot])
    this.#slots[slot] = item
    this.#dirty.add(slot)
  }

  #move(first: number, next: number): void {
    this.#journal.note(this, 'bounds', [this.#first, this.#next])
    this.#first = first
    this.#next = next
    this.#isBoundsDirty = true
  }
}
