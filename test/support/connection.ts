/** A Redis of its own with an open connection, for one test. */
import type { Test } from 'tap'
import { Keyspace } from '../../engine/record/keys.js'
import { closeRedis, openRedis, type RedisConnection } from '../../engine/redis/index.js'
import { startRedis, type TestRedis } from './redis.js'

/** What a test of the log works with. */
export interface Connected {
  readonly server: TestRedis
  readonly redis: RedisConnection
  readonly keys: Keyspace
}

/** Starts and connects; both end with the test. */
export async function connectRedis(t: Test, extra: string[] = []): Promise<Connected> {
  const server = await startRedis(extra)
  t.teardown(() => server.stop())
  return { server, redis: await openConnection(t, server.url), keys: new Keyspace('h') }
}

/** A connection that ends with the test. */
export async function openConnection(t: Test, url: string): Promise<RedisConnection> {
  const redis = await openRedis(url, 'test')
  t.teardown(() => closeRedis(redis))
  return redis
}
