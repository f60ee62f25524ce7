/**
 * The bounded list cell: a ring of at most `max` items; pushing onto a full list overwrites the oldest.
 *
 * Stored as one field per slot and one field for the bounds, so that a push writes two fields whatever the
 * length:
 *
 *   <cell>        [first, next]      sequence numbers: the oldest item and the next to be written
 *   <cell>:<slot> item               slot = sequence number modulo max
 *
 * The items stay packed until one of them is asked for: who looks at a list looks at all of it.
 */
import { decodeStored, encodeValue } from '../record/pack.js'
import type { Cell, CellDeclaration, CellWriter } from './cell.js'
import { EntrySizes } from './entry-sizes.js'
import type { Journal } from './journal.js'
import { Sealed } from './sealed.js'

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
  /** Items that nobody asked for yet, by slot. */
  #sealed: Sealed[] | undefined
  readonly #dirty = new Set<number>()
  readonly #max: number
  readonly #journal: Journal
  #first = 0
  #next = 0
  readonly #sizes = new EntrySizes<number>()
  #isBoundsDirty = false

  constructor(max: number, journal: Journal) {
    this.#max = max
    this.#journal = journal
  }

  get length(): number {
    return this.#next - this.#first
  }

  get places(): readonly (T | undefined)[] {
    return this.#open()
  }

  at(index: number): T | undefined {
    return index < 0 || index >= this.length ? undefined : this.#open()[(this.#first + index) % this.#max]
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
    for (let i = this.#first; i < this.#next; i++) yield this.#open()[i % this.#max] as T
  }

  load(sub: string, packed: Uint8Array): void {
    if (sub === '') [this.#first, this.#next] = decodeStored(packed) as [number, number]
    else {
      const sealed = new Sealed(packed)
      this.#sealed ??= []
      this.#sealed[Number(sub)] = sealed
      this.#sizes.set(Number(sub), sealed.bytes)
    }
  }

  collect(writer: CellWriter, name: string): void {
    for (const slot of this.#dirty) {
      const item = this.#slots[slot]
      const packed = item === undefined ? undefined : encodeValue(item)
      if (packed === undefined) {
        writer.remove(`${name}:${slot}`)
        this.#sizes.set(slot, 0)
        continue
      }
      writer.put(`${name}:${slot}`, packed)
      this.#sizes.note(slot, packed)
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
    return this.#sizes.total(this.length)
  }

  /** The items, decoded. */
  #open(): (T | undefined)[] {
    const sealed = this.#sealed
    this.#sealed = undefined
    sealed?.forEach((one, slot) => {
      this.#slots[slot] = one.open() as T
      this.#sizes.note(slot, one.packed)
    })
    return this.#slots
  }

  #write(slot: number, item: T | undefined): void {
    const slots = this.#open()
    this.#journal.note(this, slot, slots[slot])
    slots[slot] = item
    this.#dirty.add(slot)
  }

  #move(first: number, next: number): void {
    this.#journal.note(this, 'bounds', [this.#first, this.#next])
    this.#first = first
    this.#next = next
    this.#isBoundsDirty = true
  }
}
