/**
 * Savepoints on real Redis: taken while orders flow, restored in front of the log that goes on and into an
 * empty system; a restored state and the rest of the log give the same bytes as if nothing had happened.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  createSavepoint, listSavepoints, openTopologyClient, openVersions, restoreSavepoint, startNode,
  type AppendInput, type Savepoint, type TopologyClient,
} from '../../../engine/index.js'
import { takeLease } from '../../../engine/log/index.js'
import { Keyspace } from '../../../engine/record/keys.js'
import { fieldsOf, send, type RedisConnection } from '../../../engine/redis/index.js'
import { sinkKey } from '../../faults/kept-batches.js'
import { account, ordersTopology, partitions } from '../../faults/orders.js'
import { connectRedis, type Connected } from '../../support/connection.js'
import { seededRandom } from '../../support/random.js'
import { settled } from '../../support/settled.js'
import { until } from '../../support/until.js'

const namespace = 'h'
const keys = new Keyspace(namespace)
const random = seededRandom(17)
const accounts = Array.from({ length: 60 }, (_, i) => `account ${i}`)

t.setTimeout(120_000)

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'hinata-savepoints-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function orders(count: number, from: number): AppendInput[] {
  return Array.from({ length: count }, (_, i) => ({
    key: accounts[Math.floor(random() * accounts.length)], eventTime: 1,
    value: { item: ['tea', 'ham', 'rye'][Math.floor(random() * 3)], isBroken: random() < 0.01 },
    idempotency: { id: `order ${from + i}`, fingerprint: `content ${from + i}`, origin: 'test' },
  }))
}

/** Waits until all is folded and inserted and no timer waits. */
async function quiet(client: TopologyClient): Promise<void> {
  await settled(client, { timers: 'none' })
}

/** Cells, rows, dead letters and counts by hash name, as text. */
async function dump(redis: RedisConnection): Promise<Map<string, string>> {
  const names = (await send(redis, 'KEYS', [`${namespace}:{*}:orders.1:*`]) as Buffer[]).map(String)
    .filter(name => /:(s|t):|:cp$/.test(name)).sort()
  return new Map(await Promise.all(names.map(async name => {
    const fields = fieldsOf(await send(redis, 'HGETALL', [name]))
    if (name.endsWith(':cp')) {
      return [name, `${fields.position ?? '0-0'} ${fields.folded ?? 0} ${fields.emitted ?? 0}`] as const
    }
    return [name, Object.entries(fields).map(([field, packed]) => `${field}=${packed.toString('hex')}`)
      .sort().join('\n')] as const
  })))
}

interface Lived {
  readonly on: Connected
  readonly folder: string
  readonly savepoint: Savepoint
  readonly state: Map<string, string>
  /** State, ids and outputs as of the savepoint and after everything. */
  readonly total: number
}

/** A life with a savepoint in the middle: taken while orders flow. */
async function live(t: Test): Promise<Lived> {
  const on = await connectRedis(t)
  const { server, redis } = on
  const folder = folderOf(t)
  const topology = ordersTopology(redis, namespace)
  const node = await startNode({ redisUrl: server.url, topology, leaseMs: 1_000 })
  const client = await openTopologyClient({ redisUrl: server.url, topology })
  let total = 0
  let isFlowing = true
  const flow = (async () => {
    for (; isFlowing; total += 40) await client.append(orders(40, total))
  })()
  await until('it flows', async () =>
    (await client.lag()).reduce((sum, { folded }) => sum + folded, 0) > 2_000)
  const held: number[] = []
  const savepoint = await createSavepoint({ redisUrl: server.url, topology, folder, name: 'noon',
    onPartition: (_, ms) => { held.push(ms) } })
  t.comment(`held for ${Math.max(...held)} ms at most`)
  const at = total
  await until('it goes on', () => total > at + 1_000)
  isFlowing = false
  await flow
  await quiet(client)
  const state = await dump(redis)
  await client.close()
  await node.stop()
  t.equal(held.length, partitions)
  t.ok(savepoint.parts.some(({ position }, p) => position !== state.get(keys.checkpoint(p, 'orders.1'))
    ?.split(' ')[0]), 'the log goes on behind the savepoint')
  return { on, folder, savepoint, state, total }
}

/** Folds what is left of the log and returns the state. */
async function goOn(on: Connected): Promise<Map<string, string>> {
  const { server, redis } = on
  const topology = ordersTopology(redis, namespace)
  const node = await startNode({ redisUrl: server.url, topology, leaseMs: 1_000 })
  const client = await openTopologyClient({ redisUrl: server.url, topology })
  await quiet(client)
  const state = await dump(redis)
  await client.close()
  await node.stop()
  return state
}

function assertSame(t: Test, found: Map<string, string>, expected: Map<string, string>): void {
  t.strictSame([...found].filter(([name, text]) => expected.get(name) !== text).map(([name]) => name), [])
  t.strictSame([...found.keys()], [...expected.keys()])
}

t.test('restored in front of its log, the system comes to the same bytes', async t => {
  const { on, folder, savepoint, state } = await live(t)
  const { server, redis } = on
  const topology = ordersTopology(redis, namespace)
  t.match(listSavepoints(folder), [{ name: 'noon', topology: 'orders', version: 1, partitions }])
  await t.rejects(createSavepoint({ redisUrl: server.url, topology, folder, name: 'noon' }),
    { code: 'SAVEPOINT_EXISTS' })
  await t.rejects(createSavepoint({ redisUrl: server.url, topology, folder, name: '../noon' }),
    { code: 'SAVEPOINT_NAME' })
  const versions = await openVersions({ redisUrl: server.url, topology })
  await versions.add(2, {})
  const restored = await restoreSavepoint({ redisUrl: server.url, topology, folder, name: 'noon' })
  t.strictSame(restored.parts.map(({ position }) => position), savepoint.parts.map(part => part.position))
  t.strictSame((await versions.declared()).map(({ version }) => version), [1], 'other versions are gone')
  versions.close()
  const back = await dump(redis)
  const positions = savepoint.parts.map(({ partition, position }) =>
    back.get(keys.checkpoint(partition, 'orders.1'))!.startsWith(position))
  t.notOk(positions.includes(false), 'it stands where it stood')
  const batches = fieldsOf(await send(redis, 'HGETALL', [sinkKey(namespace)]))
  t.notOk(Object.keys(batches).some(token => token.startsWith('CHANGED')))
  assertSame(t, await goOn(on), state)
})

t.test('restored into an empty system, ids known, the rest of the log gives the same bytes', async t => {
  const { on: old, folder, savepoint, state, total } = await live(t)
  const on = await connectRedis(t)
  const { server, redis } = on
  const topology = ordersTopology(redis, namespace)
  await restoreSavepoint({ redisUrl: server.url, topology, folder, name: 'noon' })
  const client = await openTopologyClient({ redisUrl: server.url, topology })
  const versions = await openVersions({ redisUrl: server.url, topology })
  t.teardown(() => { versions.close(); return client.close() })
  await t.rejects(versions.add(2, {}), { code: 'LOG_INCOMPLETE' })
  t.notOk((await client.lag()).some(({ appended, folded }) => appended !== folded), 'nothing waits')
  let known = 0
  let unknown = 0
  for (let partition = 0; partition < partitions; partition++) {
    for (const name of await send(old.redis, 'KEYS', [keys.ids(partition, 'orders', '*')]) as Buffer[]) {
      const before = fieldsOf(await send(old.redis, 'HGETALL', [String(name)]))
      const after = fieldsOf(await send(redis, 'HGETALL', [String(name)]))
      known += Object.keys(after).length
      unknown += Object.keys(before).length - Object.keys(after).length
      if (Object.keys(after).some(id => String(after[id]) !== String(before[id]))) t.fail(String(name))
    }
  }
  const folded = savepoint.parts.reduce((sum, part) => sum + part.folded, 0)
  t.equal(known, folded, 'an id for every folded record')
  t.equal(known + unknown, total)
  for (const { partition, position } of savepoint.parts) { // the rest of the log
    const rest = await send(old.redis, 'XRANGE', [keys.log(partition, 'orders'), `(${position}`, '+']) as
      [Buffer, Buffer[]][]
    for (const [id, fields] of rest) {
      await send(redis, 'XADD', [keys.log(partition, 'orders'), String(id), ...fields])
    }
    const n = await send(old.redis, 'HGET', [keys.meta(partition, 'orders'), 'n'])
    if (n !== null) await send(redis, 'HSET', [keys.meta(partition, 'orders'), 'n', n as Buffer])
  }
  assertSame(t, await goOn(on), state)
  const tokens = Object.keys(fieldsOf(await send(redis, 'HGETALL', [sinkKey(namespace)])))
  t.notOk(tokens.some(token => token.startsWith('CHANGED')), 'no token stands for two batches')
})

t.test('what does not fit is refused, and nothing is changed', async t => {
  const { on, folder, savepoint, state } = await live(t)
  const { server, redis } = on
  const topology = ordersTopology(redis, namespace)
  const restore = (changes: Partial<typeof topology> = {}, name = 'noon'): Promise<unknown> =>
    restoreSavepoint({ redisUrl: server.url, topology: { ...topology, ...changes }, folder, name })
  await t.rejects(restore({}, 'none'), { code: 'SAVEPOINT_UNKNOWN' })
  await t.rejects(restore({ name: 'others' }), { code: 'SAVEPOINT_MISMATCH', message: /topology orders/ })
  await t.rejects(restore({ relays: true }), { code: 'SAVEPOINT_RELAYS' })
  const last = join(folder, 'noon', savepoint.parts.at(-1)!.file)
  const bytes = readFileSync(last)
  appendFileSync(last, 'x')
  await t.rejects(restore(), { code: 'SAVEPOINT_CORRUPT' })
  const flipped = Buffer.from(bytes)
  flipped[flipped.length >> 1] ^= 1
  writeFileSync(last, flipped)
  await t.rejects(restore(), { code: 'SAVEPOINT_CORRUPT', message: /checksum/ })
  writeFileSync(last, bytes)
  t.strictSame(await dump(redis), state, 'nothing was changed')
  const other = await connectRedis(t)
  await t.rejects(restoreSavepoint({ redisUrl: other.server.url, folder, name: 'noon',
    topology: { ...topology, source: { topic: 'orders', partitions: 8 } } }),
    { code: 'SAVEPOINT_MISMATCH', message: /partitions 16/ })
  t.equal(await send(other.redis, 'DBSIZE', []), 0)
  const node = await startNode({ redisUrl: server.url, topology })
  t.teardown(() => node.stop())
  await until('it is announced', async () => await send(redis, 'HLEN', [keys.registry('node')]))
  await t.rejects(restore(), { code: 'SYSTEM_RUNNING' })
})

t.test('a restoration that died leaves what no node takes; restoring again opens it', async t => {
  const { on, folder, savepoint, state } = await live(t)
  const { server, redis } = on
  const topology = ordersTopology(redis, namespace)
  let restored = 0
  await t.rejects(restoreSavepoint({ redisUrl: server.url, topology, folder, name: 'noon',
    onPartition() { if (++restored === 5) throw new Error('died') } }), /died/)
  const free = await Promise.all(savepoint.parts.map(async ({ partition }) =>
    await takeLease(redis, keys.checkpoint(partition, 'orders.1'), 'somebody', 1) !== null))
  t.strictSame(free, savepoint.parts.map((_, i) => i < 5))
  await restoreSavepoint({ redisUrl: server.url, topology, folder, name: 'noon' })
  assertSame(t, await goOn(on), state)
  const client = await openTopologyClient({ redisUrl: server.url, topology })
  t.teardown(() => client.close())
  t.ok(await client.state(account, accounts[0]))
})
