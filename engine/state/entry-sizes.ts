/**
 * What the entries of a cell hold in memory, kept while they change. Small ones are not told apart: a number
 * for each of them would be memory too.
 */
import { footprintOf } from '../record/footprint.js'

/** The key of an entry, and its place in the cell and here. */
const placeBytes = 120
/** Beside its place a small entry has as much at most. */
const smallBytes = 32

/** Bytes by entry. */
export class EntrySizes<K> {
  readonly #large = new Map<K, number>()
  #largeBytes = 0

  /** The entry holds the decoded value of these bytes. */
  note(key: K, packed: Uint8Array): void {
    this.set(key, footprintOf(packed))
  }

  /** The entry holds so many bytes; 0: it is gone. */
  set(key: K, bytes: number): void {
    this.#largeBytes += bytes - (this.#large.get(key) ?? 0)
    if (bytes > smallBytes) this.#large.set(key, bytes)
    else {
      this.#largeBytes -= bytes
      this.#large.delete(key)
    }
  }

  /** Memory of `count` entries, all that there are. */
  total(count: number): number {
    return this.#largeBytes + count * placeBytes + Math.max(0, count - this.#large.size) * smallBytes
  }
}
