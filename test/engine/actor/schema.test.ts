/**
 * Schema versions of stored state: old cells and rows are brought to the present when they are read, and
 * written so with the next commit; newer ones are refused.
 */
import t from 'tap'
import {
  actor, map, openTopologyClient, output, startNode, table, topic, value, type CellsOf, type DeadLetter,
  type Topology,
} from '../../../engine/index.js'
import { Activation, FieldChanges } from '../../../engine/actor/index.js'
import { decodeValue, encodeValue } from '../../../engine/record/pack.js'
import { Keyspace } from '../../../engine/record/keys.js'
import { fieldsOf, send } from '../../../engine/redis/index.js'
import { Journal } from '../../../engine/state/index.js'
import { connectRedis } from '../../support/connection.js'
import { until } from '../../support/until.js'

interface Visit { readonly page: string }
const reads = { visited: ({ page }: Visit) => ({ pages: [page] }) }

/** Schema 1: a total, and counts as bare numbers. */
const first = actor('visitor', {
  state: { total: value(0), older: map<number>(), pages: table<number>() },
  receive: {
    visited(ctx, { page }: Visit) {
      ctx.state.total.update(total => total + 1)
      ctx.state.older.put(page, 1)
      ctx.state.pages.put(page, (ctx.state.pages.get(page) ?? 0) + 1)
    },
  },
  reads,
})

/** Schema 3: the total is called visits since 2; rows are objects since 3; `older` is gone. */
const third = actor('visitor', {
  schema: 3,
  upcast: {
    1: ({ total, ...fields }) => ({ ...fields, visits: total }),
    2: fields => Object.fromEntries(Object.entries(fields).filter(([field]) => !field.startsWith('older:'))),
  },
  upcastRow: { 2: (name, row) => (name === 'pages' ? { count: row } : row) },
  state: { visits: value(0), pages: table<{ count: number }>() },
  receive: {
    visited(ctx, { page }: Visit) {
      if (page === 'broken') throw new Error('broken')
      ctx.state.visits.update(visits => visits + 1)
      ctx.state.pages.put(page, { count: (ctx.state.pages.get(page)?.count ?? 0) + 1 })
    },
  },
  reads,
})

function topologyOf(visitor: typeof first | typeof third): Topology {
  return {
    name: 'visitors', version: 1, source: topic<Visit>('visits', { partitions: 1 }), stages: [],
    target: { actor: visitor, message: 'visited' }, actors: [visitor], views: [], sinks: [],
    deadLetters: output<DeadLetter>('dead'),
  }
}

const keys = new Keyspace('h')
const stateKey = keys.state(0, 'visitors.1', 'visitor', 'ada')
const rowsKey = keys.table(0, 'visitors.1', 'visitor', 'pages', 'ada')

t.test('Y1 Y2: a new schema takes over stored state, lazily; an older code refuses it (Y3)', async t => {
  const { server, redis } = await connectRedis(t)
  const send1 = async (visitor: typeof first | typeof third, pages: string[]): Promise<void> => {
    const topology = topologyOf(visitor)
    const node = await startNode({ redisUrl: server.url, topology })
    const client = await openTopologyClient({ redisUrl: server.url, topology })
    await client.append(pages.map(page => ({ key: 'ada', eventTime: 0, value: { page } })))
    t.ok(await client.settled('ada', 10_000))
    await client.close()
    await node.stop()
  }
  await send1(first, ['/', '/about'])
  const before = fieldsOf(await send(redis, 'HGETALL', [stateKey]))
  t.strictSame(Object.keys(before).sort(), ['older:/', 'older:/about', 'total'], 'schema 1 carries no mark')

  const client = await openTopologyClient({ redisUrl: server.url, topology: topologyOf(third) })
  t.teardown(() => client.close())
  t.equal((await client.state(third, 'ada'))!.visits.get(), 2, 'readers see the present')
  t.strictSame(await client.rows(third, 'ada', 'pages', ['/']), [{ count: 1 }])
  t.strictSame(fieldsOf(await send(redis, 'HGETALL', [stateKey])), before, 'reading changes nothing')

  await send1(third, ['/'])
  const after = fieldsOf(await send(redis, 'HGETALL', [stateKey]))
  t.strictSame(Object.fromEntries(Object.entries(after).map(([field, packed]) =>
    [field, decodeValue(packed)])), { '~schema': 3, visits: 3 })
  const rows = fieldsOf(await send(redis, 'HGETALL', [rowsKey]))
  t.strictSame([...rows['/'].subarray(0, 2)], [0xc1, 3], 'the row that was touched is marked')
  t.equal(decodeValue(rows['/about']), 1, 'the other waits')
  t.strictSame(await client.rows(third, 'ada', 'pages', ['/', '/about']), [{ count: 2 }, { count: 1 }])

  const old = topologyOf(first)
  const problems: string[] = []
  const node = await startNode({ redisUrl: server.url, topology: old })
  const oldClient = await openTopologyClient({ redisUrl: server.url, topology: old })
  t.teardown(async () => { await oldClient.close(); await node.stop() })
  await oldClient.append([{ key: 'ada', eventTime: 0, value: { page: '/' } }])
  const { channel } = await import('node:diagnostics_channel')
  channel('hinata:state').subscribe(change => problems.push((change as { message: string }).message))
  await until('it refuses', () => problems.some(problem => problem.includes('has schema 3')))
  await t.rejects(oldClient.state(first, 'ada'), { code: 'SCHEMA_NEWER' })
  t.strictSame(fieldsOf(await send(redis, 'HGETALL', [stateKey])), after, 'and changes nothing')
})

t.test('what a turn writes wins over what the upcasters wrote', t => {
  const renamed = actor('visitor', {
    schema: 2, upcast: { 1: ({ total }) => ({ 'names:a': total, 'names:b': 7 }) },
    state: { names: map<number>(), total: value(0) }, receive: {},
  })
  const activation = new Activation(renamed, 'ada', new Journal())
  activation.load({ total: encodeValue(5), 'names:c': encodeValue(1) })
  const { names, total }: CellsOf<typeof renamed.state> = activation.cells as never
  names.delete('b')
  names.put('c', 2)
  total.set(9)
  const written = new FieldChanges()
  activation.collect(written, () => new FieldChanges())
  const puts = new Map<string, unknown>()
  for (let i = 0; i < written.puts.length; i += 2) {
    puts.set(String(written.puts[i]), decodeValue(written.puts[i + 1] as Buffer))
  }
  t.strictSame(Object.fromEntries(puts), { '~schema': 2, 'names:a': 5, 'names:c': 2, total: 9 })
  t.strictSame(written.removals, ['names:b'])
  const again = new FieldChanges()
  activation.collect(again, () => new FieldChanges())
  t.ok(again.isEmpty, 'once')
  t.end()
})

t.test('a parked actor stays parked, whatever the upcaster keeps', t => {
  const kept = actor('visitor', {
    schema: 2, upcast: { 1: ({ total }) => ({ total }) }, state: { total: value(0) }, receive: {},
  })
  const activation = new Activation(kept, 'ada', new Journal())
  activation.load({ total: encodeValue(5), older: encodeValue(1), '~parked': encodeValue([1, 3]) })
  t.ok(activation.isParked)
  const written = new FieldChanges()
  activation.collect(written, () => new FieldChanges())
  t.strictSame(written.removals, ['older'])
  t.end()
})

t.test('an actor that stored nothing leaves no mark; a missing upcaster is a mistake', t => {
  const activation = new Activation(third, 'eve', new Journal())
  activation.load({})
  const written = new FieldChanges()
  activation.collect(written, () => new FieldChanges())
  t.ok(written.isEmpty)
  t.throws(() => actor('visitor', { schema: 2, state: {}, receive: {} }), /no upcaster from schema 1/)
  t.throws(() => actor('visitor', { schema: 0, state: {}, receive: {} }), RangeError)
  t.end()
})
