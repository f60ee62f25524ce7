/**
 * What a person wants kept for so many days only goes by itself: a gateway that runs forgets it, from state,
 * search, rows and Parquet files, hot, warm or cold; younger records stay whole. Real Redis, ClickHouse.
 */
import t from 'tap'
import { clickhouseSink, ClickhouseContents, moveCold, openAnalytics } from '../../analytics/index.js'
import { contentHash, parseRecord } from '../../actors/record/index.js'
import { systemClock } from '../../engine/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { coolRecords } from '../../storage/index.js'
import { TestServer } from '../analytics/server.js'
import { adminKey, ask, get, post, recordOf, startSystem } from '../gateway/system.js'
import { settled } from '../support/settled.js'
import { until } from '../support/until.js'

t.setTimeout(240_000)

const dayMs = 86_400_000
const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url })
const system = await startSystem({
  topology: hinataTopology({ partitions: 2, sinks: [clickhouseSink(analytics)] }),
  gateway: { contents: new ClickhouseContents({ url: server.url, requestTimeoutMs: 30_000 }) },
  limits: { retentionSweepMs: 1_000, privacyBeliefMs: 10 },
})
const { client, gateway: { url } } = system
t.teardown(async () => {
  await system.stop()
  await analytics.close()
  await server.remove()
})

async function tell(key: string, id: string, text: string, days: number): Promise<void> {
  const receivedAt = Date.now() - days * dayMs
  const parsed = parseRecord(recordOf(id, { highlight: text, note: '', address: '', tag: [],
    timestamp: new Date(receivedAt).toISOString() }), Date.now())
  if (parsed.refusal !== undefined) throw new Error(parsed.refusal.message)
  const { record } = parsed
  await client.append([{ key, value: { record, app: 'notes', receivedAt }, eventTime: receivedAt,
    idempotency: { id, fingerprint: contentHash(record), origin: key } }])
}

async function rowsOf(key: string): Promise<unknown> {
  return (await analytics.query<{ ids: string[] }>('SELECT arraySort(groupArray(id)) AS ids FROM records_all '
    + 'WHERE user_id = {key:String}', { key }))[0].ids
}

t.test('forty days old, of somebody who wants thirty', async t => {
  for (const key of ['eva', 'kim']) {
    for (const n of [1, 2, 3]) await tell(key, `old-${n}`, 'ok', 40)
    await tell(key, 'young', 'A walk by the sea', 10)
  }
  await settled(client)
  t.match(await coolRecords({ client, analytics, clock: systemClock }), { persons: 2, records: 8 })
  const parts = await moveCold(analytics, { before: Date.now() + 70 * dayMs, settledSeconds: 0 })
  t.ok(parts[0].rows >= 6, `${parts[0].rows} rows are in a file`)
  const wanted = await ask(url, '/api/users/eva/privacy', adminKey, { method: 'PUT',
    headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ retention_days: 30 }) })
  t.equal(wanted.status, 200)
  await until('rows and files are rid of them', async () => String(await rowsOf('eva')) === 'young')
  await settled(client)
  t.equal((await get(url, '/api/hinata/old-1?user_id=eva', adminKey)).status, 404)
  t.match((await get(url, '/api/hinata/young?user_id=eva', adminKey)).body,
    { highlight: 'A walk by the sea' })
  const found = await post(url, '/api/hinata/search', adminKey,
    { user_id: 'eva', filters: {}, min_relevance_score: 0 })
  t.match(found.body, { total_results: 1, results: [{ hinata_id: 'young' }] })
  const lines = String((await get(url, '/api/users/eva/export', adminKey)).body).trim().split('\n')
  t.equal(lines.length, 1, 'nor does the log have them')
  t.same(await rowsOf('kim'), ['old-1', 'old-2', 'old-3', 'young'], 'who said nothing keeps a year')
  t.match((await get(url, '/api/hinata/old-1?user_id=kim', adminKey)).body, { highlight: 'ok' })
})
