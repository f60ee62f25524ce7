/**
 * Windows, joins and timers under kill -9, at seeded random instants while sales flow: what is told equals an
 * undisturbed run, each once. Four kills; `node dist/test/faults/event-time-kill.test.js 20` runs twenty.
 */
import t from 'tap'
import {
  decodeValue, openTopologyClient, startNode, type AppendInput, type Emitted, type TopologyClient,
} from '../../engine/index.js'
import { fieldsOf, send, type RedisConnection } from '../../engine/redis/index.js'
import { openConnection } from '../support/connection.js'
import { seededRandom } from '../support/random.js'
import { startRedis } from '../support/redis.js'
import { settled } from '../support/settled.js'
import { until } from '../support/until.js'
import { sinkKey } from './kept-batches.js'
import { NodeProcess } from './node-child.js'
import { partitions, salesTopology, type Sale } from './sales.js'

const kills = Number(process.argv[2] ?? 4)
const seed = 20_261_122
const batchRecords = 40
const unreadMax = 2_000

t.setTimeout(170_000)

t.test(`${kills} kills change nothing that windows, joins and timers tell`, async t => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  const redis = await openConnection(t, server.url)
  const open = (namespace: string): Promise<TopologyClient> => openTopologyClient({ redisUrl: server.url,
    namespace, topology: salesTopology(redis, namespace) })
  const client = await open('f')
  const random = seededRandom(seed)
  const sent: AppendInput[][] = []
  let isFlowing = true
  const flow = (async () => {
    for (let i = 0; isFlowing; i += batchRecords) {
      const batch = Array.from({ length: batchRecords }, (_, j) => saleOf(i + j, random))
      sent.push(batch)
      await client.append(batch)
      await until('there is room', async () => !isFlowing || await unread(client) < unreadMax)
    }
  })()
  for (let kill = 0; kill < kills; kill++) {
    const node = new NodeProcess(server.url, 'f', 'sales')
    t.teardown(() => node.end('SIGKILL'))
    await node.started()
    const records = Math.floor(random() * 3_000)
    const before = await foldedCount(client)
    await until(`${records} more are folded`, async () => await foldedCount(client) >= before + records)
    await node.end('SIGKILL')
  }
  isFlowing = false
  await flow
  await client.endInput()
  const node = await startNode({ redisUrl: server.url, namespace: 'f', topology: salesTopology(redis, 'f') })
  await settled(client)
  await node.stop()

  const undisturbed = await open('u')
  const other = await startNode({ redisUrl: server.url, namespace: 'u', topology: salesTopology(redis, 'u') })
  for (const batch of sent) {
    await until('there is room', async () => await unread(undisturbed) < unreadMax)
    await undisturbed.append(batch)
  }
  await undisturbed.endInput()
  await settled(undisturbed)
  await other.stop()
  await Promise.all([client.close(), undisturbed.close()])

  const [mine, theirs] = [await told(redis, 'f'), await told(redis, 'u')]
  t.ok(mine.length > sent.length * 20, `${mine.length} values were told of ${sent.flat().length} records`)
  t.strictSame(mine.filter(text => /^(late|dead|CHANGED)/.test(text)), [])
  t.strictSame(differences(mine, theirs), [])
  const kept = (await send(redis, 'KEYS', ['f:{*}:sales.1:[st]:*']) as Buffer[]).map(String)
    .filter(name => !/:(priced|reminder|~watermark):/.test(name))
  t.strictSame(kept, [], 'closed windows and expired sides leave nothing')
  for (let partition = 0; partition < partitions; partition++) {
    const timers = await send(redis, 'ZRANGE', [`f:{${partition}}:sales.1:timers`, 0, -1]) as Buffer[]
    t.strictSame(timers.map(String).filter(member => !member.startsWith('~watermark')), [])
  }
})

/** The `i`th sale: five milliseconds after the one before, and up to 300 too early. */
function saleOf(i: number, random: () => number): AppendInput {
  const draw = (below: number): number => Math.floor(random() * below)
  const kind = (['order', 'order', 'payment', 'price'] as const)[draw(4)]
  const order = kind === 'payment' ? i - 1 - draw(200) : i
  const value: Sale = { kind, order: `order ${order}`, item: `item ${draw(7)}`, amount: 1 + draw(99) }
  const behindMs = kind === 'price' ? 0 : draw(301)
  return { key: `account ${draw(30)}`, eventTime: 1_000_000 + i * 5 - behindMs, value }
}

async function unread(client: TopologyClient): Promise<number> {
  return (await client.lag()).reduce((sum, { appended, folded }) => sum + appended - folded, 0)
}

async function foldedCount(client: TopologyClient): Promise<number> {
  return (await client.lag()).reduce((sum, { folded }) => sum + folded, 0)
}

/** Every value that the sink got, as text, sorted. */
async function told(redis: RedisConnection, namespace: string): Promise<string[]> {
  const batches = Object.entries(fieldsOf(await send(redis, 'HGETALL', [sinkKey(namespace)])))
  return batches.flatMap(([token, packed]) => (token.startsWith('CHANGED') ? [token]
    : (decodeValue(packed) as Emitted[]).map(({ output, key, value }) =>
      `${output} ${key} ${JSON.stringify(value)}`))).sort()
}

/** The first few values that one list has and the other has not, or not as often. */
function differences(mine: readonly string[], theirs: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const text of mine) counts.set(text, (counts.get(text) ?? 0) + 1)
  for (const text of theirs) counts.set(text, (counts.get(text) ?? 0) - 1)
  return [...counts].filter(([, count]) => count !== 0).slice(0, 9)
    .map(([text, count]) => `${count} × ${text}`)
}
