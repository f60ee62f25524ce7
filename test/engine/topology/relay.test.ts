/** Messages between partitions: each arrives exactly once, in the order of its sender. */
import t from 'tap'
import {
  actor, list, openTopologyClient, output, startNode, topic, value, type DeadLetter, type SinkBatch,
  type Topology,
} from '../../../engine/index.js'
import { decodeBlock } from '../../../engine/record/block.js'
import { readRange, takeLease } from '../../../engine/log/index.js'
import { send } from '../../../engine/redis/index.js'
import { relaySink } from '../../../engine/topology/relay.js'
import { connectRedis, isOnCluster } from '../../support/connection.js'
import { until } from '../../support/until.js'

const dead = output<DeadLetter>('dead')

const inbox = actor('inbox', {
  state: { count: value(0), last: list<string>({ max: 1_000 }) },
  receive: {
    letter(ctx, text: string) {
      ctx.state.count.update(count => count + 1)
      ctx.state.last.push(text)
    },
  },
})

const sender = actor('sender', {
  state: { sent: value(0) },
  receive: {
    send(ctx, to: string) {
      ctx.state.sent.update(sent => sent + 1)
      ctx.tell(inbox, to, 'letter', `${ctx.key} ${ctx.state.sent.get()}`)
    },
  },
})

const source = topic<string>('letters', { partitions: 4 })
const topology: Topology = {
  name: 'post', version: 1, source, stages: [], target: { actor: sender, message: 'send' },
  actors: [sender, inbox], views: [], sinks: [], relays: true, deadLetters: dead,
}

t.test('every message to another partition arrives once and in order', async t => {
  const { server } = await connectRedis(t)
  const node = await startNode({ redisUrl: server.url, topology })
  const client = await openTopologyClient({ redisUrl: server.url, topology })
  t.teardown(async () => {
    await client.close()
    await node.stop()
  })
  const senders = ['ada', 'bob', 'cyd', 'dan']
  for (let i = 0; i < 100; i++) {
    await client.append(senders.map(key => ({ key, eventTime: i, value: i % 2 === 0 ? 'eve' : 'fay' })))
  }
  for (const [to, parity] of [['eve', 1], ['fay', 0]] as const) {
    const { last } = await until(`${to} has all`, async () => {
      const state = await client.state(inbox, to)
      return state && state.count.get() >= 200 ? state : null
    })
    t.equal([...last].length, 200)
    for (const key of senders) {
      t.strictSame([...last].filter(text => text.startsWith(key)),
        Array.from({ length: 50 }, (_, i) => `${key} ${2 * i + 2 - parity}`))
    }
  }
})

t.test('a batch that is sent again, even after later ones by a successor, appends nothing', async t => {
  const { redis, keys } = await connectRedis(t)
  const lease = (await takeLease(redis, keys.checkpoint(2, 'post.1'), 'me', 60_000))!
  const relay = relaySink(redis, keys, 'post.1', source, { ...lease, leaseMs: 60_000 })
  const batchOf = (last: string, text: string): SinkBatch => ({
    token: `post.1:~relay:2:0-0:${last}`, partition: 2,
    emitted: ['ada', 'bob', 'cyd', 'dan'].map(key =>
      ({ output: '~tell', key, value: ['inbox', 'letter', text, 1] })),
  })
  const sent = [['9-0', 'one'], ['9-0', 'one'], ['9-2', 'two'], ['9-0', 'one'], ['10-0', 'three'],
    ['9-2', 'two']]
  for (const [last, text] of sent) {
    await relay.insert(batchOf(last, text))
  }
  const blocks = (await Promise.all([0, 1, 2, 3].map(partition =>
    readRange(redis, keys.log(partition, 'letters'), '-', '+', 99)))).flat()
  const records = blocks.flatMap(({ id, block }) => decodeBlock(id, block))
  for (const key of ['ada', 'bob', 'cyd', 'dan']) {
    t.strictSame(records.filter(record => record.key === key).map(({ value }) => value),
      ['one', 'two', 'three'].map(text => ({ '~told': ['inbox', 'letter', text] })))
  }
})

t.test('a batch that was read before Redis was restarted is not relayed: its commit may be lost',
  { skip: isOnCluster && 'its partitions share no history' }, async t => {
  const { redis, keys } = await connectRedis(t)
  const relay = relaySink(redis, keys, 'post.1', source,
    { epoch: 1, history: 'of-an-earlier-life', leaseMs: 60_000 })
  const emitted = [{ output: '~tell', key: 'ada', value: ['inbox', 'letter', 'one', 1] }]
  await t.rejects(relay.insert({ token: 'post.1:~relay:2:0-0:9-0', partition: 2, emitted }),
    { code: 'REDIS_RESTARTED' })
  t.strictSame(await send(redis, 'KEYS', ['*']), [])
})
