/**
 * A Redis of its own with an open connection, for one test. A test file that is run with `--cluster` gets a
 * cluster instead: the same code, the same expectations.
 */
import root, { type Test } from 'tap'
import { Keyspace } from '../../engine/record/keys.js'
import { closeRedis, openRedis, type RedisConnection } from '../../engine/redis/index.js'
import { startCluster, type TestCluster } from './redis-cluster.js'
import { startRedis, type TestRedis } from './redis.js'

/** What a test of the log works with. */
export interface Connected {
  readonly server: TestRedis
  readonly redis: RedisConnection
  readonly keys: Keyspace
}

/** Whether this process tests on a cluster. */
export const isOnCluster = process.argv.includes('--cluster')

let shared: Promise<TestCluster> | undefined

/** Starts and connects; both end with the test. */
export async function connectRedis(t: Test, extra: string[] = []): Promise<Connected> {
  const server = await startServer(t, extra)
  return { server, redis: await openConnection(t, server.url), keys: new Keyspace('h') }
}

/** A Redis that ends with the test or, with `--cluster`, the cluster of the file, emptied. */
export async function startServer(t: Test, extra: string[] = []): Promise<TestRedis> {
  if (!isOnCluster) {
    const server = await startRedis(extra)
    t.teardown(() => server.stop())
    return server
  }
  if (!shared) {
    shared = startCluster()
    root.teardown(async () => (await shared)?.stop())
  }
  const cluster = await shared
  for (const node of cluster.nodes.slice(0, 3)) {
    for (let i = 0; i < extra.length; i += 2) await node.ask('CONFIG', 'SET', extra[i].slice(2), extra[i + 1])
    await node.ask('FLUSHALL')
  }
  return { ...cluster.nodes[0], url: cluster.url, stop: () => Promise.resolve() }
}

/** A connection that ends with the test. */
export async function openConnection(t: Test, url: string): Promise<RedisConnection> {
  const redis = await openRedis(url, 'test')
  t.teardown(() => closeRedis(redis))
  return redis
}
