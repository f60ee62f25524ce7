/**
 * What a sink of a fault test does with its batches: it keeps each under its token in Redis. Inserting twice
 * is inserting once, and a token that comes with another batch is noticed.
 */
import { encodeValue, type SinkBatch } from '../../engine/index.js'
import { send, type RedisConnection } from '../../engine/redis/index.js'

/** Where the sink of `namespace` keeps what it got: token → batch. */
export const sinkKey = (namespace: string): string => `${namespace}:inserted`

/** The `insert` of such a sink. */
export function keepOnce(redis: RedisConnection, namespace: string): (batch: SinkBatch) => Promise<void> {
  return async ({ token, emitted }) => {
    const packed = encodeValue(emitted)
    const isNew = await send(redis, 'HSETNX', [sinkKey(namespace), token, packed])
    const kept = await send(redis, 'HGET', [sinkKey(namespace), token]) as Buffer
    if (isNew === 0 && !kept.equals(packed)) {
      await send(redis, 'HSET', [sinkKey(namespace), `CHANGED ${token}`, packed])
    }
  }
}
