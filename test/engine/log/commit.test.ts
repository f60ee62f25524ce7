/** The commit script: everything or nothing (G2), one writer (G4), harmless when repeated. */
import t, { type Test } from 'tap'
import {
  commitBatch, readRange, renewLease, takeLease, type Commit, type CommitKeys, type Lease,
} from '../../../engine/log/index.js'
import { fieldsOf, send, type RedisConnection } from '../../../engine/redis/index.js'
import { connectRedis, openConnection, type Connected } from '../../support/connection.js'
import { startProxy } from '../../support/proxy.js'

const hashKey = 'h:{0}:shop.1:s:cart:ada'

interface Subject extends Connected {
  readonly names: CommitKeys
  readonly lease: Lease
}

async function openSubject(t: Test, extra: string[] = []): Promise<Subject> {
  const on = await connectRedis(t, extra)
  const names = {
    checkpoint: on.keys.checkpoint(0, 'shop.1'), outbox: on.keys.outbox(0, 'shop.1'),
    timers: on.keys.timers(0, 'shop.1'), dead: on.keys.dead(0, 'shop.1'),
    changed: on.keys.changed(0, 'shop.1'),
  }
  return { ...on, names, lease: (await takeLease(on.redis, names.checkpoint, 'me', 60_000))! }
}

const commitOf = ({ epoch, history }: Lease, changes: Partial<Commit> = {}): Commit => ({
  epoch, history, sequence: 0, position: '5-0', folded: 3, emitted: 2,
  outputs: [Buffer.from('o'), Buffer.from('ut')],
  dead: [Buffer.from('letter')],
  timers: new Map([['late', 100], ['early', 50]]),
  hashes: [{ key: hashKey, puts: ['total', Buffer.from('1'), 'gone', Buffer.from('2')], removals: [] }],
  ...changes,
})

/** Everything in Redis, for comparison. */
async function dump(redis: RedisConnection): Promise<Record<string, string>> {
  const names = (await send(redis, 'KEYS', ['*']) as Buffer[]).map(String).sort()
  const dumps = await Promise.all(names.map(name => send(redis, 'DUMP', [name]) as Promise<Buffer>))
  return Object.fromEntries(names.map((name, i) => [name, dumps[i].toString('hex')]))
}

t.test('writes state, timers, outputs, dead letters and position together', async t => {
  const { redis, names, lease } = await openSubject(t)
  await commitBatch(redis, 0, names, commitOf(lease))
  await commitBatch(redis, 0, names, commitOf(lease, {
    sequence: 1, position: '9-1', timers: new Map([['late', null], ['early', 75]]), dead: [],
    outputs: [],
    emitted: 0, hashes: [{ key: hashKey, puts: ['total', Buffer.from('7')], removals: ['gone', 'never'] }],
  }))
  const checkpoint = fieldsOf(await send(redis, 'HGETALL', [names.checkpoint]))
  t.strictSame(['sequence', 'position', 'folded', 'emitted'].map(name => String(checkpoint[name])),
    ['2', '9-1', '6', '2'])
  t.strictSame(Object.entries(fieldsOf(await send(redis, 'HGETALL', [hashKey])))
    .map(([k, v]) => [k, String(v)]), [['total', '7']])
  t.strictSame((await readRange(redis, names.outbox, '-', '+', 9)).map(({ block }) => String(block)), ['out'])
  t.strictSame((await readRange(redis, names.dead, '-', '+', 9)).map(({ block }) => String(block)),
    ['letter'])
  t.strictSame(String(await send(redis, 'ZRANGE', [names.timers, 0, -1])), 'early')
  t.equal(Number(await send(redis, 'ZSCORE', [names.timers, 'early'])), 75)
})

t.test('G4: an old epoch is fenced and leaves no trace', async t => {
  const { redis, names, lease } = await openSubject(t)
  await commitBatch(redis, 0, names, commitOf(lease))
  await takeLease(redis, names.checkpoint, 'me', 60_000)
  const before = await dump(redis)
  await t.rejects(commitBatch(redis, 0, names, commitOf(lease, { sequence: 1, position: '9-0' })),
    { code: 'TASK_FENCED', details: { epoch: lease.epoch, found: String(lease.epoch + 1) } })
  t.strictSame(await dump(redis), before)
})

t.test('G2: a commit that does not continue the stored one is refused and leaves no trace', async t => {
  const { redis, names, lease } = await openSubject(t)
  await commitBatch(redis, 0, names, commitOf(lease))
  const before = await dump(redis)
  for (const wrong of [{ sequence: 0, position: '6-0' }, { sequence: 2, position: '9-0' },
    { sequence: 7, position: '5-0' }]) {
    await t.rejects(commitBatch(redis, 0, names, commitOf(lease, wrong)),
      { code: 'POSITION_CONFLICT', details: { found: '1' } })
  }
  t.strictSame(await dump(redis), before)
})

t.test('a repeated call succeeds and changes nothing', async t => {
  const { redis, names, lease } = await openSubject(t)
  await commitBatch(redis, 0, names, commitOf(lease))
  const before = await dump(redis)
  await commitBatch(redis, 0, names, commitOf(lease))
  t.strictSame(await dump(redis), before)
})

t.test('a commit whose reply was lost is sent again and done once', async t => {
  const on = await openSubject(t)
  const proxy = await startProxy(on.server.port)
  t.teardown(() => proxy.stop())
  const redis = await openConnection(t, `redis://127.0.0.1:${proxy.port}`)
  for (let sequence = 0; sequence < 5; sequence++) {
    proxy.loseReplies(1)
    await commitBatch(redis, 0, on.names, commitOf(on.lease, { sequence, position: `${sequence + 1}-0` }))
  }
  t.equal(proxy.lost, 5)
  t.equal((await readRange(on.redis, on.names.outbox, '-', '+', 99)).length, 5)
  t.equal(String(await send(on.redis, 'HGET', [on.names.checkpoint, 'folded'])), '15')
})

t.test('a commit may change more fields than one command of a script can name', async t => {
  const { redis, names, lease } = await openSubject(t)
  const fields = Array.from({ length: 12_345 }, (_, i) => `f${i}`)
  const puts = fields.flatMap(field => [field, Buffer.from(field)])
  await commitBatch(redis, 0, names, commitOf(lease, {
    hashes: [{ key: hashKey, puts, removals: [] },
      { key: `${hashKey}2`, puts: ['one', Buffer.from('1')], removals: [] }],
    timers: new Map(fields.map((field, i) => [field, i])),
  }))
  t.equal(await send(redis, 'HLEN', [hashKey]), fields.length)
  t.equal(await send(redis, 'ZCARD', [names.timers]), fields.length)
  t.equal(await send(redis, 'HLEN', [`${hashKey}2`]), 1)
  await commitBatch(redis, 0, names, commitOf(lease, {
    sequence: 1, position: '9-0', hashes: [{ key: hashKey, puts: ['f0', Buffer.from('x')],
      removals: fields.slice(1) }],
  }))
  t.strictSame((await send(redis, 'HKEYS', [hashKey]) as Buffer[]).map(String), ['f0'])
})

t.test('a Redis that was started again takes no commit of a lease of its earlier life', async t => {
  const { server, redis, names, lease } = await openSubject(t, ['--appendfsync', 'always'])
  await commitBatch(redis, 0, names, commitOf(lease))
  await server.kill()
  await server.restart()
  const before = await dump(redis)
  await t.rejects(commitBatch(redis, 0, names, commitOf(lease, { sequence: 1, position: '9-0' })),
    { code: 'REDIS_RESTARTED', details: { partition: 0 } })
  t.strictSame(await dump(redis), before)
  t.equal(await renewLease(redis, names.checkpoint, lease, 60_000), false, 'its owner learns of it')
  const next = (await takeLease(redis, names.checkpoint, 'me', 60_000))!
  t.equal(next.checkpoint.sequence, 1)
  await commitBatch(redis, 0, names, commitOf(next, { sequence: 1, position: '9-0' }))
})
