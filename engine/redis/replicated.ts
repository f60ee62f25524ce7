/**
 * Writing so that a replica has it. WAIT speaks of the connection that it is sent on, so it counts only if no
 * other connection, and no other master, came between the write and the answer; then the write, which must
 * be idempotent, is repeated.
 */
import { HinataError } from '../errors/index.js'
import { replicaTriesMax, replicaWaitMs } from '../limits/limits.js'
import { send, type RedisConnection } from './connection.js'

/**
 * Runs `write`, which writes to the partition of `key`, until its master and a replica of it have the result.
 * Throws REPLICA_MISSING (retryable) when no replica confirms.
 */
export async function replicated<T>(
  redis: RedisConnection, key: string, write: () => Promise<T>,
): Promise<T> {
  return untilReplicated(redis, key, write, false)
}

/** The same, but a master that has no replica at all is content with itself: nobody can take its place. */
export async function replicatedIfAny<T>(
  redis: RedisConnection, key: string, write: () => Promise<T>,
): Promise<T> {
  return untilReplicated(redis, key, write, true)
}

async function untilReplicated<T>(
  redis: RedisConnection, key: string, write: () => Promise<T>, mayBeAlone: boolean,
): Promise<T> {
  for (let tries = 0; tries < replicaTriesMax; tries++) {
    const { link } = redis.placeOf(key)
    const answer = await write()
    const isAlone = mayBeAlone
      && String(await send(redis, 'INFO', ['replication'], key)).includes('connected_slaves:0')
    const count = isAlone ? 1 : await send(redis, 'WAIT', [1, replicaWaitMs], key) as number
    if (count >= 1 && redis.placeOf(key).link === link) return answer
  }
  throw new HinataError('REPLICA_MISSING', { seconds: replicaWaitMs * replicaTriesMax / 1_000 })
}
