/**
 * Jobs of the tiers in a running node: content and rows that are due move by themselves, again and again, by
 * the schedule that BullMQ keeps. Real Redis, node, gateway, ClickHouse.
 */
import t from 'tap'
import { person } from '../../actors/person/person.js'
import { contentHash, isCooled, parseRecord, type StoredRecord } from '../../actors/record/index.js'
import { clickhouseSink, ClickhouseContents, listParts, openAnalytics } from '../../analytics/index.js'
import { openTopologyClient, startJobs, type Job, type TopologyClient } from '../../engine/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { coldJob, hotJob } from '../../storage/index.js'
import { TestServer } from '../analytics/server.js'
import { adminKey, get, recordOf, startSystem } from '../gateway/system.js'
import { settled } from '../support/settled.js'
import { until } from '../support/until.js'

t.setTimeout(240_000)

const dayMs = 86_400_000
const waitSeconds = 60
const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url })
const topology = hinataTopology({ partitions: 2, sinks: [clickhouseSink(analytics)] })
const system = await startSystem({ topology,
  gateway: { contents: new ClickhouseContents({ url: server.url, requestTimeoutMs: 30_000 }) } })
const { client, redis, gateway: { url } } = system
t.teardown(async () => {
  await jobs.stop()
  await system.stop()
  await analytics.close()
  await server.remove()
})

/** The job of a node, but every half second instead of every hour. */
const soon = (job: Job): Job => ({ ...job, everyMs: 500 })
const open = (): Promise<TopologyClient> => openTopologyClient({ redisUrl: redis.url, topology })
const jobs = await startJobs(redis.url, 'h',
  [soon(hotJob({ url: server.url }, open)), soon(coldJob({ url: server.url }))])

async function tell(id: string, days: number): Promise<void> {
  const receivedAt = Date.now() - days * dayMs
  const parsed = parseRecord(recordOf(id, { highlight: `A loaf, the ${id}`, note: '', address: '', tag: [],
    timestamp: new Date(receivedAt).toISOString() }), Date.now())
  if (parsed.refusal !== undefined) throw new Error(parsed.refusal.message)
  const { record } = parsed
  await client.append([{ key: 'ada', value: { record, app: 'notes', receivedAt }, eventTime: receivedAt,
    idempotency: { id, fingerprint: contentHash(record), origin: 'ada' } }])
  await settled(client)
}

async function isAway(id: string): Promise<boolean> {
  const [row] = await client.rows(person, 'ada', 'records', [id]) as StoredRecord[]
  return isCooled(row)
}

t.test('what is due leaves Redis by itself, what becomes due later too, and is found as before', async t => {
  await tell('first', 20)
  await tell('young', 1)
  await until('the first is away', () => isAway('first'), waitSeconds)
  await tell('second', 20)
  await until('the second is away', () => isAway('second'), waitSeconds)
  t.notOk(await isAway('young'))
  for (const id of ['first', 'second', 'young']) {
    t.match((await get(url, `/api/hinata/${id}?user_id=ada`, adminKey)).body,
      { highlight: `A loaf, the ${id}` }, id)
  }
})

t.test('rows of an old month become a file by themselves', async t => {
  await analytics.client.command({ query: `INSERT INTO records (user_id, id, revision, sequence, accepted_at,
    inserted_at, storage_tier, psp_influence_weight)
    VALUES ('bob', 'x', 1, 1, '2024-01-15 00:00:00', '2024-01-15 00:00:01', 'warm', 0.1)` })
  await until('it is cold', async () =>
    (await listParts(analytics)).some(({ month, state }) => month === 202401 && state === 'cold'),
  waitSeconds)
  t.same(await analytics.query('SELECT id, storage_tier FROM records_all WHERE user_id = \'bob\''),
    [{ id: 'x', storage_tier: 'cold' }])
})
