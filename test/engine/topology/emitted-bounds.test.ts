/** Verification of a topology whose emissions replace each other: how many left depends on the commits. */
import t from 'tap'
import { openTopologyClient, startNode, verifyTopology, type Finding } from '../../../engine/index.js'
import { EmittedBounds } from '../../../engine/topology/emitted-bounds.js'
import { encodeEmission } from '../../../engine/record/emission.js'
import { Keyspace } from '../../../engine/record/keys.js'
import { closeRedis, openRedis, send } from '../../../engine/redis/index.js'
import { startRedis } from '../../support/redis.js'
import { settled } from '../../support/settled.js'
import { tanksTopology as topology } from './tanks.js'

t.test('of a name one is enough, and all are allowed', t => {
  const bounds = new EmittedBounds()
  bounds.add({ emitted: [encodeEmission('levels', 'a', 1, 'top'), encodeEmission('alarms', 'a', 1)],
    replaced: 3 })
  bounds.add({ emitted: [encodeEmission('levels', 'a', 2, 'top'), encodeEmission('levels', 'b', 2, 'top')],
    replaced: 0 })
  t.equal(bounds.least, 3)
  t.equal(bounds.most, 7)
  t.end()
})

t.test('whatever the commits were, a good topology has no findings; one value too many is found', async t => {
  const redis = await startRedis()
  const connection = await openRedis(redis.url, 'test')
  const client = await openTopologyClient({ redisUrl: redis.url, topology })
  const send20 = (item: number): Promise<unknown> => client.append(Array.from({ length: 20 }, (_, i) =>
    ({ key: 'a', value: { sensor: 'top', value: item + i }, eventTime: 1 })))
  await Promise.all([1, 2, 3].map(send20)) // before there is a node: a few large commits
  const node = await startNode({ redisUrl: redis.url, topology })
  t.teardown(async () => {
    await client.close()
    await node.stop()
    closeRedis(connection)
    await redis.stop()
  })
  await settled(client)
  for (let item = 0; item < 10; item++) {
    await client.append([{ key: 'a', value: { sensor: 'low', value: item }, eventTime: 1 }])
    await settled(client) // many small ones
  }
  const findings = async (): Promise<Finding[]> => {
    const found: Finding[] = []
    for await (const one of verifyTopology({ redisUrl: redis.url, topology, deep: 'all' })) {
      found.push(...one.findings)
    }
    return found
  }
  t.strictSame(await findings(), [])
  const checkpoint = new Keyspace('h').checkpoint(0, 'tanks.1')
  await send(connection, 'HINCRBY', [checkpoint, 'emitted', 70])
  t.match((await findings()).filter(({ check }) => check === 'state'), [{ kind: 'doubled' }])
  await send(connection, 'HINCRBY', [checkpoint, 'emitted', -140])
  t.match((await findings()).filter(({ check }) => check === 'state'), [{ kind: 'lost' }])
})
