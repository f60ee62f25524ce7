/**
 * What was computed of words and chunks, by their text: a bounded map in two halves. When the newer half is
 * full it becomes the older one, and what was in the older one is forgotten unless it was asked for since. So
 * the words that come again and again stay, and memory is bounded, without a list of uses.
 *
 * B1 At most `max` entries are held.
 */
export class Remembered<V> {
  readonly #halfMax: number
  #newer = new Map<string, V>()
  #older = new Map<string, V>()

  constructor(max: number) {
    this.#halfMax = Math.ceil(max / 2)
  }

  /** What is remembered of `text`, undefined if nothing is. */
  get(text: string): V | undefined {
    const known = this.#newer.get(text)
    if (known !== undefined) return known
    const old = this.#older.get(text)
    if (old !== undefined) this.set(text, old)
    return old
  }

  /** Remembers `value`; an entry of the same text is replaced. */
  set(text: string, value: V): void {
    if (this.#newer.size >= this.#halfMax) {
      this.#older = this.#newer
      this.#newer = new Map()
    }
    this.#newer.set(text, value)
  }

  /** Forgets everything. */
  clear(): void {
    this.#newer.clear()
    this.#older.clear()
  }
}
