/**
 * The components that changed last, NEWEST_MAX of them, and how near a vector is to them: what a person has
 * on their mind. Comparing with all that was ever known would cost more with every year.
 *
 * O1 The order is the last update, then the number: a function of the components, not of how they came.
 * O2 A component keeps its place among the rows while it is among the newest, so that rows are not copied
 *    again.
 */
import { staticHash } from '../embedding/index.js'
import type { Component } from './component.js'
import { numberOf } from './component-id.js'
import { VectorScan } from './vector-scan.js'

/** How many components a record is compared with. */
export const NEWEST_MAX = 256

const nothing = new Uint8Array(staticHash.dim)
/** Of whoever is folded. */
const scan = new VectorScan(NEWEST_MAX)

/** All current components in their order, the newest of them with a row. */
export class NewestComponents {
  /** The oldest first. */
  readonly #order: Component[] = []
  readonly #rows: (Uint8Array | undefined)[] = []
  readonly #placeOf = new Map<string, number>()
  readonly #free: number[] = []

  /** The oldest first. */
  get all(): readonly Component[] {
    return this.#order
  }

  /** A current component came, went, or changed. */
  changed(before: Component | undefined, after: Component | undefined): void {
    if (before !== undefined && after?.last_updated === before.last_updated) {
      return this.#replace(before, after)
    }
    if (before !== undefined) this.#remove(before)
    if (after !== undefined) this.#insert(after)
  }

  /** The largest cosine of `vector` to one of the newest, 0 at least. */
  nearest(vector: Uint8Array): number {
    const count = this.#rows.length
    for (let i = 0; i < count; i += 1) scan.put(i, this.#rows[i] ?? nothing)
    return scan.nearest(vector, count)
  }

  #replace(before: Component, after: Component): void {
    this.#order[this.#firstNotBefore(before)] = after
    const place = this.#placeOf.get(after.id)
    if (place !== undefined) this.#rows[place] = after.embedding
  }

  #insert(component: Component): void {
    const order = this.#order
    const at = this.#firstNotBefore(component)
    if (at === order.length) order.push(component)
    else order.splice(at, 0, component)
    const oldest = order.length - NEWEST_MAX
    if (at < oldest) return
    if (oldest > 0) this.#leave(order[oldest - 1])
    this.#enter(component)
  }

  #remove(component: Component): void {
    const order = this.#order
    const at = this.#firstNotBefore(component)
    order.splice(at, 1)
    if (!this.#placeOf.has(component.id)) return
    this.#leave(component)
    const oldest = order.length - NEWEST_MAX
    if (oldest >= 0) this.#enter(order[oldest])
  }

  #enter({ id, embedding }: Component): void {
    const place = this.#free.pop() ?? this.#rows.length
    this.#rows[place] = embedding
    this.#placeOf.set(id, place)
  }

  #leave({ id }: Component): void {
    const place = this.#placeOf.get(id)
    if (place === undefined) return
    this.#placeOf.delete(id)
    this.#rows[place] = undefined
    this.#free.push(place)
  }

  #firstNotBefore(component: Component): number {
    let low = 0
    let high = this.#order.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(this.#order[middle], component)) low = middle + 1
      else high = middle
    }
    return low
  }
}

function isBefore(a: Component, b: Component): boolean {
  return a.last_updated < b.last_updated
    || (a.last_updated === b.last_updated && numberOf(a.id) < numberOf(b.id))
}
