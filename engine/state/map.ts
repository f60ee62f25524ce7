/**
 * The map cell: one field per entry, all entries in memory while the actor is active, each packed until it is
 * asked for. For hundreds, not millions.
 */
import { decodeStored, encodeValue } from '../record/pack.js'
import type { Cell, CellDeclaration, CellWriter } from './cell.js'
import { EntrySizes } from './entry-sizes.js'
import type { Journal } from './journal.js'
import { isWorthSealing, Sealed } from './sealed.js'

/** Entries by string key. Iteration is by ascending key, so that it is the same after a restore. */
export interface MapCell<V> {
  readonly size: number
  get(key: string): V | undefined
  has(key: string): boolean
  put(key: string, value: V): void
  update(key: string, change: (now: V | undefined) => V): void
  delete(key: string): void
  /** All entries, ordered by key. */
  entries(): [string, V][]
}

/**
 * Something that is known of all entries together. It follows from them, so that nothing of it is stored.
 * Asleep until it is asked, then it begins with all entries: to tell it of those that are loaded would decode
 * them.
 */
export interface MapIndex<V> {
  /** An entry changed, also when a failed turn is undone. */
  changed(key: string, before: V | undefined, after: V | undefined): void
}

/** A map with an index, which is always in step with the entries. */
export interface IndexedMapCell<V, I> extends MapCell<V> {
  readonly index: I
}

/** Declares a map cell. */
export function map<V>(): CellDeclaration<MapCell<V>> {
  return { kind: 'map', create: journal => new StoredMap<V, undefined>(journal, () => undefined) }
}

/** Declares a map cell with an index: `indexOf` makes that of an empty map. */
export function indexedMap<V, I extends MapIndex<V>>(
  indexOf: (entries: MapCell<V>) => I,
): CellDeclaration<IndexedMapCell<V, I>> {
  return { kind: 'map', create: journal => new StoredMap<V, I>(journal, indexOf) }
}

class StoredMap<V, I extends MapIndex<V> | undefined> implements IndexedMapCell<V, I>, Cell {
  readonly index: I
  readonly #now = new Map<string, V | Sealed>()
  readonly #dirty = new Set<string>()
  readonly #journal: Journal
  #ordered: [string, V][] | undefined
  readonly #sizes = new EntrySizes<string>()

  constructor(journal: Journal, indexOf: (entries: MapCell<V>) => I) {
    this.#journal = journal
    this.index = indexOf(this)
  }

  get size(): number {
    return this.#now.size
  }

  get(key: string): V | undefined {
    const held = this.#now.get(key)
    return held instanceof Sealed ? this.#open(key, held) : held
  }

  has(key: string): boolean {
    return this.#now.has(key)
  }

  put(key: string, value: V): void {
    this.#journal.note(this, key, this.get(key))
    this.#set(key, value)
  }

  update(key: string, change: (now: V | undefined) => V): void {
    this.put(key, change(this.get(key)))
  }

  delete(key: string): void {
    if (!this.#now.has(key)) return
    this.#journal.note(this, key, this.get(key))
    this.#set(key, undefined)
  }

  entries(): [string, V][] {
    this.#ordered ??= Array.from(this.#now, ([key, held]): [string, V] =>
      [key, held instanceof Sealed ? this.#open(key, held) : held]).sort(([a], [b]) => (a < b ? -1 : 1))
    return this.#ordered
  }

  load(sub: string, packed: Uint8Array): void {
    this.#ordered = undefined
    if (!isWorthSealing(packed)) {
      this.#now.set(sub, decodeStored(packed) as V)
      this.#sizes.note(sub, packed)
      return
    }
    const sealed = new Sealed(packed)
    this.#now.set(sub, sealed)
    this.#sizes.set(sub, sealed.bytes)
  }

  collect(writer: CellWriter, name: string): void {
    for (const key of this.#dirty) {
      const value = this.get(key)
      if (value === undefined) {
        writer.remove(`${name}:${key}`)
        this.#sizes.set(key, 0)
        continue
      }
      const packed = encodeValue(value)
      writer.put(`${name}:${key}`, packed)
      this.#sizes.note(key, packed)
    }
    this.#dirty.clear()
  }

  undo(key: unknown, before: unknown): void {
    this.#set(key as string, before as V | undefined)
  }

  get bytes(): number {
    return this.#sizes.total(this.#now.size)
  }

  #open(key: string, sealed: Sealed): V {
    const value = sealed.open() as V
    this.#now.set(key, value)
    this.#sizes.note(key, sealed.packed)
    return value
  }

  #set(key: string, value: V | undefined): void {
    this.index?.changed(key, this.get(key), value)
    if (value === undefined) this.#now.delete(key)
    else this.#now.set(key, value)
    this.#dirty.add(key)
    this.#ordered = undefined
  }
}
