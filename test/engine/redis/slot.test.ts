/** Slots: the examples of the Redis Cluster specification, and what a real Redis answers. */
import t from 'tap'
import { assertSafeRedis, send } from '../../../engine/redis/index.js'
import { slotOf } from '../../../engine/redis/slot.js'
import { startCluster } from '../../support/redis-cluster.js'
import { openConnection } from '../../support/connection.js'

t.test('a key has the slot that Redis gives it, by its hash tag', async t => {
  t.equal(slotOf('123456789'), 0x31c3)
  const cluster = await startCluster()
  t.teardown(() => cluster.stop())
  const redis = await openConnection(t, cluster.nodes[0].url)
  for (const key of ['', 'h:{7}:in', 'a{}b', '{a}{b}', 'x{', '}x{ü}', 'é', 'h:registry:node', '{{a}}']) {
    t.equal(slotOf(key), await send(redis, 'CLUSTER', ['KEYSLOT', key]), key)
  }
  const single = await openConnection(t, cluster.nodes[0].url)
  await t.rejects(assertSafeRedis(single), { code: 'REDIS_IS_CLUSTER' })
})
