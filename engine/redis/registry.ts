/**
 * Small documents in Redis by kind and id: nodes, apps, jobs. One hash per kind; a document may expire, in
 * which case it is gone for readers at once and swept from the hash by the next `list`. Times are those of
 * Redis, so that all processes agree.
 */
import { decodeValue, encodeValue } from '../record/pack.js'
import type { Keyspace } from '../record/keys.js'
import { fieldsOf, send, type RedisConnection } from './connection.js'

/** Puts, gets, lists and removes documents. */
export interface Registry {
  put(kind: string, id: string, doc: unknown, ttlMs?: number): Promise<void>
  /** Puts several documents of a kind, all at once. */
  putAll(kind: string, docs: readonly (readonly [id: string, doc: unknown])[], ttlMs?: number): Promise<void>
  get(kind: string, id: string): Promise<unknown | null>
  list(kind: string): Promise<[id: string, doc: unknown][]>
  remove(kind: string, id: string): Promise<void>
}

/** The registry of one namespace. */
export function openRegistry(redis: RedisConnection, keys: Keyspace): Registry {
  return {
    put(kind, id, doc, ttlMs) {
      return this.putAll(kind, [[id, doc]], ttlMs)
    },
    async putAll(kind, docs, ttlMs) {
      if (docs.length === 0) return
      const expiresAt = ttlMs === undefined ? 0 : await redisTime(redis, keys.registry(kind)) + ttlMs
      await send(redis, 'HSET',
        [keys.registry(kind), ...docs.flatMap(([id, doc]) => [id, encodeValue([expiresAt, doc])])])
    },
    async get(kind, id) {
      const packed = await send(redis, 'HGET', [keys.registry(kind), id]) as Buffer | null
      if (packed === null) return null
      const [expiresAt, doc] = decodeValue(packed) as [number, unknown]
      return expiresAt !== 0 && expiresAt <= await redisTime(redis, keys.registry(kind)) ? null : doc
    },
    async list(kind) {
      const key = keys.registry(kind)
      const [all, now] = await Promise.all([send(redis, 'HGETALL', [key]), redisTime(redis, key)])
      const live: [string, unknown][] = []
      for (const [id, packed] of Object.entries(fieldsOf(all))) {
        const [expiresAt, doc] = decodeValue(packed) as [number, unknown]
        if (expiresAt === 0 || expiresAt > now) live.push([id, doc])
        else await send(redis, 'HDEL', [key, id])
      }
      return live.sort(([a], [b]) => (a < b ? -1 : 1))
    },
    async remove(kind, id) {
      await send(redis, 'HDEL', [keys.registry(kind), id])
    },
  }
}

/** The time of the master that holds the key, ms UTC. */
export async function redisTime(redis: RedisConnection, key: string): Promise<number> {
  const [seconds, micros] = await send(redis, 'TIME', [], key) as [Buffer, Buffer]
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000)
}
