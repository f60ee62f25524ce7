/**
 * Actors that were passivated and may come back: packed, outside of the heap, where the collector does not
 * look. Who comes back from here needs no answer of the store.
 *
 *   slab     │ actor │ actor │ actor │ free        `restingSlabBytes`
 *   actor    │ field │ field │ …
 *   field    │ u16 │ name │ u32 │ value │
 *
 * Q1  What rests is what is stored: an actor comes here when nothing of it is uncommitted, nobody but its
 *     partition's owner writes it, and it leaves when it is taken, or erased.
 * Q2  Bounded: the slab that was begun first is emptied for the next one. Slabs are few, large and used
 *     again: memory that comes and goes makes V8 collect the whole heap.
 */
import { FieldChanges, type Activation } from '../actor/index.js'
import { restingSlabBytes } from '../limits/limits.js'

const nameHeadBytes = 2
const valueHeadBytes = 4

/** Where an actor lies. */
interface Place {
  readonly type: string
  readonly key: string
  readonly slab: Slab
  readonly from: number
  readonly to: number
}

interface Slab {
  readonly bytes: Buffer
  /** Where it is free. */
  end: number
  places: Place[]
}

/** See the top of the file. */
export class RestingActors {
  /** Those begun first come first. */
  readonly #slabs: Slab[] = []
  /** By type, then by key. */
  readonly #places = new Map<string, Map<string, Place>>()

  /** Keeps a clean activation, in at most `bytesMax` of all. Who is larger than a slab is not kept. */
  put(activation: Activation, bytesMax: number): void {
    if (bytesMax < restingSlabBytes) return
    const fields = new FieldChanges()
    if (!activation.pack(fields) || fields.isEmpty) return
    const names = fields.puts.filter((_, i) => i % 2 === 0).map(name => Buffer.from(name as string))
    const values = fields.puts.filter((_, i) => i % 2 === 1) as Buffer[]
    const size = [...names, ...values].reduce((sum, { length }) => sum + length, 0)
      + names.length * (nameHeadBytes + valueHeadBytes)
    const slab = this.#slabFor(size, bytesMax)
    if (!slab) return
    const from = slab.end
    names.forEach((name, i) => {
      slab.end = slab.bytes.writeUInt16LE(name.length, slab.end)
      slab.end += name.copy(slab.bytes, slab.end)
      slab.end = slab.bytes.writeUInt32LE(values[i].length, slab.end)
      slab.end += values[i].copy(slab.bytes, slab.end)
    })
    const { actor: { type }, key } = activation
    this.drop(type, key)
    const place = { type, key, slab, from, to: slab.end }
    slab.places.push(place)
    const byKey = this.#places.get(type)
    if (byKey) byKey.set(key, place)
    else this.#places.set(type, new Map([[key, place]]))
  }

  /** The stored fields of an actor that rests, which does no more; undefined: it does not rest. */
  take(type: string, key: string): Record<string, Uint8Array> | undefined {
    const place = this.#forget(type, key)
    if (!place) return undefined
    const piece = Buffer.allocUnsafeSlow(place.to - place.from) // the slab will be used again
    place.slab.bytes.copy(piece, 0, place.from, place.to)
    const fields: Record<string, Uint8Array> = {}
    for (let at = 0; at < piece.length;) {
      const nameAt = at + nameHeadBytes
      const nameEnd = nameAt + piece.readUInt16LE(at)
      const valueAt = nameEnd + valueHeadBytes
      at = valueAt + piece.readUInt32LE(nameEnd)
      fields[piece.toString('utf8', nameAt, nameEnd)] = piece.subarray(valueAt, at)
    }
    return fields
  }

  /** What rests of an actor is overwritten. */
  drop(type: string, key: string): void {
    const place = this.#forget(type, key)
    if (place) place.slab.bytes.fill(0, place.from, place.to)
  }

  /** How many rest. */
  get size(): number {
    return [...this.#places.values()].reduce((sum, byKey) => sum + byKey.size, 0)
  }

  #forget(type: string, key: string): Place | undefined {
    const byKey = this.#places.get(type)
    const place = byKey?.get(key)
    byKey?.delete(key)
    return place
  }

  /** The slab with room for so many bytes: the last one, a new one, or the first one emptied. */
  #slabFor(size: number, bytesMax: number): Slab | undefined {
    const last = this.#slabs.at(-1)
    if (last && last.end + size <= restingSlabBytes) return last
    if (size > restingSlabBytes) return undefined
    const slab = this.#slabs.length < Math.floor(bytesMax / restingSlabBytes)
      ? { bytes: Buffer.allocUnsafeSlow(restingSlabBytes), end: 0, places: [] }
      : emptied(this.#slabs.shift()!, place => this.#leave(place))
    this.#slabs.push(slab)
    return slab
  }

  #leave(place: Place): void {
    const byKey = this.#places.get(place.type)
    if (byKey?.get(place.key) === place) byKey.delete(place.key)
  }
}

function emptied(slab: Slab, leave: (place: Place) => void): Slab {
  slab.places.forEach(leave)
  slab.places = []
  slab.end = 0
  return slab
}
