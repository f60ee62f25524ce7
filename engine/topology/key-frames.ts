/**
 * Keys of Redis as frames (savepoint-file.ts), and frames as keys: what savepoints and archives are made of.
 * Large keys are read in pages, so a frame is bounded and memory holds a few of them.
 */
import { HinataError } from '../errors/index.js'
import { savepointKeysAtOnceMax } from '../limits/limits.js'
import { compareEntries, startOfLog, type EntryId } from '../record/record.js'
import { fieldsOf, send, type RedisArgument, type RedisConnection } from '../redis/index.js'
import type { Frame } from './savepoint-file.js'
import { scanKeys } from './scan.js'

const fieldsPerPage = 200
const membersPerPage = 1_000
const entriesPerPage = 64
/** Frames that are put at once: their bytes are in memory. */
const framesAtOnceMax = 8
/** Characters of an idempotency value before its entry: fingerprint and origin (append-unique.lua). */
const markChars = 32

/** Reads keys; their names lose `prefix`, so that they may be put under another. */
export class KeyFrames {
  readonly #redis: RedisConnection
  readonly #prefix: string

  constructor(redis: RedisConnection, prefix: string) {
    this.#redis = redis
    this.#prefix = prefix
  }

  /** The whole key, of whatever kind; nothing when it is gone. */
  async *of(name: string): AsyncGenerator<Frame> {
    const kind = String(await send(this.#redis, 'TYPE', [name]))
    const key = this.#nameOf(name)
    if (kind === 'hash') yield* this.#hash(name)
    else if (kind === 'zset') yield* this.#sorted(name)
    else if (kind === 'stream') yield* this.stream(name, startOfLog)
    else if (kind === 'string') {
      const value = await send(this.#redis, 'GET', [name])
      if (value !== null) yield { key, kind: 's', items: [value] }
    } else if (kind === 'set') {
      yield { key, kind: 'm', items: await send(this.#redis, 'SMEMBERS', [name]) as Buffer[] }
    } else if (kind !== 'none') {
      throw new HinataError('INTERNAL', { reason: `${name} is a ${kind}, which nobody keeps` })
    }
  }

  /** These fields of a hash, as far as they are there. */
  async *fields(name: string, fields: readonly Buffer[]): AsyncGenerator<Frame> {
    const values = await send(this.#redis, 'HMGET', [name, ...fields]) as (Buffer | null)[]
    const items = values.flatMap((value, i) => (value === null ? [] : [fields[i], value]))
    if (items.length > 0) yield { key: this.#nameOf(name), kind: 'h', items }
  }

  /** These members of a sorted set, as far as they are there. */
  async *members(name: string, members: readonly Buffer[]): AsyncGenerator<Frame> {
    const scores = await send(this.#redis, 'ZMSCORE', [name, ...members]) as (Buffer | null)[]
    const items = scores.flatMap((score, i) => (score === null ? [] : [String(members[i]), String(score)]))
    if (items.length > 0) yield { key: this.#nameOf(name), kind: 'z', items }
  }

  /** An idempotency hash, but for ids whose newest record lies behind `position`. */
  async *ids(name: string, position: EntryId): AsyncGenerator<Frame> {
    for await (const frame of this.#hash(name)) {
      const kept: unknown[] = []
      for (let i = 0; i < frame.items.length; i += 2) {
        const entry = String(frame.items[i + 1]).slice(markChars).split(':')[0]
        if (compareEntries(entry, position) <= 0) kept.push(frame.items[i], frame.items[i + 1])
      }
      if (kept.length > 0) yield { ...frame, items: kept }
    }
  }

  /**
   * The entries after `from` up to `to`. Each frame names the last id that the stream ever gave, `to` at
   * most.
   */
  async *stream(name: string, from: EntryId, to?: EntryId): AsyncGenerator<Frame> {
    if (await send(this.#redis, 'EXISTS', [name]) === 0) return
    const given = await lastIdOf(this.#redis, name)
    const last = to !== undefined && compareEntries(to, given!) < 0 ? to : given
    const key = this.#nameOf(name)
    let position = from
    for (let isFirst = true; ; isFirst = false) {
      const range = [name, `(${position}`, to ?? '+', 'COUNT', entriesPerPage]
      const entries = await send(this.#redis, 'XRANGE', range) as [Buffer, Buffer[]][]
      if (entries.length === 0 && !isFirst) return
      yield { key, kind: 'x', items: [last, ...entries.flatMap(([id, fields]) => [String(id), fields])] }
      if (entries.length === 0) return
      position = String(entries.at(-1)![0])
    }
  }

  async *#hash(name: string): AsyncGenerator<Frame> {
    let cursor = '0'
    do {
      const [next, items] = await send(this.#redis, 'HSCAN', [name, cursor, 'COUNT', fieldsPerPage]) as
        [Buffer, Buffer[]]
      if (items.length > 0) yield { key: this.#nameOf(name), kind: 'h', items }
      cursor = String(next)
    } while (cursor !== '0')
  }

  async *#sorted(name: string): AsyncGenerator<Frame> {
    for (let from = 0, isMore = true; isMore; from += membersPerPage) {
      const reply = await send(this.#redis, 'ZRANGE', [name, from, from + membersPerPage - 1, 'WITHSCORES'])
      const items = (reply as unknown[]).flat().map(String)
      isMore = items.length === 2 * membersPerPage
      if (items.length > 0) yield { key: this.#nameOf(name), kind: 'z', items }
    }
  }

  #nameOf(name: string): string {
    return name.slice(this.#prefix.length)
  }
}

/** Calls `work` with the name of each key that matches, some at once; one may come twice. */
export async function eachKey(
  redis: RedisConnection, pattern: string, work: (name: string) => Promise<void>,
): Promise<void> {
  for await (const names of scanKeys(redis, pattern)) {
    for (let i = 0; i < names.length; i += savepointKeysAtOnceMax) {
      await Promise.all(names.slice(i, i + savepointKeysAtOnceMax).map(work))
    }
  }
}

/**
 * Puts frames into keys, beside what earlier frames put there, some at once. A stream goes on behind the last
 * id that its frames name only at the end: each of them names that of the whole stream.
 */
export class FramePutter {
  readonly #redis: RedisConnection
  readonly #prefix: string
  readonly #lasts = new Map<string, EntryId>()
  #going: Promise<unknown>[] = []

  /** `prefix` comes before the names that frames have. */
  constructor(redis: RedisConnection, prefix: string) {
    this.#redis = redis
    this.#prefix = prefix
  }

  /** Resolves when there is room for more. Throws when this one, or one before, failed. */
  async put(frame: Frame): Promise<void> {
    const put = this.#put(`${this.#prefix}${frame.key}`, frame)
    put.catch(() => undefined) // told by whoever waits next
    this.#going.push(put)
    if (this.#going.length < framesAtOnceMax) return
    const going = this.#going
    this.#going = []
    await Promise.all(going)
  }

  /** Everything is there. */
  async end(): Promise<void> {
    await Promise.all(this.#going)
    for (const [name, last] of this.#lasts) await goOnBehind(this.#redis, name, last)
  }

  async #put(name: string, { kind, items }: Frame): Promise<void> {
    switch (kind) {
      case 'h': return void await send(this.#redis, 'HSET', [name, ...items as RedisArgument[]])
      case 'm': return void await send(this.#redis, 'SADD', [name, ...items as RedisArgument[]])
      case 's': return void await send(this.#redis, 'SET', [name, items[0] as Buffer])
      case 'z': {
        const pairs: RedisArgument[] = []
        for (let i = 0; i < items.length; i += 2) pairs.push(String(items[i + 1]), String(items[i]))
        return void await send(this.#redis, 'ZADD', [name, ...pairs])
      }
      case 'x': {
        const [last, ...entries] = items as [string, ...unknown[]]
        const before = this.#lasts.get(name) ?? startOfLog
        this.#lasts.set(name, compareEntries(before, String(last)) < 0 ? String(last) : before)
        const added: Promise<unknown>[] = []
        for (let i = 0; i < entries.length; i += 2) {
          added.push(send(this.#redis, 'XADD', [name, String(entries[i]), ...entries[i + 1] as Buffer[]]))
        }
        return void await Promise.all(added)
      }
    }
  }
}

/** Entries that are added to the stream from now on get ids above `id`. */
export async function goOnBehind(redis: RedisConnection, stream: string, id: EntryId): Promise<void> {
  if (id === startOfLog) return
  const last = await lastIdOf(redis, stream)
  if (last === undefined) {
    await send(redis, 'XADD', [stream, id, 'd', ''])
    await send(redis, 'XDEL', [stream, id])
  } else if (compareEntries(last, id) < 0) await send(redis, 'XSETID', [stream, id])
}

/** The last id that a stream ever gave; undefined when there is none. */
export async function lastIdOf(redis: RedisConnection, stream: string): Promise<EntryId | undefined> {
  if (await send(redis, 'EXISTS', [stream]) === 0) return undefined
  return String(fieldsOf(await send(redis, 'XINFO', ['STREAM', stream]))['last-generated-id'])
}
