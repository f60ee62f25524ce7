/**
 * The commands of Redis that the engine sends, as functions over the model's data. Replies have the shapes
 * that engine/redis gives: buffers, numbers, null, arrays; maps flat. test/conformance compares them with a
 * real Redis.
 */
import type { RedisArgument } from '../../../engine/redis/index.js'
import {
  formatId, lastId, ModelError, parseId, type Store, type StreamEntry, type StreamId, type Value,
} from './store.js'

type Run = (store: Store, args: readonly RedisArgument[]) => unknown

const valueOf = (arg: RedisArgument): Value => (typeof arg === 'number' ? String(arg) : arg)
const ok = Buffer.from('OK')

/** A value as a reply. */
export function bytesOf(value: Value | undefined): Buffer | null {
  if (value === undefined) return null
  return typeof value === 'string' ? Buffer.from(value) : value
}

const entryReply = ({ id, fields }: StreamEntry): unknown =>
  [Buffer.from(formatId(id)), fields.map(bytesOf)]

const flatHash = (store: Store, key: string): (Buffer | null)[] =>
  [...store.hash(key) ?? []].flatMap(([field, value]) => [Buffer.from(field), bytesOf(value)])

/** Commands by name. XREAD and scripts are the server's: they wait, or need its memory. */
export const commands: Readonly<Record<string, Run>> = {
  TIME: store => [Buffer.from(String(Math.floor(store.now / 1_000))),
    Buffer.from(String(store.now % 1_000 * 1_000))],
  GET: (store, [key]) => bytesOf(store.get(String(key))),
  SET: (store, [key, value, condition]) => {
    if (condition === 'NX' && store.has(String(key))) return null
    store.set(String(key), valueOf(value))
    return ok
  },
  DEL: (store, keys) => keys.filter(key => store.has(String(key)) && store.delete(String(key))).length,
  EXISTS: (store, keys) => keys.filter(key => store.has(String(key))).length,
  EXPIRE: (store, [key, seconds]) => (store.expire(String(key), Number(seconds)) ? 1 : 0),
  WAIT: () => 0,

  HGET: (store, [key, field]) => bytesOf(store.hash(String(key))?.get(String(field))),
  HGETALL: (store, [key]) => flatHash(store, String(key)),
  HVALS: (store, [key]) => [...store.hash(String(key))?.values() ?? []].map(bytesOf),
  HMGET: (store, [key, ...fields]) => {
    const hash = store.hash(String(key))
    return fields.map(field => bytesOf(hash?.get(String(field))))
  },
  HSET: (store, [key, ...pairs]) => {
    let added = 0
    for (let i = 0; i < pairs.length; i += 2) {
      if (store.hset(String(key), String(pairs[i]), valueOf(pairs[i + 1]))) added++
    }
    return added
  },
  HSETNX: (store, [key, field, value]) => {
    if (store.hash(String(key))?.has(String(field))) return 0
    store.hset(String(key), String(field), valueOf(value))
    return 1
  },
  HDEL: (store, [key, ...fields]) =>
    fields.filter(field => store.hdel(String(key), String(field))).length,
  HINCRBY: (store, [key, field, by]) => store.hincrby(String(key), String(field), Number(by)),
  HSCAN: (store, [key]) => [Buffer.from('0'), flatHash(store, String(key))],

  ZADD: (store, [key, ...pairs]) => {
    let added = 0
    for (let i = 0; i < pairs.length; i += 2) {
      if (store.zadd(String(key), String(pairs[i + 1]), Number(pairs[i]))) added++
    }
    return added
  },
  ZREM: (store, [key, ...members]) => members.filter(one => store.zrem(String(key), String(one))).length,
  ZCARD: (store, [key]) => store.zcard(String(key)),
  ZRANGE: (store, [key]) => store.zrange(String(key)).map(([member, score]) =>
    [Buffer.from(member), Buffer.from(String(score))]),

  XADD: (store, [key, id, ...fields]) =>
    bytesOf(store.xadd(String(key), id === '*' ? undefined : parseId(String(id)), fields.map(valueOf))),
  XRANGE: (store, [key, from, to, , count]) => {
    const start = boundOf(String(from), 0, 1)
    const end = boundOf(String(to), Number.MAX_SAFE_INTEGER, -1)
    return store.xrange(String(key), start, end, count === undefined ? Infinity : Number(count))
      .map(entryReply)
  },
  XTRIM: (store, [key, , ...rest]) => store.xtrim(String(key), parseId(String(rest.at(-1)))),
  XINFO: (store, [, key]) => {
    const stream = store.stream(String(key))
    if (!stream) throw new ModelError('ERR no such key')
    return [Buffer.from('length'), store.xlen(String(key)),
      Buffer.from('last-generated-id'), Buffer.from(formatId(stream.last)),
      Buffer.from('entries-added'), stream.archive.length]
  },
}

/** An XREAD: what it wants to read, and how long it waits. */
export interface StreamRead {
  readonly count: number
  /** undefined = does not wait. */
  readonly blockMs: number | undefined
  readonly from: readonly (readonly [key: string, after: StreamId])[]
}

/** Takes an XREAD apart. */
export function parseRead(args: readonly RedisArgument[]): StreamRead {
  let count = Infinity
  let blockMs: number | undefined
  let at = 0
  for (; args[at] !== 'STREAMS'; at += 2) {
    if (args[at] === 'COUNT') count = Number(args[at + 1])
    else if (args[at] === 'BLOCK') blockMs = Number(args[at + 1])
    else throw new ModelError('ERR syntax error')
  }
  const names = args.slice(at + 1).map(String)
  const half = names.length / 2
  return { count, blockMs, from: names.slice(0, half).map((key, i) => [key, parseId(names[half + i])]) }
}

/** What an XREAD finds now; null when there is nothing. */
export function readStreams(store: Store, { count, from }: StreamRead): unknown[] | null {
  const reply: unknown[] = []
  for (const [key, [ms, n]] of from) {
    const entries = store.xrange(key, [ms, n + 1], lastId, count)
    if (entries.length > 0) reply.push(Buffer.from(key), entries.map(entryReply))
  }
  return reply.length > 0 ? reply : null
}

/** A bound of XRANGE: `-`, `+`, an id, or `(` and an id that is left out. */
function boundOf(text: string, missing: number, step: 1 | -1): StreamId {
  if (text === '-') return [0, 0]
  if (text === '+') return lastId
  if (!text.startsWith('(')) return parseId(text, missing)
  const [ms, n] = parseId(text.slice(1))
  return n + step < 0 ? [ms - 1, Number.MAX_SAFE_INTEGER] : [ms, n + step]
}

