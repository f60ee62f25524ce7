/**
 * G5 on the whole path: a record that makes its actor throw three times is a row of `dead_letters`, with its
 * error and stack; the actor's other records and other actors go on.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { deadLetters } from '../../actors/person/outputs.js'
import { clickhouseSink, openAnalytics } from '../../analytics/index.js'
import { startEmbeddedClickhouse } from '../../deploy/embedded/index.js'
import { actor, openTopologyClient, startNode, topic, value, type Topology } from '../../engine/index.js'
import { startRedis } from '../support/redis.js'

let attempts = 0

const fragile = actor('fragile', {
  state: { total: value(0) },
  receive: {
    recorded(ctx, body: { isBad: boolean }) {
      ctx.state.total.update(total => total + 1)
      if (!body.isBad) return
      attempts++
      throw new Error('this note breaks the fold')
    },
  },
})

t.test('G5: three failed turns, then a dead letter with error and stack; siblings go on', async t => {
  const redis = await startRedis()
  const dataDir = await mkdtemp(join(tmpdir(), 'hinata-dead-'))
  const clickhouse = await startEmbeddedClickhouse({ host: '127.0.0.1', port: 0, dataDir })
  const analytics = await openAnalytics({ url: clickhouse.url }, { waitMs: 20_000 })
  const topology: Topology = {
    name: 'fragile', version: 1, source: topic('notes', { partitions: 2 }), stages: [],
    target: { actor: fragile, message: 'recorded' }, actors: [fragile], views: [], deadLetters,
    sinks: [clickhouseSink(analytics)],
  }
  const node = await startNode({ redisUrl: redis.url, topology })
  const client = await openTopologyClient({ redisUrl: redis.url, topology })
  t.teardown(async () => {
    await client.close()
    await node.stop()
    await analytics.close()
    await clickhouse.stop()
    await redis.stop()
    await rm(dataDir, { recursive: true, force: true })
  })

  await client.append(Array.from({ length: 30 }, (_, i) =>
    ({ key: ['ada', 'bob', 'cyd'][i % 3], eventTime: i, value: { isBad: i === 13 } })))
  for (const key of ['ada', 'bob', 'cyd']) t.ok(await client.settled(key, 30_000))
  t.equal(attempts, 3)
  t.equal((await client.state(fragile, 'bob'))!.total.get(), 9,
    'the failed turn left no trace, the others stayed')
  t.equal((await client.state(fragile, 'ada'))!.total.get(), 10)

  let rows: Record<string, unknown>[] = []
  while (rows.length === 0) rows = await analytics.query('SELECT * FROM dead_letters')
  t.equal(rows.length, 1)
  t.match(JSON.stringify(rows[0]), /TURN_FAILED/)
  t.match(JSON.stringify(rows[0]), /this note breaks the fold/)
  t.match(JSON.stringify(rows[0]), /recorded/, 'the stack names the receiver')
})
