/**
 * Pressure reaches the app (G5), lag is told as it is, and a Redis that is restarted loses nothing (G1, G2).
 */
import t from 'tap'
import {
  channels, openTopologyClient, startNode, type SinkBatch, type StateChange, type Topology,
} from '../../../engine/index.js'
import { logUnreadRecordsMax } from '../../../engine/limits/limits.js'
import { send } from '../../../engine/redis/index.js'
import { connectRedis, type Connected } from '../../support/connection.js'
import { until } from '../../support/until.js'
import { added, cart, shopTopology } from './shop.js'

const addition = (key: string, item: string): { key: string, eventTime: number, value: unknown } =>
  ({ key, eventTime: 1, value: { item, count: 1 } })

function topologyInto(batches: SinkBatch[]): Topology {
  return shopTopology(2, { relays: true, sinks: [{
    name: 'rows', outputs: [added], batchRecordsMax: 50, lingerMs: 1,
    insert: async batch => { batches.push(batch) },
  }] })
}

t.test('G5: a partition with too many unread records refuses, its sibling does not', async t => {
  const { server, redis, keys } = await connectRedis(t)
  const topology = shopTopology(2)
  const [full, free] = ['ada', 'dan']
  await send(redis, 'HSET', [keys.meta(0, 'additions'), 'n', logUnreadRecordsMax - 1])
  const client = await openTopologyClient({ redisUrl: server.url, topology })
  t.teardown(() => client.close())
  t.strictSame([full, free].map(key => client.partitionOf(key)), [0, 1],
    'the two stand in different partitions')
  t.equal(client.room(full), 1)
  t.match(await client.append([addition(full, 'tea')]), [{ outcome: 'appended' }])
  t.throws(() => client.append([addition(full, 'tea')]), { code: 'LOG_FULL', isRetryable: true })
  t.match(await client.append([addition(free, 'tea')]), [{ outcome: 'appended' }])
  await send(redis, 'HSET', [keys.checkpoint(0, 'shop.1'), 'folded', 10])
  await until('there is room again', () => client.room(full) > 0)
  t.match(await client.append([addition(full, 'ham')]), [{ outcome: 'appended' }])
})

t.test('lag: what is appended, folded and waiting, and for how long', async t => {
  const { server } = await connectRedis(t)
  const topology = shopTopology(2)
  const client = await openTopologyClient({ redisUrl: server.url, topology })
  t.teardown(() => client.close())
  await client.append(['ada', 'ada', 'dan'].map(key => addition(key, 'tea')))
  t.match(await client.lag(), [
    { partition: 0, appended: 2, folded: 0, owner: null, epoch: 0 },
      { partition: 1, appended: 1, folded: 0 }])
  await until('the oldest has an age', async () => (await client.lag())[0].lagMs > 0)
  t.equal(await client.settled('ada', 1), false)
  const node = await startNode({ redisUrl: server.url, topology })
  t.teardown(() => node.stop())
  t.ok(await client.settled('ada', 20_000) && await client.settled('dan', 20_000))
  t.match(await client.lag(), [
    { partition: 0, appended: 2, folded: 2, lagMs: 0, owner: node.id, epoch: 1 },
    { partition: 1, appended: 1, folded: 1, lagMs: 0, owner: node.id }])
  t.match(await client.nodes(), [{ id: node.id, pid: process.pid, problems: [] }])
})

t.test('G1 G2: Redis killed and restarted in the middle loses nothing and doubles nothing', async t => {
  const { server } = await connectRedis(t)
  const batches: SinkBatch[] = []
  const topology = topologyInto(batches)
  const node = await startNode({ redisUrl: server.url, topology })
  const client = await openTopologyClient({ redisUrl: server.url, topology })
  t.teardown(async () => {
    await client.close()
    await node.stop()
  })
  const people = ['ada', 'bob', 'cyd', 'dan']
  const calls: Promise<unknown>[] = []
  for (let round = 1; round <= 3; round++) {
    for (let i = 0; i < 200; i++) calls.push(client.append(people.map(key => addition(key, `item ${i % 9}`))))
    await until('some of it is folded', async () =>
      (await client.lag()).some(({ folded }) => folded > (round - 1) * 400))
    await server.kill()
    await server.restart()
  }
  await Promise.all(calls)
  for (const key of people) t.ok(await client.settled(key, 30_000))
  for (const key of people) t.equal((await client.state(cart, key))!.additions.get(), 600)
  await until('the outputs are inserted', () => numbersOf(batches, 'dan').length >= 600
    && numbersOf(batches, 'ada').length >= 600)
  for (const key of people) {
    t.strictSame(numbersOf(batches, key), Array.from({ length: 600 }, (_, i) => i + 1))
  }
})

t.test('a block that cannot be read stops its own partition only, and is told', async t => {
  const on = await connectRedis(t)
  const topology = shopTopology(2)
  const client = await openTopologyClient({ redisUrl: on.server.url, topology })
  const told: string[] = []
  const hear = (change: unknown): void => void told.push((change as StateChange).message)
  channels.state.subscribe(hear)
  t.teardown(() => channels.state.unsubscribe(hear))
  await client.append([addition('ada', 'tea')])
  await send(on.redis, 'XADD', [on.keys.log(0, 'additions'), '*', 'd', Buffer.from([0xc1])])
  const node = await startNode({ redisUrl: on.server.url, topology })
  t.teardown(async () => {
    await client.close()
    await node.stop()
  })
  await client.append(['ada', 'dan'].map(key => addition(key, 'ham')))
  t.ok(await client.settled('dan', 20_000))
  await until('what stands before it is committed', async () => await foldedOf(on, 0) === 1)
  await until('it is told', () => told.some(message => /^Block .* cannot be decoded/.test(message)))
  t.equal((await client.state(cart, 'ada'))!.additions.get(), 1)
  t.equal((await client.state(cart, 'dan'))!.additions.get(), 1)
})

async function foldedOf({ redis, keys }: Connected, partition: number): Promise<number> {
  return Number(String(await send(redis, 'HGET', [keys.checkpoint(partition, 'shop.1'), 'folded'])))
}

function numbersOf(batches: SinkBatch[], key: string): number[] {
  return [...new Map(batches.map(batch => [batch.token, batch])).values()]
    .flatMap(({ emitted }) => emitted).filter(one => one.key === key)
    .map(({ value }) => (value as { additions: number }).additions)
}
