/**
 * Fields of an actor's hashes, encrypted. The name of a cell stays; the name of an entry of a cell (a tag, a
 * topic) and of a row (an address) is hidden, and stands in its box.
 *
 *   cell           <cell>                 box of the packed value
 *   entry          <cell>:~<hidden name>  box of the name and the value, both packed
 *   row of a table ~<hidden name>         the same
 */
import { HinataError } from '../errors/index.js'
import { endOfValue } from '../record/extent.js'
import { decodeValue, encodeValue } from '../record/pack.js'
import { encrypt, hiddenName, isBox, shutForGood, type DataKey } from './box.js'
import type { DataKeys, Opened } from './data-keys.js'

/** Changed fields of one hash: field, value, field, value …, and the fields that go. */
export interface Changes {
  readonly puts: readonly (string | Buffer)[]
  readonly removals: readonly string[]
}

/** Fields of cells, or why they cannot be read. */
export type OpenedFields = Readonly<Record<string, Buffer>> | HinataError

const hiddenMark = '~'

/** The changes with their values in boxes; without a key nobody can open them. */
export function encryptChanges(
  key: DataKey | undefined, { puts, removals }: Changes, isTable: boolean,
): { puts: (string | Buffer)[], removals: string[] } {
  const hidden: (string | Buffer)[] = new Array(puts.length)
  for (let i = 0; i < puts.length; i += 2) {
    const field = puts[i] as string
    const value = puts[i + 1] as Buffer
    const nameAt = isTable ? 0 : field.indexOf(':') + 1
    const isNamed = isTable || nameAt > 0
    hidden[i] = !isNamed ? field : `${field.slice(0, nameAt)}${hiddenRow(key, field.slice(nameAt))}`
    hidden[i + 1] = !key ? shutForGood()
      : encrypt(key, isNamed ? Buffer.concat([encodeValue(field.slice(nameAt)), value]) : value)
  }
  return { puts: hidden, removals: removals.map(field => {
    const nameAt = isTable ? 0 : field.indexOf(':') + 1
    return isTable || nameAt > 0 ? `${field.slice(0, nameAt)}${hiddenRow(key, field.slice(nameAt))}` : field
  }) }
}

/** The stored name of a row; without a key, one that no row has. */
export function hiddenRow(key: DataKey | undefined, row: string): string {
  return key ? `${hiddenMark}${hiddenName(key, row)}` : hiddenMark
}

/** The fields of several actors' cells; what was erased is left out. */
export async function openFields(
  keys: DataKeys, hashes: readonly (readonly [key: string, fields: Readonly<Record<string, Buffer>>])[],
): Promise<OpenedFields[]> {
  const boxes = hashes.flatMap(([key, fields]) =>
    Object.values(fields).filter(isBox).map(box => [key, box] as const))
  const opened = (await keys.open(boxes)).values()
  return hashes.map(([, fields]): OpenedFields => {
    const plain: Record<string, Buffer> = {}
    let failed: HinataError | undefined
    for (const [field, stored] of Object.entries(fields)) {
      const value: Opened = isBox(stored) ? opened.next().value as Opened : stored
      if (value instanceof HinataError) failed ??= value
      else if (value !== 'erased') putOpened(plain, field, value)
    }
    return failed ?? plain
  })
}

/** A row of a table. */
export interface OpenedRow {
  readonly name: string
  readonly packed: Buffer
}

/** Rows of a table, in order; undefined where absent or erased. Throws CIPHER_BROKEN, CIPHER_KEY_MISSING. */
export async function openRows(
  keys: DataKeys, key: string, rows: readonly (Buffer | null)[],
): Promise<(OpenedRow | undefined)[]> {
  const opened = (await keys.open(rows.flatMap(row => (row === null ? [] : [[key, row] as const])))).values()
  return rows.map(row => {
    if (row === null) return undefined
    const value = opened.next().value as Opened
    if (value instanceof HinataError) throw value
    return value === 'erased' ? undefined : split(value)
  })
}

/** Rows that are asked for by name: `read` gets the stored names. */
export async function openNamedRows(
  keys: DataKeys, key: string, names: readonly string[],
  read: (names: string[]) => Promise<(Buffer | null)[]>,
): Promise<(Buffer | null)[]> {
  const inForce = await keys.current(key)
  const rows = await read(names.map(name => hiddenRow(inForce?.key, name)))
  return (await openRows(keys, key, rows)).map(row => row?.packed ?? null)
}

function putOpened(fields: Record<string, Buffer>, field: string, value: Buffer): void {
  const markAt = field.indexOf(`:${hiddenMark}`)
  if (markAt < 0) {
    fields[field] = value
    return
  }
  const { name, packed } = split(value)
  fields[`${field.slice(0, markAt + 1)}${name}`] = packed
}

function split(value: Buffer): OpenedRow {
  const nameEnd = endOfValue(value, 0)
  return { name: decodeValue(value.subarray(0, nameEnd)) as string, packed: value.subarray(nameEnd) }
}
