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
import { encryptEach, hiddenName, isBox, shutForGood, type DataKey, type ToEncrypt } from './box.js'
import type { DataKeys, Opened } from './data-keys.js'

/** Changed fields of one hash: field, value, field, value …, and the fields that go. */
export interface Changes {
  readonly puts: readonly (string | Buffer)[]
  readonly removals: readonly string[]
}

/** Fields of cells, or why they cannot be read. */
export type OpenedFields = Readonly<Record<string, Buffer>> | HinataError

const hiddenMark = '~'

/** What changes in one hash, and whose key its values are shut in with; without one nobody can open them. */
export interface HashToEncrypt {
  readonly key: DataKey | undefined
  readonly changes: Changes
  readonly isTable: boolean
}

/** The changes of several hashes, in order, with their values in boxes, those of one key made together. */
export function encryptChanges(hashes: readonly HashToEncrypt[]): Changes[] {
  const values: ToEncrypt[] = []
  for (const { key, changes: { puts }, isTable } of hashes) {
    if (!key) continue
    for (let i = 0; i < puts.length; i += 2) {
      const name = nameIn(puts[i] as string, isTable)
      const value = puts[i + 1] as Buffer
      values.push({ key, value: name === undefined ? value : Buffer.concat([encodeValue(name), value]) })
    }
  }
  const boxes = encryptEach(values).values()
  return hashes.map(({ key, changes: { puts, removals }, isTable }) => ({
    puts: puts.map((part, i) => (i % 2 === 0 ? hiddenField(key, part as string, isTable)
      : key ? boxes.next().value as Buffer : shutForGood())),
    removals: removals.map(field => hiddenField(key, field, isTable)),
  }))
}

/** The part of a field that is hidden; undefined: none is. */
function nameIn(field: string, isTable: boolean): string | undefined {
  const nameAt = isTable ? 0 : field.indexOf(':') + 1
  return isTable || nameAt > 0 ? field.slice(nameAt) : undefined
}

function hiddenField(key: DataKey | undefined, field: string, isTable: boolean): string {
  const name = nameIn(field, isTable)
  return name === undefined ? field : `${field.slice(0, field.length - name.length)}${hiddenRow(key, name)}`
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
