/** A Redis that could lose acknowledged records is refused, with the way to fix it; nothing stays behind. */
import t from 'tap'
import { checkRedis, openTopologyClient, startNode } from '../../../engine/index.js'
import { assertDurability, openRegistry, send } from '../../../engine/redis/index.js'
import { connectRedis } from '../../support/connection.js'
import { freePort } from '../../support/redis.js'
import { until } from '../../support/until.js'
import { shopTopology } from '../topology/shop.js'

t.test('each unsafe setting is refused with its code and its fix', async t => {
  const { server, redis } = await connectRedis(t)
  const refused = async (code: string, fix: RegExp): Promise<void> => {
    await t.rejects(checkRedis(server.url), { code, kind: 'setup', message: fix })
    await t.rejects(startNode({ redisUrl: server.url, topology: shopTopology(1) }), { code })
    await t.rejects(openTopologyClient({ redisUrl: server.url, topology: shopTopology(1) }), { code })
  }
  t.match(await checkRedis(server.url), { durability: 'memory', appendfsync: 'everysec', replicas: 0 })
  await send(redis, 'CONFIG', ['SET', 'maxmemory-policy', 'allkeys-lru'])
  await refused('REDIS_UNSAFE_EVICTION', /allkeys-lru.*CONFIG SET maxmemory-policy noeviction/)
  await send(redis, 'CONFIG', ['SET', 'maxmemory-policy', 'noeviction', 'appendonly', 'no'])
  await refused('REDIS_UNSAFE_PERSISTENCE', /CONFIG SET appendonly yes/)
  t.equal(await send(redis, 'DBSIZE', []), 0, 'nothing was written')
  await until('no connection of ours is left', async () =>
    !/name=hinata:(node|reader|client|check)/.test(String(await send(redis, 'CLIENT', ['LIST']))))
})

t.test('a durability that this Redis cannot promise is refused', async t => {
  const { server, redis } = await connectRedis(t)
  for (const durability of ['fsync', 'replica'] as const) {
    await t.rejects(openTopologyClient({ redisUrl: server.url, topology: shopTopology(1), durability }),
      { code: 'DURABILITY_UNAVAILABLE', details: { asked: durability } })
  }
  await send(redis, 'CONFIG', ['SET', 'appendfsync', 'always'])
  const facts = await checkRedis(server.url)
  t.match(facts, { durability: 'fsync' })
  assertDurability('fsync', facts)
  assertDurability('replica', { ...facts, replicas: 1 })
})

t.test('a Redis that does not answer is named', async t => {
  const port = await freePort()
  await t.rejects(checkRedis(`redis://127.0.0.1:${port}`),
    { code: 'REDIS_UNREACHABLE', message: new RegExp(String(port)) })
})

t.test('registry: documents by kind and id, gone when their time is over', async t => {
  const { redis, keys } = await connectRedis(t)
  const registry = openRegistry(redis, keys)
  await registry.put('app', 'b', { name: 'B' })
  await registry.put('app', 'a', { name: 'A' }, 60_000)
  await registry.put('node', 'n', { at: 1 }, 30)
  t.strictSame(await registry.list('app'), [['a', { name: 'A' }], ['b', { name: 'B' }]])
  t.strictSame(await registry.get('app', 'a'), { name: 'A' })
  t.equal(await registry.get('app', 'none'), null)
  await until('the node is gone', async () => await registry.get('node', 'n') === null)
  t.strictSame(await registry.list('node'), [])
  t.equal(await send(redis, 'HLEN', [keys.registry('node')]), 0, 'swept')
  await registry.remove('app', 'a')
  t.strictSame((await registry.list('app')).map(([id]) => id), ['b'])
})
