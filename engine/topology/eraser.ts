/**
 * Erases what a topology keeps of one key, and what the log, the outboxes and the dead letters hold of it.
 *
 *   append ──▶ settled ──▶ sweep ──▶ files
 *   the log     all versions    what lay before it goes    Redis writes its files anew
 *   takes it    and sinks
 *               passed it
 *
 * G1  The erasure is a record of the key: it is folded in its place, once, by every version, and again by a
 *     replay. Each step may be repeated; after a crash the whole is.
 * G2  With `retell`, a part of the key's records is erased: the whole key is, and the other records follow
 *     the erasure as if they came now, with their own event times. So nothing that was derived from the
 *     erased ones stays, whatever it was.
 * G3  A version that nobody runs cannot pass it. Its state of the key is removed at once, the record that
 *     erases stays in the log for it, and the answer names it.
 */
import { encodeEncrypted, type DataKey, type DataKeys } from '../cipher/index.js'
import type { Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import {
  blockBytesMax, blockRecordsMax, erasureRestBytesMax, erasureTriesMax, followersMs,
  letterPageEntries,
} from '../limits/limits.js'
import {
  appendErasure, readKey, readmitKey, readRange, voidRecords, type EraseRequest, type KeyPlace, type KnownId,
} from '../log/index.js'
import { encodeRecord } from '../record/block.js'
import { partitionOf } from '../record/hash.js'
import type { Keyspace } from '../record/keys.js'
import { encodeValue } from '../record/pack.js'
import {
  compareEntries, isErasure, isMoved, isOwnValue, startOfLog, timeOfEntry, type EntryId, type LogRecord,
} from '../record/record.js'
import { fieldsOf, redisTime, rewriteFiles, send, type RedisConnection } from '../redis/index.js'
import { isTable, Journal } from '../state/index.js'
import { legibleOf } from './letter-box.js'
import { letterHashes } from './letters.js'
import { versionsIn } from './live-version.js'
import { topologyId } from './redis-store.js'
import { scanKeys } from './scan.js'
import { sinkNames, type Topology } from './topology.js'

/** What is erased. */
export interface KeyErasure {
  /** Names it: the same again does nothing. */
  readonly id: string
  readonly key: string
  readonly retell?: Retell
}

/**
 * What becomes of each record of the key: itself, another in its place, or null: it goes. Absent: all go, and
 * older ones are refused from now on.
 */
export type Retell = (said: readonly LogRecord[]) => Promise<readonly (LogRecord | null)[]>

/** Whether everything that runs has passed an erasure. */
export interface Passing {
  readonly isPassed: boolean
  /** `<name>.<version>` of versions that nobody runs (G3). */
  readonly behind: readonly string[]
}

/** What a sweep took away. */
export interface Swept {
  /** Records of the log. */
  readonly records: number
  readonly letters: number
  /** Commits whose outputs were let go, of whomever: sinks have them. */
  readonly outputs: number
}

interface Said {
  readonly entry: EntryId
  readonly index: number
  readonly record: LogRecord
}

const pollMs = 20

/** See the top of the file. */
export class Eraser {
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #topology: Topology
  readonly #clock: Clock
  readonly #dataKeys: DataKeys | undefined

  constructor(
    redis: RedisConnection, keys: Keyspace, topology: Topology, clock: Clock, dataKeys?: DataKeys,
  ) {
    this.#dataKeys = dataKeys
    this.#redis = redis
    this.#keys = keys
    this.#topology = topology
    this.#clock = clock
  }

  /**
   * Appends the erasure. Throws ERASURE_BUSY when records of the key come faster than they are read,
   * ERASURE_TOO_LARGE when too much would stay.
   */
  async append(erasure: KeyErasure): Promise<EntryId> {
    const { id, key, retell } = erasure
    const place = this.#placeOf(key)
    const next = this.#dataKeys && (retell ? this.#dataKeys.propose() : { key: undefined, line: '-' })
    const request = { id, dataKey: next?.line }
    if (!retell) {
      const entry = (await appendErasure(place, { ...request, reason: 'person', isFinal: true }))!
      this.#dataKeys?.forget(key)
      return entry
    }
    const said: Said[] = []
    let readTo: EntryId = startOfLog
    for (let tries = 0; tries < erasureTriesMax; tries++) {
      readTo = await readOn(place, readTo, said)
      const rest = { ...await this.#restOf(place, said, retell, next?.key), readTo }
      const entry = await appendErasure(place, { ...request, reason: 'records', isFinal: false, rest })
      if (entry === undefined) continue
      this.#dataKeys?.forget(key)
      return entry
    }
    throw new HinataError('ERASURE_BUSY', { max: erasureTriesMax })
  }

  /** All records of a key that count, in the order of the log: those behind its last erasure. */
  async *said(key: string): AsyncGenerator<LogRecord> {
    const said: Said[] = []
    await readOn(this.#placeOf(key), startOfLog, said)
    for (const { record } of said) if (isOfSource(record)) yield record
  }

  /** Waits until every version that runs, and its sinks, have passed the erasure. */
  async passed(key: string, entry: EntryId, timeoutMs: number): Promise<Passing> {
    const deadline = this.#clock.now() + timeoutMs
    const { partition } = this.#placeOf(key)
    const behind: string[] = []
    for (const version of await versionsIn(this.#redis, this.#keys, partition, this.#topology)) {
      const id = topologyId({ name: this.#topology.name, version })
      for (;;) {
        const state = await this.#passedBy(partition, id, entry)
        if (state === 'passed') break
        if (state === 'not run') {
          behind.push(id)
          break
        }
        if (this.#clock.now() >= deadline) return { isPassed: false, behind }
        await this.#clock.wait(pollMs)
      }
    }
    return { isPassed: true, behind }
  }

  /** What a sweep will take away: one that is repeated finds only what the one before it left. */
  async count(key: string, entry: EntryId, behind: readonly string[]): Promise<Omit<Swept, 'outputs'>> {
    const place = this.#placeOf(key)
    let [records, letters] = [0, 0]
    const last = lastSwept(entry, behind)
    for await (const { entry: at, records: found } of readKey(place)) {
      if (compareEntries(at, last) > 0) break
      records += found.length
    }
    for (const version of await versionsIn(this.#redis, this.#keys, place.partition, this.#topology)) {
      const id = topologyId({ name: this.#topology.name, version })
      for await (const _letter of this.#lettersOf(place.partition, id, key, timeOfEntry(entry))) letters++
    }
    return { records, letters }
  }

  /** Takes away what lay before the erasure; call it once that is passed. */
  async sweep(key: string, entry: EntryId, behind: readonly string[]): Promise<Swept> {
    const place = this.#placeOf(key)
    const { partition } = place
    let [letters, outputs] = [0, 0]
    const passedAt = await redisTime(this.#redis, this.#keys.log(partition, place.topic))
    await this.#clock.wait(followersMs)
    for (const version of await versionsIn(this.#redis, this.#keys, partition, this.#topology)) {
      const id = topologyId({ name: this.#topology.name, version })
      letters += await this.#sweepLetters(partition, id, key, timeOfEntry(entry))
      if (behind.includes(id)) await this.#removeState(partition, id, key)
      else outputs += await this.#trimOutbox(partition, id, passedAt)
    }
    const records = await voidRecords(place, lastSwept(entry, behind))
    await this.#dropCopies(partition, place.topic)
    return { records, letters, outputs }
  }

  /** Has Redis write its files anew, without what was deleted; false when that did not end in time. */
  files(timeoutMs: number): Promise<boolean> {
    return rewriteFiles(this.#redis, this.#clock, timeoutMs)
  }

  /** Takes older records of an erased key again; false when it was not erased. */
  readmit(key: string): Promise<boolean> {
    return readmitKey(this.#placeOf(key))
  }

  #placeOf(key: string): KeyPlace {
    const { topic, partitions } = this.#topology.source
    return { redis: this.#redis, dataKeys: this.#dataKeys, keys: this.#keys, topic, key,
      partition: partitionOf(key, partitions) }
  }

  /** What stays, in blocks, and what is known of all ids: those of what goes are known without a place. */
  async #restOf(
    { redis, keys, topic, partition, key }: KeyPlace, said: readonly Said[],
    retell: Retell, dataKey: DataKey | undefined,
  ): Promise<Omit<NonNullable<EraseRequest['rest']>, 'readTo'>> {
    if (this.#topology.relays) throw new HinataError('ERASURE_RELAYS', { topology: this.#topology.name })
    const own = said.filter(({ record }) => isOfSource(record))
    const retold = await retell(own.map(({ record }) => record))
    const stays = own.flatMap((one, i) => (retold[i] ? [{ ...one, record: retold[i] }] : []))
    const { blocks, places } = packed(stays, dataKey)
    const known = fieldsOf<Buffer>(await send(redis, 'HGETALL', [keys.ids(partition, topic, key)]))
    const ids = Object.entries(known).map(([id, line]): KnownId => {
      const [newest, ...others] = String(line).split(' ')
      const [block, index] = places.get(newest.slice(markChars)) ?? [0, 0]
      return [id, newest.slice(0, markChars), block, index,
        others.map(other => ` ${other.slice(0, markChars)}-`).join('')]
    })
    return { blocks, ids }
  }

  async #passedBy(partition: number, id: string, entry: EntryId): Promise<'passed' | 'waits' | 'not run'> {
    const checkpoint = this.#keys.checkpoint(partition, id)
    const [position, emitted, owner, until] = (await send(this.#redis, 'HMGET',
      [checkpoint, 'position', 'emitted', 'owner', 'until']) as (Buffer | null)[])
      .map(field => (field === null ? '' : String(field)))
    const isRun = owner !== '' && Number(until) > await redisTime(this.#redis, checkpoint)
    if (compareEntries(position || startOfLog, entry) < 0) return isRun ? 'waits' : this.#unowned(id)
    const sinks = sinkNames(this.#topology).map(name => this.#keys.sink(partition, id, name))
    const taken = await Promise.all(sinks.map(async sink =>
      Number(String(await send(this.#redis, 'HGET', [sink, 'inserted']) ?? 0))))
    if (taken.every(inserted => inserted >= Number(emitted))) return 'passed'
    return isRun ? 'waits' : this.#unowned(id)
  }

  /** The declared version finds an owner again; another one may never. */
  #unowned(id: string): 'waits' | 'not run' {
    return id === topologyId(this.#topology) ? 'waits' : 'not run'
  }

  async #sweepLetters(partition: number, id: string, key: string, before: number): Promise<number> {
    let swept = 0
    for await (const letter of this.#lettersOf(partition, id, key, before)) {
      await send(this.#redis, 'XDEL', [this.#keys.dead(partition, id), letter])
      swept++
    }
    return swept
  }

  /** Void copies of the log, which a process that died while it rewrote has left: they hold what goes now. */
  async #dropCopies(partition: number, topic: string): Promise<void> {
    const meta = this.#keys.meta(partition, topic)
    const rewrites = Number(String(await send(this.#redis, 'HGET', [meta, 'rewrites']) ?? 0))
    const prefix = this.#keys.copy(partition, topic, '')
    for await (const names of scanKeys(this.#redis, `${prefix}*`)) {
      const left = names.filter(name => Number(name.slice(prefix.length).split('.')[0]) < rewrites)
      if (left.length > 0) await send(this.#redis, 'UNLINK', left)
    }
  }

  /** Entries of dead letters of the key that were accepted before. */
  async *#lettersOf(partition: number, id: string, key: string, before: number): AsyncGenerator<EntryId> {
    const stream = this.#keys.dead(partition, id)
    for (let at: EntryId = startOfLog; ;) {
      const entries = await readRange(this.#redis, stream, `(${at}`, '+', letterPageEntries)
      for (const { id: entry, block } of entries) {
        const letter = legibleOf(block)
        if (letter.key === key && letter.acceptedAt < before) yield entry
      }
      if (entries.length < letterPageEntries) return
      at = entries[entries.length - 1].id
    }
  }

  /**
   * Lets go of what every sink had taken when the erasure was passed, without the minute that subscribers
   * usually have; what came since stays, for whoever follows (outbox.ts, F1).
   */
  async #trimOutbox(partition: number, id: string, passedAt: number): Promise<number> {
    const outbox = this.#keys.outbox(partition, id)
    const taken = await Promise.all(sinkNames(this.#topology).map(async name =>
      String(await send(this.#redis, 'HGET', [this.#keys.sink(partition, id, name), 'position']) ?? '0-0')))
    const newest = await send(this.#redis, 'XREVRANGE', [outbox, '+', '-', 'COUNT', 1]) as [Buffer][]
    if (newest.length === 0) return 0
    const bounds = [...taken, String(newest[0][0]), `${passedAt}-${Number.MAX_SAFE_INTEGER}`]
    const [ms, n] = bounds.sort(compareEntries)[0].split('-')
    return Number(await send(this.#redis, 'XTRIM', [outbox, 'MINID', '=', `${ms}-${Number(n) + 1}`]))
  }

  async #removeState(partition: number, id: string, key: string): Promise<void> {
    const hashes = this.#topology.actors.flatMap(({ type, state }) => [
      this.#keys.state(partition, id, type, key),
      ...Object.entries(state).filter(([, cell]) => isTable(cell.create(new Journal()) as never))
        .map(([table]) => this.#keys.table(partition, id, type, table, key))])
    await send(this.#redis, 'UNLINK', [...hashes, ...letterHashes(this.#keys, partition, id, key)])
  }
}

/** Fingerprint and origin: what precedes the position among the known ids (append-unique.lua). */
const markChars = 32

/** The last entry that goes: the erasure itself stays for versions that are behind (G3). */
function lastSwept(entry: EntryId, behind: readonly string[]): EntryId {
  return behind.length === 0 ? entry : `${timeOfEntry(entry) - 1}-${Number.MAX_SAFE_INTEGER}`
}

/** A value of the source: not one of the engine, not a letter that was moved, whose record stands before. */
function isOfSource({ value }: LogRecord): boolean {
  return !isOwnValue(value) && !isMoved(value)
}

/** Reads on; what stands before an erasure no longer counts. */
async function readOn(place: KeyPlace, from: EntryId, said: Said[]): Promise<EntryId> {
  let [last, bytes] = [from, 0]
  for await (const { entry, records } of readKey(place, from)) {
    last = entry
    for (const [index, record] of records) {
      if (isErasure(record.value)) said.length = 0
      else said.push({ entry, index, record })
    }
    bytes += records.length === 0 ? 0 : records.reduce((sum, [, one]) => sum + encodeRecord(one).length, 0)
    if (bytes > erasureRestBytesMax) throw new HinataError('ERASURE_TOO_LARGE', { max: erasureRestBytesMax })
  }
  return last
}

/** Records as blocks, and where each former position stands among them. */
function packed(stays: readonly Said[], dataKey: DataKey | undefined): {
  blocks: { count: number, block: Buffer }[], places: Map<string, [block: number, index: number]>
} {
  const places = new Map<string, [number, number]>()
  const blocks: { count: number, block: Buffer }[] = []
  let [open, bytes] = [[] as Buffer[], 0]
  const close = (): void => {
    if (open.length > 0) blocks.push({ count: open.length, block: Buffer.concat(open) })
    open = []
    bytes = 0
  }
  for (const { entry, index, record } of stays) {
    const one = dataKey ? encodeEncrypted(dataKey, record, encodeValue(record.value)) : encodeRecord(record)
    if (open.length === blockRecordsMax || bytes + one.length > blockBytesMax) close()
    places.set(`${entry}:${index}`, [blocks.length + 1, open.length])
    open.push(one)
    bytes += one.length
  }
  close()
  return { blocks, places }
}
