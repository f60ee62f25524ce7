/** The value cell: one value, one field. */
import { footprintOf } from '../record/footprint.js'
import { decodeStored, encodeValue } from '../record/pack.js'
import type { Cell, CellDeclaration, CellWriter } from './cell.js'
import type { Journal } from './journal.js'

/** One value that is always there. */
export interface ValueCell<T> {
  get(): T
  set(next: T): void
  update(change: (now: T) => T): void
}

/** Declares a value cell that starts as `initial`. */
export function value<T>(initial: T): CellDeclaration<ValueCell<T>> {
  return { kind: 'value', create: journal => new StoredValue(initial, journal) }
}

class StoredValue<T> implements ValueCell<T>, Cell {
  #now: T
  #isDirty = false
  #bytes = 64
  readonly #journal: Journal

  constructor(initial: T, journal: Journal) {
    this.#now = initial
    this.#journal = journal
  }

  get(): T {
    return this.#now
  }

  set(next: T): void {
    this.#journal.note(this, undefined, this.#now)
    this.#now = next
    this.#isDirty = true
  }

  update(change: (now: T) => T): void {
    this.set(change(this.#now))
  }

  load(_sub: string, packed: Uint8Array): void {
    this.#now = decodeStored(packed) as T
    this.#bytes = 64 + footprintOf(packed)
  }

  collect(writer: CellWriter, name: string): void {
    if (!this.#isDirty) return
    this.#isDirty = false
    const packed = encodeValue(this.#now)
    this.#bytes = 64 + footprintOf(packed)
    writer.put(name, packed)
  }

  undo(_key: unknown, before: unknown): void {
    this.#now = before as T
  }

  get bytes(): number {
    return this.#bytes
  }
}
