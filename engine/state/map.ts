/**
 * The map cell: one field per entry, all entries in memory while the actor is active. For hundreds, not
 * millions.
 */
import { decodeValue, encodeValue } from '../record/pack.js'
import type { Cell, CellDeclaration, CellWriter } from './cell.js'
import type { Journal } from './journal.js'

const entryOverheadBytes = 96

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

/** Something that is known of all entries together. It follows from them, so that nothing of it is stored. */
export interface MapIndex<V> {
  /** An entry changed; also when it is loaded, and when a failed turn is undone. */
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
  readonly #now = new Map<string, V>()
  readonly #dirty = new Set<string>()
  readonly #journal: Journal
  #ordered: [string, V][] | undefined
  readonly #sizes = new Map<string, number>()
  #packedBytes = 0

  constructor(journal: Journal, indexOf: (entries: MapCell<V>) => I) {
    this.#journal = journal
    this.index = indexOf(this)
  }

  get size(): number {
    return this.#now.size
  }

  get(key: string): V | undefined {
    return this.#now.get(key)
  }

  has(key: string): boolean {
    return this.#now.has(key)
  }

  put(key: string, value: V): void {
    this.#journal.note(this, key, this.#now.get(key))
    this.#set(key, value)
  }

  update(key: string, change: (now: V | undefined) => V): void {
    this.put(key, change(this.#now.get(key)))
  }

  delete(key: string): void {
    if (!this.#now.has(key)) return
    this.#journal.note(this, key, this.#now.get(key))
    this.#set(key, undefined)
  }

  entries(): [string, V][] {
    this.#ordered ??= [...this.#now].sort(([a], [b]) => (a < b ? -1 : 1))
    return this.#ordered
  }

  load(sub: string, packed: Uint8Array): void {
    const value = decodeValue(packed) as V
    this.index?.changed(sub, this.#now.get(sub), value)
    this.#now.set(sub, value)
    this.#measure(sub, packed.length)
    this.#ordered = undefined
  }

  collect(writer: CellWriter, name: string): void {
    for (const key of this.#dirty) {
      const value = this.#now.get(key)
      if (value === undefined) {
        writer.remove(`${name}:${key}`)
        this.#measure(key, 0)
        continue
      }
      const packed = encodeValue(value)
      writer.put(`${name}:${key}`, packed)
      this.#measure(key, packed.length)
    }
    this.#dirty.clear()
  }

  undo(key: unknown, before: unknown): void {
    this.#set(key as string, before as V | undefined)
  }

  get bytes(): number {
    return this.#packedBytes + this.#now.size * entryOverheadBytes
  }

  /** Notes the packed size of an entry; 0 when it is gone. */
  #measure(key: string, bytes: number): void {
    this.#packedBytes += bytes - (this.#sizes.get(key) ?? 0)
    if (bytes === 0) this.#sizes.delete(key)
    else this.#sizes.set(key, bytes)
  }

  #set(key: string, value: V | undefined): void {
    this.index?.changed(key, this.#now.get(key), value)
    if (value === undefined) this.#now.delete(key)
    else this.#now.set(key, value)
    this.#dirty.add(key)
    this.#ordered = undefined
  }
}
