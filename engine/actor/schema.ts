/**
 * The schema version of stored state, per actor type, and the upcasters that bring old state to the present.
 *
 *   cells   field `~schema` = msgpack uint     absent = 1
 *   row     ┌──────┬────────┬─────────┐
 *           │ 0xc1 │ schema │ msgpack │        no mark = 1; 0xc1 begins no msgpack value
 *           └──────┴────────┴─────────┘
 *
 * Y1  Upcasting is lazy: cells at activation, a row when it is read. What it changed is written with the
 *     actor's next commit; until then the stored bytes stay as they are.
 * Y2  Upcasters are pure and run one after another, from the stored version to the declared one.
 *     What the engine itself keeps in an actor's fields (`~parked`) passes them by.
 * Y3  State of a newer schema is refused (SCHEMA_NEWER): old code would spoil it.
 */
import { HinataError } from '../errors/index.js'
import { decodeValue, encodeValue } from '../record/pack.js'

/** Stored fields, decoded, by name: `<cell>` for a value, `<cell>:<entry>` for what has entries. */
export type StoredFields = Readonly<Record<string, unknown>>

/** The schema of an actor type's stored state. */
export interface Schema {
  /** 1..255. */
  readonly version: number
  /** By the version that it takes: turns that version's fields into the next one's. */
  readonly upcast: Readonly<Record<number, (fields: StoredFields) => StoredFields>>
  /** The same for a row of a table cell. Absent: rows did not change. */
  readonly upcastRow: Readonly<Record<number, (table: string, row: unknown) => unknown>>
}

/** What an actor type declares of its schema. */
export interface SchemaDeclaration {
  readonly schema?: number
  readonly upcast?: Schema['upcast']
  readonly upcastRow?: Schema['upcastRow']
}

/** Fields that a commit must change to bring the stored ones to the present. */
export interface Upcasting {
  readonly puts: ReadonlyMap<string, Buffer>
  readonly removals: readonly string[]
  /** Nothing was stored: the mark alone is not worth a commit. */
  readonly isNew: boolean
}

/** Begins the names of fields that are the engine's. */
const engineMark = '~'
const schemaField = '~schema'
const rowMark = 0xc1
const schemaMax = 255

/** Checks a declaration: every step from 1 has its upcaster. Throws when one is missing. */
export function schemaOf(type: string, declared: SchemaDeclaration): Schema {
  const { schema: version = 1, upcast = {}, upcastRow = {} } = declared
  if (!Number.isInteger(version) || version < 1 || version > schemaMax) {
    throw new RangeError(`${type}: a schema is a whole number from 1 to ${schemaMax}, not ${version}`)
  }
  for (let from = 1; from < version; from++) {
    if (!upcast[from] && !upcastRow[from]) throw new Error(`${type}: no upcaster from schema ${from}`)
  }
  return { version, upcast, upcastRow }
}

/**
 * Brings stored fields to the present. `fields` is what the cells load; `upcasting` what the next commit
 * writes, if anything. Throws SCHEMA_NEWER.
 */
export function upcastFields(
  actor: { readonly type: string, readonly schema: Schema }, key: string,
  stored: Readonly<Record<string, Uint8Array>>,
): { fields: Readonly<Record<string, Uint8Array>>, upcasting: Upcasting | undefined } {
  const { version } = actor.schema
  const mark = stored[schemaField]
  if (version === 1 && mark === undefined) return { fields: stored, upcasting: undefined }
  const { [schemaField]: _mark, ...cells } = stored
  const isNew = mark === undefined && Object.keys(cells).length === 0
  const from = mark === undefined ? isNew ? version : 1 : Number(decodeValue(mark))
  assertKnown(actor, key, from)
  if (mark !== undefined && from === version) return { fields: cells, upcasting: undefined }
  const puts = new Map([[schemaField, encodeValue(version)]])
  if (isNew) return { fields: {}, upcasting: { puts, removals: [], isNew } }
  const own = Object.entries(cells).filter(([field]) => field.startsWith(engineMark))
  const theirs = Object.entries(cells).filter(([field]) => !field.startsWith(engineMark))
  let values: StoredFields = Object.fromEntries(theirs.map(([field, packed]) => [field, decodeValue(packed)]))
  for (let step = from; step < version; step++) values = actor.schema.upcast[step]?.(values) ?? values
  const fields: Record<string, Uint8Array> = Object.fromEntries(own)
  for (const [field, value] of Object.entries(values)) {
    const packed = encodeValue(value)
    fields[field] = packed
    if (!cells[field] || !packed.equals(cells[field])) puts.set(field, packed)
  }
  const removals = Object.keys(cells).filter(field => !(field in fields))
  return { fields, upcasting: { puts, removals, isNew } }
}

/** A row as the table cell loads it: of the present schema, without its mark. Throws SCHEMA_NEWER. */
export function upcastRow(
  actor: { readonly type: string, readonly schema: Schema }, key: string, table: string, packed: Uint8Array,
): Uint8Array {
  const { schema: from, row } = unmarkedRow(packed)
  const { version } = actor.schema
  if (from === version) return row
  assertKnown(actor, key, from)
  let value = decodeValue(row)
  for (let step = from; step < version; step++) {
    const upcast = actor.schema.upcastRow[step]
    if (upcast) value = upcast(table, value)
  }
  return encodeValue(value)
}

/** A packed row and its schema. */
export function unmarkedRow(packed: Uint8Array): { schema: number, row: Uint8Array } {
  return packed[0] === rowMark ? { schema: packed[1], row: packed.subarray(2) } : { schema: 1, row: packed }
}

/** A row as it is stored. */
export function markedRow(schema: Schema, packed: Uint8Array): Uint8Array {
  return schema.version === 1 ? packed : Buffer.concat([Buffer.from([rowMark, schema.version]), packed])
}

function assertKnown(actor: { readonly type: string, readonly schema: Schema }, key: string,
  found: number): void {
  const { version } = actor.schema
  if (found > version) {
    throw new HinataError('SCHEMA_NEWER', { actor: `${actor.type} ${key}`, found, known: version })
  }
}
