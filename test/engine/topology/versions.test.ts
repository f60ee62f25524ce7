/**
 * Versions side by side on real Redis, with real nodes: following, comparing, promoting and rolling back
 * while orders flow, a share of the readers, dropping.
 */
import t, { type Test } from 'tap'
import {
  openTopologyClient, openVersions, startNode, type Emitted, type Followed, type Node, type Topology,
  type TopologyClient, type Versions,
} from '../../../engine/index.js'
import { Keyspace } from '../../../engine/record/keys.js'
import { fieldsOf, send, type RedisConnection } from '../../../engine/redis/index.js'
import { versionFor } from '../../../engine/topology/live-version.js'
import { connectRedis } from '../../support/connection.js'
import { seededRandom } from '../../support/random.js'
import { until } from '../../support/until.js'
import { ringTopology } from './rings.js'
import { added, cart, shopTopology, type Addition } from './shop.js'

const partitions = 4
const carts = Array.from({ length: 30 }, (_, i) => `cart ${i}`)
const keys = new Keyspace('h')

t.setTimeout(120_000)

/** A system of two versions with the outputs that each one's sink inserted. */
interface Shop {
  readonly t: Test
  readonly redis: RedisConnection
  readonly url: string
  readonly client: TopologyClient
  readonly versions: Versions
  readonly inserted: { readonly version: number, readonly emitted: Emitted }[]
  readonly sent: Map<string, number>
  startVersion(version: number, changes?: Partial<Topology>): Promise<Node>
  add(count: number): Promise<void>
  settled(): Promise<void>
}

async function openShop(t: Test): Promise<Shop> {
  const { server, redis } = await connectRedis(t)
  const inserted: Shop['inserted'] = []
  const tokens = new Set<string>()
  const sent = new Map<string, number>()
  const random = seededRandom(3)
  const topologyOf = (version: number): Topology => shopTopology(partitions, {
    version, relays: true, sinks: [{
      name: 'rows', outputs: [added], batchRecordsMax: 50, lingerMs: 2,
      insert: ({ token, emitted }) => {
        if (!tokens.has(token)) for (const one of emitted) inserted.push({ version, emitted: one })
        tokens.add(token)
        return Promise.resolve()
      },
    }],
  })
  const nodes: Node[] = []
  const options = { redisUrl: server.url, topology: topologyOf(1) }
  const client = await openTopologyClient(options)
  const versions = await openVersions(options)
  t.teardown(async () => {
    for (const node of nodes) await node.stop()
    versions.close()
    await client.close()
  })
  return {
    t, redis, url: server.url, client, versions, inserted, sent,
    async startVersion(version, changes = {}) {
      const node = await startNode({ redisUrl: server.url, topology: { ...topologyOf(version), ...changes },
        leaseMs: 1_000 })
      nodes.push(node)
      return node
    },
    async add(count) {
      for (let i = 0; i < count; i++) {
        const records = Array.from({ length: 10 }, () => {
          const key = carts[Math.floor(random() * carts.length)]
          sent.set(key, (sent.get(key) ?? 0) + 1)
          const value: Addition = { item: ['tea', 'ham', 'jam'][Math.floor(random() * 3)], count: 1 }
          return { key, eventTime: i, value }
        })
        await client.append(records)
      }
    },
    async settled() {
      for (const key of carts) if (!await client.settled(key, 30_000)) throw new Error(`${key} not settled`)
    },
  }
}

async function caughtUp(shop: Shop, version: number): Promise<void> {
  await until(`version ${version} has caught up`, async () => {
    const one = (await shop.versions.progress()).find(found => found.version === version)
    return one && one.folded === one.appended
  })
}

/** Every addition is in the state once, and its output was inserted once and in order. */
async function assertExact(shop: Shop): Promise<void> {
  const { t, client, sent, inserted } = shop
  await shop.settled()
  const total = [...sent.values()].reduce((sum, count) => sum + count, 0)
  await until('all outputs are inserted', () => inserted.length >= total)
  const wrong: string[] = []
  for (const [key, count] of sent) {
    const state = await client.state(cart, key)
    if (state?.additions.get() !== count) wrong.push(`${key}: ${state?.additions.get()} of ${count}`)
    const numbers = inserted.filter(({ emitted }) => emitted.key === key)
      .map(({ emitted }) => (emitted.value as { additions: number }).additions)
    if (numbers.length !== count || new Set(numbers).size !== count) wrong.push(`${key}: outputs ${numbers}`)
  }
  t.strictSame(wrong, [])
}

t.test('a version follows: same state, nothing emitted, nothing relayed twice', async t => {
  const shop = await openShop(t)
  await shop.startVersion(1)
  await shop.add(50)
  await shop.versions.add(2, {})
  await shop.startVersion(2)
  await shop.add(50)
  await shop.settled()
  await caughtUp(shop, 2)
  const differing = []
  let compared = 0
  const options = { onCompared: () => { compared++ } }
  for await (const difference of shop.versions.diff(1, 2, options)) differing.push(difference)
  t.strictSame(differing, [], 'equal, cell by cell')
  t.ok(compared >= carts.length, `${compared} actors were compared`)
  await assertExact(shop)
  t.notOk(shop.inserted.some(({ version }) => version === 2))
  for (let partition = 0; partition < partitions; partition++) {
    t.equal(await send(shop.redis, 'EXISTS', [keys.outbox(partition, 'shop.2')]), 0, 'an empty outbox')
    t.strictSame(await timersOf(shop, partition, 2), await timersOf(shop, partition, 1), 'the same timers')
  }
  t.match(await shop.versions.progress(), [
    { version: 1, livePartitions: partitions, ownedPartitions: partitions },
    { version: 2, livePartitions: 0, ownedPartitions: partitions },
  ])
})

t.test('promote and roll back under load: nothing lost, nothing doubled, followers see all', async t => {
  const shop = await openShop(t)
  await shop.startVersion(1)
  await shop.versions.add(2, {})
  await shop.startVersion(2)
  const stopping = new AbortController()
  const seen: number[] = Array.from({ length: partitions }, () => 0)
  const ids: string[][] = seen.map(() => [])
  const following = seen.map(async (_, partition) => {
    for await (const block of shop.client.follow(partition, '0-0', stopping.signal)) {
      seen[partition] += countOf(block)
      ids[partition].push('entry' in block ? block.entry : `gap to ${block.gapTo}`)
    }
  })
  let isFlowing = true
  const flow = (async () => { while (isFlowing) await shop.add(5) })()
  for (const version of [2, 1, 2]) {
    const before = shop.inserted.length
    await until('it flows', () => shop.inserted.length > before + 500)
    const held: number[] = []
    await shop.versions.promote(version, { nearMsMax: 20_000, onSwitched: (_, ms) => { held.push(ms) } })
    t.equal(held.length, partitions)
    t.comment(`held for ${held.join(', ')} ms`)
    const target = shop.inserted.length
    await until('the new version emits', () =>
      shop.inserted.slice(target).some(one => one.version === version))
  }
  for await (const { kind, key } of shop.versions.diff(2, 1)) { // D2: compared while both go on
    if (kind !== 'unsettled') t.fail(`${key} seems ${kind}`)
  }
  isFlowing = false
  await flow
  await assertExact(shop)
  t.equal(await shop.versions.previous(), 1)
  t.equal(shop.client.liveVersion(carts[0]), 2)
  const total = [...shop.sent.values()].reduce((sum, count) => sum + count, 0)
  await until('the followers have seen all', () => seen.reduce((sum, count) => sum + count, 0) >= total)
  t.equal(seen.reduce((sum, count) => sum + count, 0), total)
  t.strictSame(ids.flat().filter(id => id.startsWith('gap')), [])
  stopping.abort()
  await Promise.all(following)
  await caughtUp(shop, 1)
  for await (const difference of shop.versions.diff(2, 1)) t.fail(`differs: ${difference.key}`)
})

t.test('timers: each fires once for the outputs, whichever version is live', async t => {
  const shop = await openShop(t)
  const rings: string[] = []
  const tokens = new Set<string>() // a batch whose owner was fenced before it could note it comes again
  const sinks: Topology['sinks'] = [{
    name: 'rows', outputs: [added], batchRecordsMax: 50, lingerMs: 2,
    insert: ({ token, emitted }) => {
      if (!tokens.has(token)) rings.push(...emitted.map(({ key }) => key))
      tokens.add(token)
      return Promise.resolve()
    },
  }]
  for (const version of [1, 2]) {
    if (version === 2) await shop.versions.add(2, {})
    const node = await startNode({ redisUrl: shop.url, topology: ringTopology(partitions, version, sinks) })
    t.teardown(() => node.stop())
  }
  const client = await openTopologyClient({ redisUrl: shop.url, topology: ringTopology(partitions, 1, []) })
  const versions = await openVersions({ redisUrl: shop.url, topology: ringTopology(partitions, 1, []) })
  t.teardown(() => { versions.close(); return client.close() })
  await versions.add(2, {})
  const bells = Array.from({ length: 600 }, (_, i) => `bell ${i}`)
  let version = 2
  for (let i = 0; i < bells.length; i += 100) {
    await client.append(bells.slice(i, i + 100).map((key, j) => ({ key, eventTime: 0, value: 300 + 7 * j })))
    await until('some have rung', () => rings.length >= i / 2 + 10) // so that the switch meets some ringing
    await versions.promote(version, { nearMsMax: 20_000 })
    version = 3 - version
  }
  await until('all have rung', () => rings.length >= bells.length)
  t.strictSame([...rings].sort(), [...bells].sort(), 'each once')
})

t.test('a changed behaviour: the diff names exactly the actors that it changes', async t => {
  const shop = await openShop(t)
  await shop.startVersion(1)
  await shop.add(30)
  const doubled = { ...cart, receive: { ...cart.receive,
    add: (ctx: never, addition: never) => {
      const { key } = ctx as { key: string }
      const given = addition as Addition
      cart.receive.add(ctx, (key === 'cart 7' ? { ...given, count: 2 } : given) as never)
    } } }
  await shop.versions.add(2, { factor: 2 })
  await t.rejects(shop.versions.add(2, { factor: 3 }), { code: 'VERSION_EXISTS' })
  await t.rejects(shop.versions.add(1, {}), { code: 'VERSION_LIVE' })
  const { actors, ...rest } = shopTopology(partitions)
  await shop.startVersion(2, { actors: [doubled, ...actors.filter(one => one !== cart)],
    target: { ...rest.target, actor: doubled } })
  await shop.settled()
  await caughtUp(shop, 2)
  const found = []
  for await (const difference of shop.versions.diff(1, 2)) found.push(difference)
  t.strictSame(found.map(({ actor, key, kind }) => ({ actor, key, kind })),
    [{ actor: 'cart', key: 'cart 7', kind: 'changed' }])
  const cells = new Set(found[0].cells.map(({ cell }) => cell))
  t.ok(cells.has('items') && cells.has('prices') && !cells.has('additions'), [...cells].join(' '))
  const price = found[0].cells.find(({ cell }) => cell === 'prices')!
  const [{ before, after }] = price.paths
  t.equal(after, 2 * Number(before))
  const one = []
  for await (const difference of shop.versions.diff(1, 2, { key: 'cart 8' })) one.push(difference)
  t.strictSame(one, [])
})

t.test('a share of the keys is read from the new version; it can be taken back; then it is dropped',
  async t => {
  const shop = await openShop(t)
  const { t: _, client, versions, redis } = shop
  await shop.startVersion(1)
  await shop.add(20)
  await t.rejects(versions.share(2, 0.5), { code: 'VERSION_UNKNOWN' })
  await t.rejects(versions.promote(2, { nearMsMax: 100 }), { code: 'VERSION_UNKNOWN' })
  await versions.add(2, {})
  await t.rejects(versions.promote(2, { nearMsMax: 100 }), { code: 'VERSION_NOT_RUNNING' })
  await t.rejects(versions.previous(), { code: 'VERSION_NO_PREVIOUS' })
  const node = await shop.startVersion(2)
  await shop.settled()
  await caughtUp(shop, 2)
  for (const key of carts) { // a mark in the state of version 2, to see who reads it
    const hash = keys.state(client.partitionOf(key), 'shop.2', 'cart', key)
    if (await send(redis, 'EXISTS', [hash])) await send(redis, 'HSET', [hash, 'additions', Buffer.from([99])])
  }
  const readers = async (): Promise<string[]> => {
    const found: string[] = []
    for (const key of carts) if ((await client.state(cart, key))?.additions.get() === 99) found.push(key)
    return found
  }
  await versions.share(2, 0.3)
  const some = await readers()
  const pointer = { version: 1, previous: null, generation: 0, canary: { version: 2, share: 3_000 } }
  t.strictSame(some, carts.filter(key => shop.sent.has(key) && versionFor(pointer, key) === 2))
  t.ok(some.length > 0 && some.length < shop.sent.size, `${some.length} of ${shop.sent.size}`)
  t.match(await versions.progress(), [{ version: 1, share: 0 }, { version: 2, share: 0.3 }])
  await t.rejects(versions.drop(2, { waitMsMax: 0 }), { code: 'VERSION_LIVE' })
  await versions.share(2, 0)
  t.strictSame(await readers(), [])
  await t.rejects(versions.drop(2, { waitMsMax: 0 }), { code: 'VERSION_RUNNING' })
  await node.stop()
  await versions.drop(2, { waitMsMax: 5_000 })
  t.strictSame(await send(redis, 'KEYS', ['h:{*}:shop.2:*']), [])
  t.strictSame((await versions.progress()).map(({ version }) => version), [1])
})

function countOf(block: Followed): number {
  return 'entry' in block ? block.emitted.filter(({ output }) => output === added.output).length : 0
}

async function timersOf(shop: Shop, partition: number, version: number): Promise<unknown> {
  return fieldsOf(await send(shop.redis, 'ZRANGE',
    [keys.timers(partition, `shop.${version}`), 0, -1, 'WITHSCORES']))
}
