/**
 * Dead letters as they are stored, encrypted: what is needed to find and to sweep them stays legible.
 *
 *   letter   { key, acceptedAt, origin, '~box': box of the packed letter }
 */
import { encrypt, type DataKeys, type InForce } from '../cipher/index.js'
import { decodeValue, encodeValue } from '../record/pack.js'
import { boxField } from '../record/record.js'
import type { DeadLetter } from './topology.js'

/** A stored letter: whole, or its legible part with a box. */
export type StoredLetter = Pick<DeadLetter, 'key' | 'acceptedAt' | 'origin'>

interface BoxedLetter extends StoredLetter {
  readonly [boxField]: Buffer
}

/** What can be read of a stored letter without a key. */
export function legibleOf(packed: Buffer): StoredLetter {
  return decodeValue(packed) as StoredLetter
}

/** A packed letter with its content encrypted; one of no key stays open. */
export function encryptLetter(packed: Buffer, inForce: ReadonlyMap<string, InForce>): Buffer {
  const { key, acceptedAt, origin } = legibleOf(packed)
  const dataKey = inForce.get(key)?.key
  if (!dataKey) return packed
  return encodeValue({ key, acceptedAt, origin, [boxField]: encrypt(dataKey, packed) })
}

/** Letters, in order; undefined where one is erased or cannot be opened. */
export async function openLetters(
  dataKeys: DataKeys | undefined, packed: readonly Buffer[],
): Promise<(DeadLetter | undefined)[]> {
  const stored = packed.map(one => decodeValue(one) as DeadLetter | BoxedLetter)
  if (!dataKeys) return stored as DeadLetter[]
  const opened = (await dataKeys.open(stored.flatMap(one =>
    (boxField in one ? [[one.key, one[boxField]] as const] : [])))).values()
  return stored.map(one => {
    if (!(boxField in one)) return one
    const found = opened.next().value
    return Buffer.isBuffer(found) ? decodeValue(found) as DeadLetter : undefined
  })
}
