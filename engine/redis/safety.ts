/** Refuses a Redis that could lose what was acknowledged. Checked before anything is written. */
import { HinataError } from '../errors/index.js'
import { closeRedis, fieldsOf, openRedis, send, type RedisConnection } from './connection.js'

/** How durable an acknowledged record is: in memory, on disk, or on a replica. */
export type Durability = 'memory' | 'fsync' | 'replica'

/** What this Redis is and can. */
export interface RedisFacts {
  readonly version: string
  readonly appendfsync: string
  readonly replicas: number
  /** The durability that a plain acknowledged write has. */
  readonly durability: Durability
}

/**
 * Throws REDIS_UNSAFE_EVICTION, REDIS_UNSAFE_PERSISTENCE, REDIS_TOO_OLD, REDIS_IS_CLUSTER or
 * REDIS_REPLICAS_FEW when it holds for a master; else tells what was found, of several the least.
 */
export async function assertSafeRedis(redis: RedisConnection): Promise<RedisFacts> {
  const all = await Promise.all(redis.masters().map(key => factsOf(redis, key)))
  return all.reduce((least, facts) => ({
    version: compareVersions(facts.version, least.version) < 0 ? facts.version : least.version,
    appendfsync: least.appendfsync === 'always' ? facts.appendfsync : least.appendfsync,
    replicas: Math.min(least.replicas, facts.replicas),
    durability: least.durability === 'fsync' ? facts.durability : least.durability,
  }))
}

async function factsOf(redis: RedisConnection, key: string): Promise<RedisFacts> {
  const info = String(await send(redis, 'INFO', ['all'], key))
  if (fieldOf(info, 'cluster_enabled') === '1' && redis.placeOf(key).master === '') {
    throw new HinataError('REDIS_IS_CLUSTER', {})
  }
  const version = fieldOf(info, 'redis_version') ?? '0'
  if (compareVersions(version, '6.2') < 0) throw new HinataError('REDIS_TOO_OLD', { found: version })
  const eviction = fieldOf(info, 'maxmemory_policy') ?? 'unknown'
  if (eviction !== 'noeviction') throw new HinataError('REDIS_UNSAFE_EVICTION', { found: eviction })
  const isAppendOnly = fieldOf(info, 'aof_enabled') === '1'
  if (!isAppendOnly) throw new HinataError('REDIS_UNSAFE_PERSISTENCE', { found: 'no' })
  const appendfsync = await configOf(redis, 'appendfsync', key)
  const replicas = Number(fieldOf(info, 'connected_slaves') ?? 0)
  const wanted = Number(await configOf(redis, 'min-replicas-to-write', key))
  if (wanted > replicas) throw new HinataError('REDIS_REPLICAS_FEW', { wanted, found: replicas })
  return {
    version,
    appendfsync,
    replicas,
    durability: appendfsync === 'always' ? 'fsync' : 'memory',
  }
}

/** Throws DURABILITY_UNAVAILABLE when this Redis cannot promise `asked`. */
export function assertDurability(asked: Durability, facts: RedisFacts): void {
  if (asked === 'fsync' && facts.appendfsync !== 'always') {
    throw new HinataError('DURABILITY_UNAVAILABLE',
      { asked, needs: 'appendfsync always', found: facts.appendfsync })
  }
  if (asked === 'replica' && facts.replicas < 1) {
    throw new HinataError('DURABILITY_UNAVAILABLE', { asked, needs: 'a connected replica', found: 'none' })
  }
}

async function configOf(redis: RedisConnection, name: string, key: string): Promise<string> {
  return String(fieldsOf(await send(redis, 'CONFIG', ['GET', name], key))[name] ?? '')
}

function fieldOf(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
}

function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number)
  const right = b.split('.').map(Number)
  for (let i = 0; i < right.length; i++) {
    const difference = (left[i] ?? 0) - right[i]
    if (difference !== 0) return difference
  }
  return 0
}

/**
 * Connects, checks and disconnects: for whoever only wants to know. Throws like `openRedis` and
 * `assertSafeRedis`.
 */
export async function checkRedis(url: string): Promise<RedisFacts> {
  const redis = await openRedis(url, 'check', 3_000)
  try {
    return await assertSafeRedis(redis)
  } finally {
    closeRedis(redis)
  }
}
