/**
 * An encrypted topology on a real Redis with a running node: nothing that was said is legible in what Redis
 * has, everything works as without, an erasure destroys the key in the same act and loses nothing that comes
 * after it, and what cannot be opened becomes a dead letter.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  openOperations, openTopologyClient, output, startNode, verifyTopology, type Emitted, type Erasure,
  type Finding, type Identity, type Node, type Operations, type Topology, type TopologyClient,
} from '../../../engine/index.js'
import { send } from '../../../engine/redis/index.js'
import { connectRedis, type Connected } from '../../support/connection.js'
import { encrypted } from '../../support/master-keys.js'
import { settled } from '../../support/settled.js'
import { until } from '../../support/until.js'
import { cart, shopTopology, type Addition } from './shop.js'

const identity: Identity = {
  of(value) {
    const { id } = value as { id?: string }
    return id === undefined ? undefined : { id: idOf(id), fingerprint: id }
  },
}
const patience = 30_000
/** Ids of records are no content; here they must not look like it. */
const idOf = (item: string): string => `id-${Buffer.from(item).toString('hex')}`

interface System extends Connected {
  readonly topology: Topology
  readonly client: TopologyClient
  readonly node: Node
  readonly operations: Operations
  /** What the sink was given. */
  readonly taken: Emitted[]
  findings(): Promise<Finding[]>
}

async function open(t: Test): Promise<System> {
  const on = await connectRedis(t)
  const taken: Emitted[] = []
  const outputs = [output<unknown>('added'), output<unknown>('dead'), output<unknown>('erased')]
  const topology = shopTopology(1, {
    erasures: output<Erasure>('erased'), encryption: encrypted(t),
    target: { actor: cart, message: 'add', body: (value: { addition: Addition }) => value.addition },
    sinks: [{ name: 'memory', outputs, batchRecordsMax: 100, lingerMs: 5,
      insert: ({ emitted }) => { taken.push(...emitted); return Promise.resolve() } }],
  })
  const options = { redisUrl: on.server.url, topology }
  const node = await startNode({ ...options, threads: 0 })
  const client = await openTopologyClient(options)
  const operations = await openOperations(options)
  t.teardown(async () => {
    await client.close()
    operations.close()
    await node.stop()
  })
  return { ...on, topology, client, node, operations, taken,
    async findings() {
      await settled(client)
      const found: Finding[] = []
      const how = { ...options, identity, deep: 'all' as const }
      for await (const { findings } of verifyTopology(how)) found.push(...findings)
      return found
    } }
}

async function add(client: TopologyClient, key: string, ...items: string[]): Promise<string[]> {
  const answers = await client.append(items.map(item => ({ key, eventTime: Date.now() + 3_600_000,
    value: { id: item, addition: { item, count: 1 } },
    idempotency: { id: idOf(item), fingerprint: item, origin: 'test' } })))
  return answers.map(({ outcome }) => outcome)
}

async function erase({ client }: System, key: string, keeps?: (item: string) => boolean): Promise<string> {
  return client.eraser.append({ id: `e-${key}-${Math.random()}`, key, ...(keeps ? {
    retell: said => Promise.resolve(said.map(one => (keeps((one.value as { id: string }).id) ? one : null))),
  } : {}) })
}

/** Whether a file of Redis, once all is on disk, has the text. */
async function isOnDisk({ redis, server }: System, text: string): Promise<boolean> {
  await send(redis, 'SAVE', [])
  await send(redis, 'CONFIG', ['SET', 'appendfsync', 'always'])
  await send(redis, 'SET', ['fsync', 'x'])
  return readdirSync(server.dir, { recursive: true, withFileTypes: true }).filter(one => one.isFile())
    .some(one => readFileSync(join(one.parentPath, one.name)).includes(text))
}

t.setTimeout(120_000)

t.test('nothing that was said is legible on the disk, and all of it is there', async t => {
  const system = await open(t)
  t.equal(await isOnDisk(system, 'zanzibar'), false)
  await send(system.redis, 'SET', ['control', 'plain control'])
  t.ok(await isOnDisk(system, 'plain control'), 'it would be found')
  await add(system.client, 'ada', 'zanzibar1', 'zanzibar2', 'broken', 'zanzibar1 again')
  await add(system.client, 'bob', 'tea', 'oslo')
  t.strictSame(await add(system.client, 'ada', 'zanzibar1'), ['repeated'])
  await settled(system.client)
  for (const text of ['zanzibar', 'broken', 'this one is', 'oslo']) {
    t.equal(await isOnDisk(system, text), false, text)
  }
  const state = (await system.client.state(cart, 'ada'))!
  t.strictSame(Object.fromEntries(state.items.entries()),
    { zanzibar1: 1, zanzibar2: 1, 'zanzibar1 again': 1 })
  const some = await system.client.rows(cart, 'ada', 'prices', ['zanzibar2', 'none'])
  t.strictSame(some, [1, undefined])
  const rows: [string, unknown][] = []
  for await (const row of system.client.allRows(cart, 'ada', 'prices')) rows.push(row)
  t.strictSame(rows.map(([name]) => name).sort(), ['zanzibar1', 'zanzibar1 again', 'zanzibar2'])
  t.strictSame(system.taken.filter(({ output: name, key }) => name === 'added' && key === 'ada')
    .map(({ value }) => (value as { item: string }).item), ['zanzibar1', 'zanzibar2', 'zanzibar1 again'])
  for await (const letter of system.operations.letters.list({})) {
    t.match(letter, { key: 'ada', value: { id: 'broken' } })
  }
  t.match(await system.operations.letters.move('redrive', {}), { moved: 1, failedAgain: 1 })
  t.strictSame(await system.findings(), [])
})

t.test('an erasure destroys the key in its act, and what comes after is taken', async t => {
  const system = await open(t)
  const stale = await openTopologyClient({ redisUrl: system.server.url, topology: system.topology })
  t.teardown(() => stale.close())
  await add(stale, 'ada', 'tea')
  await add(system.client, 'ada', 'ham')
  await add(system.client, 'bob', 'jam')
  await settled(system.client)
  const entry = await erase(system, 'ada')
  const lines = await send(system.redis, 'HVALS', [system.keys.dataKeys(0, 'additions')]) as Buffer[]
  t.ok(lines.map(String).includes(`${entry} -`), 'in the act of the append')
  t.strictSame(await add(stale, 'ada', 'new1'), ['appended'], 'its gateway remembered the destroyed key')
  t.strictSame(await add(system.client, 'ada', 'new2'), ['appended'])
  await settled(system.client)
  for (const client of [stale, system.client]) {
    const state = (await client.state(cart, 'ada'))!
    t.strictSame(Object.fromEntries(state.items.entries()), { new1: 1, new2: 1 })
    t.strictSame(await client.rows(cart, 'ada', 'prices', ['new1', 'tea']), [1, undefined])
  }
  t.strictSame(await system.findings(), [])
  const { isPassed, behind } = await system.client.eraser.passed('ada', entry, patience)
  t.ok(isPassed)
  await system.client.eraser.sweep('ada', entry, behind)
  t.strictSame(await system.findings(), [])
})

t.test('some records erased: the others are told again under another key', async t => {
  const system = await open(t)
  await add(system.client, 'ada', 'tea', 'canary', 'ham')
  await settled(system.client)
  const entry = await erase(system, 'ada', item => item !== 'canary')
  await add(system.client, 'ada', 'jam')
  await settled(system.client)
  const state = (await system.client.state(cart, 'ada'))!
  t.strictSame(Object.fromEntries(state.items.entries()), { tea: 1, ham: 1, jam: 1 })
  const said: unknown[] = []
  for await (const { value } of system.client.eraser.said('ada')) said.push((value as { id: string }).id)
  t.strictSame(said, ['tea', 'ham', 'jam'])
  await system.client.eraser.passed('ada', entry, patience)
  await system.client.eraser.sweep('ada', entry, [])
  t.strictSame(await system.findings(), [])
})

t.test('erasures while several gateways append: what follows the last one is there', async t => {
  const system = await open(t)
  const others = await Promise.all([1, 2].map(() =>
    openTopologyClient({ redisUrl: system.server.url, topology: system.topology })))
  t.teardown(() => Promise.all(others.map(client => client.close())))
  const clients = [system.client, ...others]
  let last: string[] = []
  for (let round = 0; round < 13; round++) {
    const words = clients.map((_, writer) => [0, 1, 2].map(i => `${round}-${writer}-${i}`))
    const writing = clients.map(async (client, writer) => {
      for (const word of words[writer]) t.strictSame(await add(client, 'ada', word), ['appended'])
    })
    const isLast = round === 12
    await Promise.all([...writing, isLast || erase(system, 'ada', round % 3 === 2 ? () => true : undefined)])
    last = words.flat()
  }
  await settled(system.client)
  const state = (await system.client.state(cart, 'ada'))!
  const items = Object.fromEntries(state.items.entries())
  t.strictSame(last.filter(item => items[item] !== 1), [])
  t.strictSame(Object.values(items).filter(count => count !== 1), [])
  t.strictSame(await system.findings(), [])
})

t.test('what cannot be opened becomes a dead letter, and the others go on', async t => {
  const system = await open(t)
  await add(system.client, 'ada', 'tea')
  await add(system.client, 'bob', 'jam')
  await settled(system.client)
  const hash = system.keys.state(0, 'shop.1', 'cart', 'ada')
  await system.node.stop()
  await send(system.redis, 'HSET', [hash, 'additions', Buffer.concat([
    await send(system.redis, 'HGET', [hash, 'additions']) as Buffer, Buffer.from('x')])])
  const keysHash = system.keys.dataKeys(0, 'additions')
  await add(system.client, 'eve', 'lost')
  await send(system.redis, 'HDEL', [keysHash, system.keys.digest(0, 'additions', 'eve')])
  const node = await startNode({ redisUrl: system.server.url, topology: system.topology, threads: 0 })
  t.teardown(() => node.stop())
  await add(system.client, 'ada', 'ham')
  await add(system.client, 'bob', 'soda')
  await until('bob goes on', async () => (await system.client.state(cart, 'bob'))?.additions.get() === 2)
  await settled(system.client)
  const letters: [string, string][] = []
  for await (const { key, error } of system.operations.letters.list({})) letters.push([key, error.code])
  t.strictSame(letters.sort(), [['ada', 'CIPHER_BROKEN'], ['eve', 'CIPHER_KEY_MISSING']])
})

t.test('a topic stays what it was begun as', async t => {
  const system = await open(t)
  const plain = { ...system.topology, encryption: undefined }
  const refused = (topology: Topology, code: string): Promise<unknown> =>
    t.rejects(openTopologyClient({ redisUrl: system.server.url, topology }), { code })
  await refused(plain, 'ENCRYPTION_FIXED')
  const off = { ...system.topology.encryption!, asked: 'off' as const }
  await refused({ ...system.topology, encryption: off }, 'ENCRYPTION_FIXED')
  await refused({ ...system.topology, relays: true }, 'CIPHER_RELAYS')
  const other = { redisUrl: system.server.url, namespace: 'other' }
  const first = await openTopologyClient({ ...other, topology: plain })
  await first.close()
  const later = await openTopologyClient({ ...other, topology: system.topology })
  await add(later, 'ada', 'legible')
  await later.close()
  t.ok(await isOnDisk(system, 'legible'), 'a folder of before goes on as it is')
})
