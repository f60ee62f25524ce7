/**
 * An entry as it is stored. Many entries of an actor are loaded with it and never looked at, and as objects
 * they are several times their packed size: so they stay packed until they are asked for.
 */
import { decodeStored } from '../record/pack.js'

/** A smaller entry takes less decoded than the view of its bytes does. */
const sealedBytesMin = 64
/** The view of the packed bytes, and what refers to it. */
const viewBytes = 136

/** Packed bytes that nobody asked for yet. */
export class Sealed {
  constructor(readonly packed: Uint8Array) {}

  /** The value. */
  open(): unknown {
    return decodeStored(this.packed)
  }

  /** Memory of the entry while it is packed. */
  get bytes(): number {
    return viewBytes + this.packed.length
  }
}

/** Is it worth the while to leave an entry packed? */
export function isWorthSealing(packed: Uint8Array): boolean {
  return packed.length >= sealedBytesMin
}
