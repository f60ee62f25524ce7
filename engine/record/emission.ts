/**
 * An emission: one value that a turn handed to an output, packed at once, so that nothing can change it
 * afterwards.
 *
 *   outbox entry  field `d` = emissions, one after another; field `n` = how many
 *   emission      msgpack array [output: str, key: str, value: any]
 *                 0x93 ─┬─ str ──────┬─ str ────┬─ …
 */
import { decodeValues, encodeTriple } from './pack.js'

/** A packed value on its way to the outbox, and what it is about. */
export interface Emission {
  readonly output: string
  readonly key: string
  readonly packed: Buffer
  /** Only the last one of this name, key and output leaves with a commit. */
  readonly replaces: string | undefined
  /** Its key was erased behind it, within the same commit. */
  readonly isErased?: boolean
}

/** Packs an emission; a value that is also stored is packed only once. */
export function encodeEmission(
  output: string, key: string, value: unknown, replaces?: string,
): Emission {
  return { output, key, packed: encodeTriple(output, key, value), replaces }
}

/** What leaves with a commit, in order: without what a later emission replaces. */
export function withoutReplaced(emissions: Emission[]): Emission[] {
  if (!emissions.some(({ replaces }) => replaces !== undefined)) return emissions
  const last = new Set<string>()
  return emissions.reverse().filter(({ output, key, replaces }) => {
    if (replaces === undefined) return true
    const name = JSON.stringify([output, key, replaces])
    return !last.has(name) && last.add(name)
  }).reverse()
}

/** One value that left the topology through an output. */
export interface Emitted {
  readonly output: string
  readonly key: string
  readonly value: unknown
}

/** The values of outbox entries, in order. */
export function decodeEmissions(packed: Uint8Array): Emitted[] {
  return decodeValues(packed).map(tuple => {
    const [output, key, value] = tuple as [string, string, unknown]
    return { output, key, value }
  })
}
