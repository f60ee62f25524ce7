/** The data keys of a topology for whoever changes master keys: counted, and wrapped anew, while it runs. */
import { countWrapped, rewrapAll } from '../cipher/index.js'
import { Keyspace } from '../record/keys.js'
import { closeRedis, openRedis, type RedisConnection } from '../redis/index.js'
import type { MasterKeys } from '../cipher/index.js'
import { topologyAsCreated } from './versions.js'
import type { Topology } from './topology.js'

/** Which topology, where. */
export interface RewrapOptions {
  readonly redisUrl: string
  readonly topology: Topology
  readonly namespace?: string
}

/** How many data keys each master key wraps, by its id. Throws REDIS_UNREACHABLE. */
export function countDataKeys(options: RewrapOptions): Promise<Map<string, number>> {
  return connected(options, place => countWrapped(place))
}

/**
 * Wraps all data keys with the newest master key; how many were wrapped by another. May be stopped anywhere
 * and begun again. Throws REDIS_UNREACHABLE and MASTER_KEY_MISSING.
 */
export function rewrapDataKeys(
  options: RewrapOptions & { readonly masters: MasterKeys },
): Promise<number> {
  return connected(options, async place => {
    let rewrapped = 0
    // what a process wrapped with the key before, while this passed it by, is found by the next round
    for (let found = 1; found > 0; rewrapped += found) {
      found = await rewrapAll({ ...place, masters: options.masters })
    }
    return rewrapped
  })
}

interface Place {
  readonly redis: RedisConnection
  readonly keys: Keyspace
  readonly topic: string
  readonly partitions: number
}

async function connected<T>(options: RewrapOptions, work: (place: Place) => Promise<T>): Promise<T> {
  const redis = await openRedis(options.redisUrl, 'keys')
  try {
    const keys = new Keyspace(options.namespace ?? 'h')
    const { source: { topic, partitions } } = await topologyAsCreated(redis, keys, options.topology)
    return await work({ redis, keys, topic, partitions })
  } finally {
    closeRedis(redis)
  }
}
