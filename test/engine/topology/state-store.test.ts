/** One conformance suite for every StateStore: memory (test driver) and Redis (tasks) cannot drift apart. */
import t, { type Test } from 'tap'
import { Activation, FieldChanges } from '../../../engine/actor/index.js'
import { commitBatch, takeLease } from '../../../engine/log/index.js'
import { Keyspace } from '../../../engine/record/keys.js'
import { closeRedis, openRedis } from '../../../engine/redis/index.js'
import { Journal } from '../../../engine/state/index.js'
import type { ChangedHash } from '../../../engine/topology/state-store.js'
import { MemoryStore } from '../../../engine/topology/memory-store.js'
import { RedisStore } from '../../../engine/topology/redis-store.js'
import type { StateStore } from '../../../engine/topology/state-store.js'
import { startRedis } from '../../support/redis.js'
import { cart } from './shop.js'

interface Subject {
  readonly store: StateStore
  write(hashes: ChangedHash[]): Promise<void>
}

function conforms(name: string, open: (t: Test) => Promise<Subject>): void {
  t.test(name, async t => {
    const { store, write } = await open(t)
    const row = (key: string, table: string, rows: string[]): Parameters<StateStore['load']>[1][number] =>
      ({ activation: new Activation(cart, key, new Journal()), table, rows })
    const text = (found: Uint8Array | null): string | null =>
      (found === null ? null : String(Buffer.from(found)))

    const nothing = await store.load([{ actor: 'cart', key: 'ada' }], [row('ada', 'prices', ['tea', 'ham'])])
    t.strictSame(nothing, { fields: [{}], rows: [[null, null]] }, 'what was never written is absent')
    t.strictSame(await store.load([], []), { fields: [], rows: [] })

    await write([
      hash('ada', undefined, ['total', '1', 'items:ключ', '\0\xff'], []),
      hash('bob', undefined, ['total', '2'], []),
      hash('ada', 'prices', ['tea', '3', 'ham', '4'], []), hash('ada', 'other', ['tea', '5'], []),
    ])
    const found = await store.load([{ actor: 'cart', key: 'bob' }, { actor: 'cart', key: 'ada' },
      { actor: 'shop', key: 'ada' }],
      [row('ada', 'prices', ['ham', 'jam', 'tea']), row('ada', 'other', ['tea']),
        row('bob', 'prices', ['tea'])])
    t.strictSame(found.fields.map(fields => Object.entries(fields)
      .map(([field, packed]) => [field, text(packed)]).sort()),
      [[['total', '2']], [['items:ключ', '\0\xff'], ['total', '1']], []], 'in the order of the requests')
    t.strictSame(found.rows.map(rows => (Array.isArray(rows) ? rows.map(text) : rows)),
      [['4', null, '3'], ['5'], [null]])

    await write([hash('ada', undefined, ['total', '7'], ['items:ключ', 'never']),
      hash('ada', 'prices', [], ['tea'])])
    const later = await store.load([{ actor: 'cart', key: 'ada' }], [row('ada', 'prices', ['tea', 'ham'])])
    t.strictSame(Object.keys(later.fields[0]), ['total'])
    t.equal(text((later.fields[0] as Record<string, Uint8Array>).total), '7')
    t.strictSame(later.rows.map(rows => (Array.isArray(rows) ? rows.map(text) : rows)), [[null, '4']])
  })
}

function hash(key: string, table: string | undefined, puts: string[], removals: string[]): ChangedHash {
  const changes = new FieldChanges()
  for (let i = 0; i < puts.length; i += 2) changes.put(puts[i], Buffer.from(puts[i + 1]))
  for (const field of removals) changes.remove(field)
  return { actor: 'cart', key, table, changes }
}

conforms('memory', async () => {
  const store = new MemoryStore()
  return { store, write: async hashes => store.write({ hashes }) }
})

conforms('Redis', async t => {
  const server = await startRedis()
  const redis = await openRedis(server.url, 'test')
  t.teardown(async () => {
    closeRedis(redis)
    await server.stop()
  })
  const keys = new Keyspace('h')
  const [topology, partition] = ['shop.1', 3]
  const { epoch, history } = (await takeLease(redis, keys.checkpoint(partition, topology), 'me', 60_000))!
  let sequence = 0
  return {
    store: new RedisStore(redis, keys, topology, partition),
    write: hashes => commitBatch(redis, partition, {
      checkpoint: keys.checkpoint(partition, topology), outbox: keys.outbox(partition, topology),
      timers: keys.timers(partition, topology), dead: keys.dead(partition, topology),
      changed: keys.changed(partition, topology),
    }, {
      epoch, history, sequence: sequence++, position: `${sequence}-0`, folded: 1, emitted: 0,
      outputs: [], dead: [],
      timers: new Map(),
      hashes: hashes.map(({ actor, key, table, changes: { puts, removals } }) => ({
        key: table === undefined ? keys.state(partition, topology, actor, key)
          : keys.table(partition, topology, actor, table, key),
        puts, removals,
      })),
    }),
  }
})
