/** The decoded unit of the flow, and its place in the log. Pure data: no I/O. */

/** The id of a Redis stream entry, `<ms>-<n>`. */
export type EntryId = string

/** A place in one partition of a topic: the entry and the index of the record in its block. */
export interface Position {
  readonly entry: EntryId
  readonly index: number
}

/** The position before the first entry. */
export const startOfLog: EntryId = '0-0'

/** One record of a topic. `eventTime` is when it happened at the person's side, ms UTC. */
export interface LogRecord<V = unknown> {
  readonly key: string
  readonly value: V
  readonly eventTime: number
}

/** A record that was read: where it stands, and when the log accepted it (ms UTC, the entry's own time). */
export interface PlacedRecord<V = unknown> extends LogRecord<V> {
  readonly position: Position
  readonly acceptedAt: number
}

/** `<entry>:<index>`, the form that positions have outside. */
export function formatPosition(position: Position): string {
  return `${position.entry}:${position.index}`
}

/** The time part of an entry id, ms UTC. */
export function timeOfEntry(entry: EntryId): number {
  return Number(entry.slice(0, entry.indexOf('-')))
}

/** Orders entry ids as the log does: negative when a comes first. */
export function compareEntries(a: EntryId, b: EntryId): number {
  const byTime = timeOfEntry(a) - timeOfEntry(b)
  return byTime !== 0 ? byTime : Number(a.slice(a.indexOf('-') + 1)) - Number(b.slice(b.indexOf('-') + 1))
}

/** A value with this one field is a message relayed from another partition: [actor, message, body]. */
export const toldField = '~told'

/** Tells relayed messages from the values of the source. */
export function isTold(value: unknown): value is { readonly [toldField]: [string, string, unknown] } {
  return typeof value === 'object' && value !== null && toldField in value
}

/** A value with this one field moves a dead letter: [move, topology, head of the letter, value]. */
export const movedField = '~letter'

/** What becomes of a letter: its record is folded again, or given up. */
export type Move = 'redrive' | 'drop'

/** Tells moved letters from the values of the source. */
export function isMoved(
  value: unknown,
): value is { readonly [movedField]: [move: Move, topology: string, head: unknown, inner: unknown] } {
  return typeof value === 'object' && value !== null && movedField in value
}

/** A value with this one field erases everything that is kept under its key: why. */
export const erasureField = '~erase'

/** Why a key is erased: all of it, or only some records, and then the others follow once more. */
export type ErasureReason = 'person' | 'records'

/** Tells erasures from the values of the source. */
export function isErasure(value: unknown): value is { readonly [erasureField]: ErasureReason } {
  return typeof value === 'object' && value !== null && erasureField in value
}

/** A value with this one field stands where an erased one stood; it says what that was. */
export const voidField = '~void'

/** Tells the places of erased values from values. */
export function isVoid(value: unknown): value is { readonly [voidField]: 'record' | 'own' } {
  return typeof value === 'object' && value !== null && voidField in value
}

/** A value with this one field is a box (engine/cipher): what the app told, encrypted. */
export const boxField = '~box'

/** A value with this one field stands where one could not be decrypted: the code of the error. */
export const unreadableField = '~unreadable'

/** Tells values that could not be decrypted. */
export function isUnreadable(
  value: unknown,
): value is { readonly [unreadableField]: [code: string, message: string] } {
  return typeof value === 'object' && value !== null && unreadableField in value
}

/** Values of the engine, which no stage sees; a moved letter is not one: it holds a value of the source. */
export function isOwnValue(value: unknown): boolean {
  return isTold(value) || isErasure(value) || isVoid(value) || isUnreadable(value)
}
