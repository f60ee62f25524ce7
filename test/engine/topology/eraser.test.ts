/**
 * The eraser on a real Redis with a running node: G1 what is erased is nowhere in Redis, G2 what stays is as
 * if the rest had never been, and others lose nothing; `verify` finds the system whole at every step.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  createSavepoint, openTopologyClient, output, restoreSavepoint, startNode, verifyTopology, type Erasure,
  type Finding, type Identity, type Node, type TopologyClient,
} from '../../../engine/index.js'
import { fieldsOf, send } from '../../../engine/redis/index.js'
import { connectRedis, type Connected } from '../../support/connection.js'
import { settled } from '../../support/settled.js'
import { cart, shopTopology, type Addition } from './shop.js'

const topology = shopTopology(2, {
  erasures: output<Erasure>('erased'),
  target: { actor: cart, message: 'add', body: (value: { addition: Addition }) => value.addition },
})
const identity: Identity = {
  of(value) {
    const { id } = value as { id?: string }
    return id === undefined ? undefined : { id, fingerprint: id }
  },
}
const patience = 30_000

interface System extends Connected {
  readonly client: TopologyClient
  readonly node: Node
  add(key: string, items: readonly string[], eventTime?: number): Promise<string[]>
  findings(): Promise<Finding[]>
  /** Names of keys in whose bytes the text is. */
  placesOf(text: string): Promise<string[]>
}

async function open(t: Test): Promise<System> {
  const on = await connectRedis(t)
  const options = { redisUrl: on.server.url, namespace: on.keys.namespace, topology }
  const node = await startNode({ ...options, threads: 0 })
  const client = await openTopologyClient(options)
  t.teardown(async () => {
    await client.close()
    await node.stop()
  })
  return { ...on, client, node,
    async add(key, items, eventTime = 1) {
      const answers = await client.append(items.map(item => ({ key, eventTime,
        value: { id: item, addition: { item, count: 1 } },
        idempotency: { id: item, fingerprint: item, origin: 'test' } })))
      return answers.map(({ outcome }) => outcome)
    },
    async findings() {
      await settled(client)
      const found: Finding[] = []
      const how = { ...options, identity, deep: 'all' as const }
      for await (const { findings } of verifyTopology(how)) found.push(...findings)
      return found
    },
    async placesOf(text) {
      const names = (await send(on.redis, 'KEYS', [`${on.keys.namespace}:*`]) as Buffer[]).map(String)
      const dumps = await Promise.all(names.map(async name => [name, await bytesOf(on, name)] as const))
      return dumps.filter(([name, bytes]) => `${name} ${bytes}`.includes(text)).map(([name]) => name)
    } }
}

/** Everything that a key of Redis holds, unpacked as Redis sends it. */
async function bytesOf({ redis }: Connected, name: string): Promise<string> {
  const type = String(await send(redis, 'TYPE', [name]))
  const reply = type === 'stream' ? await send(redis, 'XRANGE', [name, '-', '+'])
    : type === 'zset' ? await send(redis, 'ZRANGE', [name, 0, -1])
      : type === 'hash' ? await send(redis, 'HGETALL', [name]) : await send(redis, 'GET', [name])
  return type === 'hash' ? JSON.stringify(Object.entries(fieldsOf(reply)).flat().map(String))
    : String((reply as unknown[] | string))
}

async function erase(system: System, key: string, id: string,
  keep?: (value: { id: string }) => boolean): Promise<{ entry: string, records: number, letters: number }> {
  const { eraser } = system.client
  const entry = await eraser.append({ id, key,
    ...(keep ? { retell: said => Promise.resolve(said.map(one =>
      (keep(one.value as { id: string }) ? one : null))) } : {}) })
  const { isPassed, behind } = await eraser.passed(key, entry, patience)
  if (!isPassed) throw new Error('not passed')
  return { entry, ...await eraser.sweep(key, entry, behind) }
}

t.setTimeout(90_000)

t.test('G1: state, log, letters, timers, ids and outputs of the key are gone, those of others are not',
  async t => {
  const system = await open(t)
  await system.add('ada', ['canary1', 'broken', 'canary2'])
  await system.add('bob', ['tea', 'broken'])
  await settled(system.client)
  t.ok((await system.placesOf('canary1')).length > 3)
  const { records, letters } = await erase(system, 'ada', 'e1')
  t.equal(records, 4, 'three, and the erasure itself')
  t.equal(letters, 1)
  for (const text of ['canary1', 'canary2', 'ada']) {
    const places = await system.placesOf(text)
    t.strictSame(places.filter(name => !name.endsWith(':registry:node')), [], `${text}, but for the hot keys`)
  }
  t.equal(await system.client.state(cart, 'ada'), null)
  t.equal((await system.client.state(cart, 'bob'))?.additions.get(), 1)
  t.strictSame(await system.findings(), [])
})

t.test('what others emit while the erasure is swept stays for whoever follows', async t => {
  const system = await open(t)
  await system.add('ada', ['canary'])
  const { eraser } = system.client
  const entry = await eraser.append({ id: 'e1', key: 'ada' })
  const { behind } = await eraser.passed('ada', entry, patience)
  const sweeping = eraser.sweep('ada', entry, behind)
  const partition = system.client.partitionOf('ada')
  const other = ['bob', 'cat', 'dan', 'eve', 'fay'].find(key => system.client.partitionOf(key) === partition)
  await system.add(other ?? '', ['latecomer'])
  await settled(system.client)
  await sweeping
  const places = await system.placesOf('latecomer')
  t.ok(places.some(name => name.endsWith(':out')), places.join(' '))
  t.strictSame((await system.placesOf('canary')).filter(name => name.endsWith(':out')), [])
})

t.test('a copy of the log that a killed rewriting left goes too; one in the making stays', async t => {
  const system = await open(t)
  await system.add('ada', ['canary'])
  const partition = system.client.partitionOf('ada')
  const { source } = topology
  const [left, live] = ['0.killed', '1000.at-it'].map(name =>
    system.keys.copy(partition, source.topic, name))
  for (const copy of [left, live]) await send(system.redis, 'XADD', [copy, '1-0', 'd', 'canary'])
  await erase(system, 'ada', 'e1')
  t.strictSame((await system.placesOf('canary')).filter(name => !name.endsWith(':registry:node')), [live])
})

t.test('what is older than the erasure is refused until it is readmitted; newer begins anew', async t => {
  const system = await open(t)
  const now = Date.now()
  await system.add('ada', ['tea', 'ham'], now - 5_000)
  await erase(system, 'ada', 'e1')
  t.strictSame(await system.add('ada', ['tea', 'jam'], now - 5_000), ['erased', 'erased'])
  t.strictSame(await system.add('ada', ['tea'], now + 3_600_000), ['appended'])
  await settled(system.client)
  t.equal((await system.client.state(cart, 'ada'))?.additions.get(), 1)
  t.ok(await system.client.eraser.readmit('ada'))
  t.strictSame(await system.add('ada', ['ham'], now - 5_000), ['appended'])
  t.notOk(await system.client.eraser.readmit('bob'))
  t.strictSame(await system.findings(), [])
})

t.test('the same erasure again does nothing, also when the key has new records', async t => {
  const system = await open(t)
  await system.add('ada', ['tea'])
  const first = await erase(system, 'ada', 'e1')
  await system.client.eraser.readmit('ada')
  await system.add('ada', ['ham'])
  const again = await erase(system, 'ada', 'e1')
  t.equal(again.entry, first.entry)
  t.equal((await system.client.state(cart, 'ada'))?.additions.get(), 1)
  t.strictSame(await system.findings(), [])
})

t.test('G2: with records that stay, the state is what they alone would have made', async t => {
  const system = await open(t)
  await system.add('ada', ['tea', 'canary', 'ham'])
  await settled(system.client)
  await erase(system, 'ada', 'e1', ({ id }) => id !== 'canary')
  t.strictSame(await system.placesOf('canary'), [system.keys.ids(system.client.partitionOf('ada'),
    'additions', 'ada')], 'its id alone is known, so that it is not taken for new')
  const state = await system.client.state(cart, 'ada')
  t.strictSame(state?.items.entries(), [['ham', 1], ['tea', 1]])
  t.strictSame(await system.add('ada', ['tea', 'canary', 'ham']), ['repeated', 'duplicate', 'repeated'])
  t.strictSame(await system.findings(), [])
  await erase(system, 'ada', 'e2', ({ id }) => id !== 'ham')
  t.strictSame((await system.client.state(cart, 'ada'))?.items.entries(), [['tea', 1]])
  t.strictSame(await system.add('ada', ['tea', 'canary', 'ham']), ['repeated', 'duplicate', 'duplicate'])
  t.strictSame(await system.findings(), [])
})

t.test('records that come while keys are erased and logs rewritten are all there', async t => {
  const system = await open(t)
  const keys = Array.from({ length: 8 }, (_, i) => `key ${i}`)
  const items = Array.from({ length: 30 }, (_, i) => `item ${i}`)
  const erased = ['gone 0', 'gone 1', 'gone 2', 'gone 3']
  for (const key of erased) await system.add(key, ['canary', 'tea'])
  const flow = (async () => {
    for (const item of items) await Promise.all(keys.map(key => system.add(key, [item])))
  })()
  await Promise.all(erased.map((key, i) =>
    erase(system, key, key, i % 2 === 0 ? undefined : ({ id }) => id === 'tea')))
  await flow
  await settled(system.client)
  for (const key of keys) {
    t.equal((await system.client.state(cart, key))?.additions.get(), items.length, key)
  }
  const places = await system.placesOf('canary')
  t.ok(places.every(name => name.includes(':ids:')), places.join())
  t.strictSame(await system.findings(), [])
})

t.test('a savepoint from before, restored, brings no erased key back', async t => {
  const system = await open(t)
  await system.add('ada', ['canary', 'broken'])
  await system.add('bob', ['tea'])
  await settled(system.client)
  const folder = mkdtempSync(join(tmpdir(), 'hinata-erased-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const where = { redisUrl: system.server.url, namespace: system.keys.namespace, topology, folder, name: 's' }
  await createSavepoint(where)
  await erase(system, 'ada', 'e1')
  await system.node.stop()
  await restoreSavepoint(where)
  const node = await startNode({ ...where, threads: 0 })
  t.teardown(() => node.stop())
  await settled(system.client)
  t.strictSame((await system.placesOf('canary')), [])
  t.equal(await system.client.state(cart, 'ada'), null)
  t.equal((await system.client.state(cart, 'bob'))?.additions.get(), 1)
})
