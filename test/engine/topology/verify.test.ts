/** `verifyTopology` finds what is wrong: each sort of damage is done once to a topology that was good. */
import t from 'tap'
import { verifyTopology, type Finding, type VerifyOptions } from '../../../engine/index.js'
import { Keyspace } from '../../../engine/record/keys.js'
import { send } from '../../../engine/redis/index.js'
import { identity } from '../../faults/checker.js'
import { Rig } from '../../faults/rig.js'
import { startRedis, type TestRedis } from '../../support/redis.js'

const topologyName = 'orders.1'
let server: TestRedis

t.setTimeout(60_000)
t.before(async () => { server = await startRedis() })
t.teardown(() => server.stop())

/** A folded topology of one partition, and what its verification finds. */
async function foldedRig(): Promise<{ rig: Rig, keys: Keyspace, verify: typeof findingsOf }> {
  const rig = await Rig.open({ url: server.url, seed: 2, partitions: 1, accounts: 3 })
  const node = await rig.startNode()
  for (let i = 0; i < 5; i++) await rig.send(8)
  await rig.settled()
  await node.stop()
  return { rig, keys: new Keyspace(rig.namespace), verify: findingsOf }
}

async function findingsOf(rig: Rig, deep?: VerifyOptions['deep']): Promise<Finding[]> {
  const found: Finding[] = []
  const options = { redisUrl: rig.url, namespace: rig.namespace, topology: rig.topology, identity, deep }
  for await (const { findings } of verifyTopology(options)) found.push(...findings)
  return found
}

type Damage = (rig: Rig, keys: Keyspace) => Promise<unknown>
const damages: readonly [what: string, damage: Damage, check: string, kind: string, isDeep?: boolean][] = [
  ['an entry of the log is gone', async ({ monitor }, keys) => {
    const [[id]] = await send(monitor, 'XRANGE', [keys.log(0, 'orders'), '-', '+', 'COUNT', 1]) as [Buffer][]
    return send(monitor, 'XDEL', [keys.log(0, 'orders'), id])
  }, 'log', 'lost'],
  ['a block stands in the log twice', async ({ monitor }, keys) => {
    const [[, fields]] = await send(monitor, 'XRANGE', [keys.log(0, 'orders'), '-', '+', 'COUNT', 1]) as
      [Buffer, Buffer[]][]
    return send(monitor, 'XADD', [keys.log(0, 'orders'), '*', 'd', fields[1]])
  }, 'log', 'doubled'],
  ['an id is forgotten', ({ monitor }, keys) =>
    send(monitor, 'HDEL', [keys.ids(0, 'orders', 'account 1'), '1']), 'ids', 'lost'],
  ['a known id stands nowhere', ({ monitor }, keys) => send(monitor, 'HSET',
    [keys.ids(0, 'orders', 'account 1'), '999', `${'f'.repeat(32)}1-1:0`]), 'ids', 'lost'],
  ['a record was counted twice', ({ monitor }, keys) =>
    send(monitor, 'HINCRBY', [keys.checkpoint(0, topologyName), 'folded', 1]), 'checkpoint', 'lost'],
  ['the position is of no entry', ({ monitor }, keys) =>
    send(monitor, 'HSET', [keys.checkpoint(0, topologyName), 'position', '7-7']), 'checkpoint', 'changed'],
  ['a sink passed more than was emitted', ({ monitor }, keys) =>
    send(monitor, 'HINCRBY', [keys.sink(0, topologyName, 'rows'), 'inserted', 1]), 'outbox', 'doubled'],
  ['a sink passed less', ({ monitor }, keys) =>
    send(monitor, 'HINCRBY', [keys.sink(0, topologyName, 'rows'), 'inserted', -1]), 'outbox', 'lost'],
  ['a cell has other bytes', ({ monitor }, keys) => send(monitor, 'HSET',
    [keys.state(0, topologyName, 'account', 'account 1'), 'orders', Buffer.from([1])]),
    'state', 'changed', true],
  ['an actor is gone', ({ monitor }, keys) =>
    send(monitor, 'DEL', [keys.state(0, topologyName, 'account', 'account 1')]),
    'state', 'lost', true],
  ['an actor came from nowhere', ({ monitor }, keys) => send(monitor, 'HSET',
    [keys.state(0, topologyName, 'account', 'account 99'), 'orders', Buffer.from([1])]),
    'state', 'doubled', true],
  ['a row of a table is gone', ({ monitor }, keys) =>
    send(monitor, 'DEL', [keys.table(0, topologyName, 'account', 'prices', 'account 1')]),
    'state', 'lost', true],
]

t.test('a good topology has no findings, whole and for one key', async t => {
  const { rig, verify } = await foldedRig()
  t.strictSame(await verify(rig, 'all'), [])
  t.strictSame(await verify(rig, { key: 'account 1' }), [])
  await rig.close()
})

t.test('an id that came again from elsewhere is no finding', async t => {
  const { rig, keys, verify } = await foldedRig()
  const hash = keys.ids(0, 'orders', 'account 1')
  const known = String(await send(rig.monitor, 'HGET', [hash, '1']))
  await send(rig.monitor, 'HSET', [hash, '1', `${known} ${'e'.repeat(32)}-`]) // as append-unique notes it
  t.strictSame(await verify(rig), [])
  await rig.close()
})

for (const [what, damage, check, kind, isDeep] of damages) {
  t.test(what, async t => {
    const { rig, keys, verify } = await foldedRig()
    await damage(rig, keys)
    const found = await verify(rig, isDeep ? 'all' : undefined)
    t.ok(found.some(finding => finding.check === check && finding.kind === kind), JSON.stringify(found))
    if (isDeep) t.strictSame(await verify(rig), [], 'only a replay shows it')
    await rig.close()
  })
}

t.test('it may be run while records flow: a moving system has no findings', async t => {
  const rig = await Rig.open({ url: server.url, seed: 4, partitions: 2, isRelaying: true })
  const node = await rig.startNode()
  rig.startFlow(5)
  for (let i = 0; i < 3; i++) t.strictSame(await findingsOf(rig, 'all'), [])
  t.ok(await rig.folded() > 0, 'it moved')
  await rig.stopFlow()
  await rig.settled()
  await node.stop()
  await rig.close()
})
