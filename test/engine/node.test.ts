/** A node on real Redis: the whole loop, from append to committed state, outputs and sinks. */
import t from 'tap'
import {
  actor, counter, list, map, openTopologyClient, output, startNode, table, topic, value, type DeadLetter,
  type SinkBatch, type Topology,
} from '../../engine/index.js'
import { startServer } from '../support/connection.js'

interface Visit { readonly address: string, readonly fail?: boolean }

const seen = output<{ address: string, total: number }>('seen')
const dead = output<DeadLetter>('dead')

const visits = actor('visits', {
  state: {
    total: value(0), perAddress: map<number>(), last: list<string>({ max: 3 }),
    recent: counter({ windowMs: 60_000, steps: 6 }),
    pages: table<{ count: number }>(),
  },
  receive: {
    visited(ctx, visit: Visit) {
      ctx.state.total.update(total => total + 1)
      if (visit.fail) throw new Error('cannot visit')
      ctx.state.perAddress.update(visit.address, count => (count ?? 0) + 1)
      ctx.state.last.push(visit.address)
      ctx.state.recent.add(visit.address, ctx.now)
      ctx.state.pages.put(visit.address, { count: (ctx.state.pages.get(visit.address)?.count ?? 0) + 1 })
      ctx.emit(seen, { address: visit.address, total: ctx.state.total.get() })
    },
  },
  reads: { visited: (visit: Visit) => ({ pages: [visit.address] }) },
})

function topologyWith(inserted: SinkBatch[]): Topology {
  return {
    name: 'visits', version: 1, source: topic<Visit>('visits', { partitions: 4 }), stages: [],
    target: { actor: visits, message: 'visited' }, actors: [visits], views: [], deadLetters: dead,
    sinks: [{
      name: 'memory', outputs: [seen, dead], batchRecordsMax: 100, lingerMs: 5,
      insert: batch => { inserted.push(batch); return Promise.resolve() },
    }],
  }
}

t.test('G2 G3 G5: records become state, outputs and dead letters, each once and in order', async t => {
  const redis = await startServer(t)
  const inserted: SinkBatch[] = []
  const topology = topologyWith(inserted)
  const node = await startNode({ redisUrl: redis.url, topology })
  const client = await openTopologyClient({ redisUrl: redis.url, topology })
  t.teardown(async () => { await client.close(); await node.stop() })

  const people = ['ada', 'bob', 'cyd', 'dan', 'eve']
  const calls = []
  for (let i = 0; i < 500; i++) {
    calls.push(client.append(people.map(key =>
      ({ key, eventTime: i, value: { address: `/${i % 7}`, fail: key === 'bob' && i === 250 } }))))
  }
  const answers = (await Promise.all(calls)).flat()
  t.equal(answers.filter(answer => answer.outcome === 'appended').length, 2_500)
  for (const key of people) t.ok(await client.settled(key, 20_000))

  const ada = (await client.state(visits, 'ada'))!
  t.equal(ada.total.get(), 500)
  t.equal(ada.perAddress.get('/0'), 72)
  t.strictSame([...ada.last], ['/0', '/1', '/2'])
  t.strictSame(await client.rows(visits, 'ada', 'pages', ['/6', '/9']), [{ count: 71 }, undefined])
  t.equal((await client.state(visits, 'bob'))!.total.get(), 499, 'the failed turn left no trace')

  await untilInserted(inserted, 2_500)
  const emitted = inserted.flatMap(batch => batch.emitted)
  const totals = emitted.filter(one => one.output === 'seen' && one.key === 'eve')
    .map(one => (one.value as { total: number }).total)
  t.strictSame(totals, Array.from({ length: 500 }, (_, i) => i + 1), 'outputs of one key in order, each once')
  const [letter] = emitted.filter(one => one.output === 'dead').map(one => one.value as DeadLetter)
  t.match(letter, { key: 'bob', attempts: 3, error: { code: 'TURN_FAILED', message: /cannot visit/ } })
  t.match(letter.error.stack, /cannot visit/)
})

t.test('G1: a resend is repeated, a copy from elsewhere a duplicate, new content a revision', async t => {
  const redis = await startServer(t)
  const topology = topologyWith([])
  const node = await startNode({ redisUrl: redis.url, topology })
  const client = await openTopologyClient({ redisUrl: redis.url, topology })
  t.teardown(async () => { await client.close(); await node.stop() })
  const record = (fingerprint: string, origin: string): Parameters<typeof client.append>[0][number] =>
    ({ key: 'ada', eventTime: 1, value: { address: '/' }, idempotency: { id: 'r1', fingerprint, origin } })
  const [first, again] = await client.append([record('a', 'o1'), record('a', 'o1')])
  const [resent] = await client.append([record('a', 'o1')])
  const [copy] = await client.append([record('a', 'o2')])
  const [revised] = await client.append([record('b', 'o3')])
  t.equal(first.outcome, 'appended')
  t.equal(again.outcome, 'repeated')
  t.equal(resent.outcome, 'repeated')
  t.strictSame(resent.position, first.position)
  t.strictSame(again.position, first.position)
  t.match(copy, { outcome: 'duplicate', position: null })
  t.equal(revised.outcome, 'revised')
  t.ok(await client.settled('ada', 20_000))
  t.equal((await client.state(visits, 'ada'))!.total.get(), 2)
})

async function untilInserted(inserted: SinkBatch[], count: number): Promise<void> {
  while (inserted.reduce((sum, batch) => sum + batch.emitted.length, 0) < count) {
    await new Promise(resolve => setImmediate(resolve))
  }
}
