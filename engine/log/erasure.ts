/**
 * Erasing a key from a log: the record that erases is appended, and what stood before it is taken out.
 *
 * Y1  The erasure, and what of the key stays and is said once more behind it, are appended by one script or
 *     not at all; the same erasure again does nothing (lua/erase-key.lua).
 * Y2  It stands at the first id of its millisecond, so that `accepted before its time` means before it.
 * Y3  Rewriting keeps every entry under its id and every other record at its index: positions stay what they
 *     are. Where a record stood stands a void one, which counts and does nothing.
 * Y4  Appending and reading go on while a log is rewritten: the last stretch and the exchange are one script
 *     (lua/rewrite-log.lua). Of two that rewrite at once, one begins again: its copy was begun before the
 *     exchange, as its name says, and is void.
 * Y5  Where values are encrypted, the script that appends the erasure destroys the key's data key.
 */
import { randomUUID } from 'node:crypto'
import { openEntries, type DataKeys } from '../cipher/index.js'
import { HinataError } from '../errors/index.js'
import { readEntriesMax, rewriteTriesMax } from '../limits/limits.js'
import { decodeBlock, encodeRecord } from '../record/block.js'
import type { Keyspace } from '../record/keys.js'
import { encodeValue } from '../record/pack.js'
import {
  compareEntries, erasureField, isOwnValue, isVoid, startOfLog, voidField, type EntryId, type ErasureReason,
  type LogRecord,
} from '../record/record.js'
import { fieldsOf, loadScript, runScript, send, type RedisConnection } from '../redis/index.js'
import { readRange, type Entry } from './reader.js'

/** One partition of a topic, and a key in it. */
export interface KeyPlace {
  readonly redis: RedisConnection
  /** Of a topic whose values are encrypted. */
  readonly dataKeys?: DataKeys
  readonly keys: Keyspace
  readonly topic: string
  readonly partition: number
  readonly key: string
}

/** Where a record stands, in the log or among the blocks that are appended. */
export type KnownId = readonly [id: string, mark: string, block: number, index: number, rest: string]

/** What is appended with an erasure. */
export interface EraseRequest {
  /** Names it: the same again does nothing. */
  readonly id: string
  readonly reason: ErasureReason
  /** Records that happened before it are refused from now on. */
  readonly isFinal: boolean
  /** The data key from now on (take-data-key.lua); `-`: none is needed. Absent: values are not encrypted. */
  readonly dataKey?: string
  /** What stays, and how far the log was read to know it; absent: nothing stays. */
  readonly rest?: {
    readonly readTo: EntryId
    readonly blocks: readonly { readonly count: number, readonly block: Buffer }[]
    readonly ids: readonly KnownId[]
  }
}

/** What was erased last of a key. */
export interface LastErasure {
  readonly entry: EntryId
  /** Event time up to which its records are refused since, ms UTC. */
  readonly refusedUpTo: number | undefined
}

const eraseKey = loadScript('erase-key')
const rewriteScript = loadScript('rewrite-log')

/** How every record of a key begins in a block: an array of three, the key. */
function recordStart(key: string): Buffer {
  return Buffer.concat([Buffer.from([0x93]), encodeValue(key)])
}

/** The name of a key among the erasures of its partition. */
export function erasureName({ keys, partition, topic, key }: Omit<KeyPlace, 'redis'>): string {
  return keys.digest(partition, topic, key)
}

/** Appends it; the entry, or undefined when a record of the key came behind what was read (Y1). */
export async function appendErasure(place: KeyPlace, request: EraseRequest): Promise<EntryId | undefined> {
  const { redis, keys, topic, partition, key } = place
  const { id, reason, isFinal, rest } = request
  const record = encodeRecord({ key, eventTime: 0, value: { [erasureField]: reason } })
  const blocks = (rest?.blocks ?? []).flatMap(({ count, block }) => [count, block])
  const [outcome, entry] = await runScript(redis, eraseKey,
    [keys.log(partition, topic), keys.meta(partition, topic), keys.ids(partition, topic, key),
      keys.erasures(partition, topic), keys.dataKeys(partition, topic)],
    [id, record, isFinal ? '1' : '', rest?.readTo ?? '', recordStart(key), encodeValue(rest?.ids ?? []),
      request.dataKey ?? '', ...blocks]) as [Buffer, Buffer]
  return String(outcome) === 'ok' ? String(entry) : undefined
}

/** All erasures of a partition, by `erasureName`. */
export async function readErasures(
  redis: RedisConnection, keys: Keyspace, partition: number, topic: string,
): Promise<Map<string, LastErasure>> {
  const found = fieldsOf(await send(redis, 'HGETALL', [keys.erasures(partition, topic)]))
  return new Map(Object.entries(found).map(([name, line]) => {
    const [entry, refused] = String(line).split(' ')
    return [name, { entry, refusedUpTo: refused === '-' ? undefined : Number(refused) }]
  }))
}

/** Takes back that records of a key are refused: whoever left comes back with what was kept elsewhere. */
export async function readmitKey(place: KeyPlace): Promise<boolean> {
  const name = [place.keys.erasures(place.partition, place.topic), erasureName(place)]
  const line = await send(place.redis, 'HGET', name) as Buffer | null
  if (line === null) return false
  const [entry, , id] = String(line).split(' ')
  await send(place.redis, 'HSET', [...name, `${entry} - ${id}`])
  return true
}

/** All records of a key in the log, decrypted, page by page, with the entries they stand in. */
export async function* readKey(
  { redis, keys, topic, partition, key, dataKeys }: KeyPlace, from: EntryId = startOfLog,
): AsyncGenerator<{ readonly entry: EntryId, readonly records: readonly (readonly [number, LogRecord])[] }> {
  const start = recordStart(key)
  for (let at = from; ;) {
    const entries = await readRange(redis, keys.log(partition, topic), `(${at}`, '+', readEntriesMax)
    const found = entries.filter(({ block }) => block.includes(start))
    const open = dataKeys ? await openEntries(dataKeys, found) : found
    const opened = new Map(open.map(entry => [entry.id, entry]))
    for (const { id } of entries) {
      const entry = opened.get(id)
      yield { entry: id, records: entry ? recordsOf(entry, key) : [] }
    }
    if (entries.length < readEntriesMax) return
    at = entries[entries.length - 1].id
  }
}

function recordsOf({ id, block }: Entry, key: string): [number, LogRecord][] {
  return decodeBlock(id, block).flatMap((record, index) =>
    (record.key === key ? [[index, record] as [number, LogRecord]] : []))
}

/** Makes every record of the key up to `last` (inclusive) a void one (Y3). How many were. */
export async function voidRecords(place: KeyPlace, last: EntryId): Promise<number> {
  for (let tries = 0; tries < rewriteTriesMax; tries++) {
    const voided = await rewrite(place, last)
    if (voided !== undefined) return voided
  }
  throw new HinataError('LOG_REWRITE_BUSY', { partition: place.partition, max: rewriteTriesMax })
}

/** undefined: another rewriting came first (Y4). */
async function rewrite({ redis, keys, topic, partition, key }: KeyPlace,
  last: EntryId): Promise<number | undefined> {
  const log = keys.log(partition, topic)
  const meta = keys.meta(partition, topic)
  const rewrites = String(await send(redis, 'HGET', [meta, 'rewrites']) ?? 0)
  const names = [log, keys.copy(partition, topic, `${rewrites}.${randomUUID()}`), meta]
  const start = recordStart(key)
  let voided = 0
  for (let at = startOfLog; ;) {
    const entries = await readRange(redis, log, `(${at}`, '+', readEntriesMax)
    const changed: (string | Buffer)[] = []
    for (const { id, block } of entries) {
      if (compareEntries(id, last) > 0 || !block.includes(start)) continue
      const found = voidedBlock({ id, block }, key)
      if (found.count === 0) continue
      voided += found.count
      changed.push(id, found.block)
    }
    const isEnd = entries.length < readEntriesMax
    const to = isEnd ? '' : entries[entries.length - 1].id
    if (isEnd && entries.length === 0 && at === startOfLog) return 0
    if (await runScript(redis, rewriteScript, names, [rewrites, at, to, ...changed]) !== 1) return undefined
    if (isEnd) return voided
    at = to
  }
}

function voidedBlock({ id, block }: Entry, key: string): { block: Buffer, count: number } {
  let count = 0
  const records = decodeBlock(id, block).map(record => {
    if (record.key !== key || isVoid(record.value)) return record
    count++
    const of = isOwnValue(record.value) ? 'own' : 'record'
    return { key: '', eventTime: record.eventTime, value: { [voidField]: of } }
  })
  return { block: Buffer.concat(records.map(encodeRecord)), count }
}
