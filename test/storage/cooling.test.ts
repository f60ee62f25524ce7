/**
 * A record walks hot → warm → cold → warm → hot: at each stage it is found by id, by search and by SQL,
 * exactly once and whole; a process that dies in the middle of a move changes nothing; while ClickHouse is
 * away answers say which texts they lack. Real Redis, node, gateway, ClickHouse.
 */
import t, { type Test } from 'tap'
import { person } from '../../actors/person/person.js'
import { contentHash, isCooled, parseRecord, type StoredRecord } from '../../actors/record/index.js'
import {
  clickhouseSink, ClickhouseContents, moveCold, openAnalytics, warmCold,
} from '../../analytics/index.js'
import { verifySystem } from '../../deploy/verification.js'
import { openTopologyClient, systemClock, type TopologyClient } from '../../engine/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { assertRowsMayGo, coolRecords, heatEverything, heatRecords, hotJob } from '../../storage/index.js'
import { TestServer } from '../analytics/server.js'
import { adminKey, ask, get, post, recordOf, startSystem } from '../gateway/system.js'
import { settled } from '../support/settled.js'
import { dumpState } from '../support/state-dump.js'
import { isOf } from '../support/row-names.js'
import { until } from '../support/until.js'

t.setTimeout(400_000)

const dayMs = 86_400_000
const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url, rowNames: 'drawn' })
const system = await startSystem({
  topology: hinataTopology({ partitions: 4, sinks: [clickhouseSink(analytics)] }),
  gateway: { contents: new ClickhouseContents({ url: server.url, requestTimeoutMs: 30_000 }) },
})
const { client, gateway: { url } } = system
const tiers = { client, analytics, clock: systemClock }
t.teardown(async () => {
  await system.stop()
  await analytics.close()
  await server.remove()
})

const secret = 'My card is 4111 1111 1111 1111 and my password is hunter2.'
const texts = Array.from({ length: 12 }, (_, n) => [`k${n}`, n % 3 === 0 ? 'ok' : `Sourdough bread ${n}`,
  n % 3 === 0 ? '' : `The dough of day ${n} rests overnight. I want to learn baking bread number ${n}.`])
const old = texts.map(([id, highlight, note], n) => recordOf(id, { highlight, note,
  address: n % 2 === 0 ? 'https://example.test/bread' : '', tag: n % 3 === 0 ? [] : ['bread'],
  ...n === 1 ? { raw_data: { page: 7 } } : {}, ...n === 2 ? { note: secret } : {} }))

/** Told `days` ago. */
async function tell(key: string, records: readonly Record<string, unknown>[], days: number): Promise<void> {
  const receivedAt = Date.now() - days * dayMs
  for (const record of records) {
    const parsed = parseRecord({ ...record, timestamp: new Date(receivedAt).toISOString() }, Date.now())
    if (parsed.refusal !== undefined) throw new Error(parsed.refusal.message)
    const value = { record: parsed.record, app: 'notes', receivedAt }
    await client.append([{ key, value, eventTime: receivedAt,
      idempotency: { id: parsed.record.id, fingerprint: contentHash(parsed.record), origin: key } }])
  }
  await settled(client)
}

/** What apps are told, but for where content lies and how long it took. */
async function seen(): Promise<unknown> {
  const answers = await Promise.all([
    ...texts.map(([id]) => get(url, `/api/hinata/${id}?user_id=ada`, adminKey)),
    ...['sourdough', 'dough of day 7', 'ok'].map(query_text => post(url, '/api/hinata/search', adminKey,
      { user_id: 'ada', query_text, min_relevance_score: 0, limit: 50 })),
    post(url, '/api/hinata/query-relevant', adminKey, { user_id: 'ada', question: 'bread', limit: 20,
      min_relevance_score: 0 }),
    post(url, '/api/enhancement/personalized', adminKey, { user_id: 'ada', question: 'baking bread?' }),
    get(url, '/api/hinata/recommendations?user_id=ada', adminKey),
    get(url, '/api/users/ada/export', adminKey),
  ])
  return JSON.parse(JSON.stringify(answers.map(({ status, body }) => ({ status, body })), (name, value) =>
    (['storage_tier', 'query_time', 'processing_time', 'relevance_score', 'score'].includes(name)
      ? typeof value : value)))
}

async function tierOf(id: string): Promise<unknown> {
  return ((await get(url, `/api/hinata/${id}?user_id=ada`, adminKey)).body as { storage_tier: string })
    .storage_tier
}

async function cooledIds(): Promise<string[]> {
  const ids: string[] = []
  for await (const [id, row] of client.allRows(person, 'ada', 'records')) {
    if (isCooled(row as StoredRecord)) ids.push(id)
  }
  return ids.sort()
}

/** Each record once in SQL, and everything as it was told. */
async function whole(t: Test, before: unknown, when: string): Promise<void> {
  const [found] = await analytics.query(`SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(id)) AS ids,
    (SELECT toUInt32(count()) FROM records_current WHERE ${isOf('ada')}) AS current
    FROM records_all WHERE ${isOf('ada')}`)
  t.same(found, { rows: 12, ids: 12, current: 12 }, `${when}: once in SQL`)
  t.same(await seen(), before, `${when}: by id, by search, in prompt and export`)
  await system.stopNode()
  await system.startNode()
  await until('the index is restored', async () => (await post(url, '/api/hinata/search', adminKey,
    { user_id: 'ada', query_text: 'ok' })).status === 200)
  t.same(await seen(), before, `${when}: with an index restored from what is left`)
}

const dump = (): Promise<Map<string, string>> => dumpState(system.redis.url, 'h', 4)
const moving = { before: Date.now() + 70 * dayMs, settledSeconds: 0 }

t.test('hot → warm → cold → warm → hot, killed at every step', async t => {
  await tell('ada', old, 20)
  await tell('bob', [recordOf('young')], 2)
  const [before, state] = [await seen(), await dump()]
  await whole(t, before, 'hot')
  for (const death of ['look', 'append', 'note']) {
    await t.rejects(coolRecords(tiers, { onStep: step => { if (step === death) throw new Error('killed') } }),
      /killed/)
    await settled(client)
    t.same(await seen(), before, `killed before ${death}`)
  }
  const done = await coolRecords(tiers)
  t.match(done, { missing: 0 })
  const cooled = await cooledIds()
  t.same(cooled, texts.map(([id]) => id).filter(id => id !== 'k2').sort(), 'all but the masked one')
  t.same(await coolRecords(tiers), { persons: 0, records: 0, missing: 0 }, 'nothing more is due')
  t.equal(isCooled((await client.rows(person, 'bob', 'records', ['young']))[0] as StoredRecord), false)
  await whole(t, before, 'warm')
  t.equal(await tierOf('k1'), 'warm')
  const parts = await moveCold(analytics, moving)
  t.ok(parts.length > 0 && parts[0].rows > 0, `${parts[0]?.rows} rows in a file`)
  const [{ id }] = await analytics.query<{ id: string }>(
    `SELECT id FROM ${parts[0].name} WHERE ${isOf('ada')} AND id != 'k2' LIMIT 1`)
  t.equal(await tierOf(id), 'cold')
  await whole(t, before, 'cold')
  await warmCold(analytics, { user: 'ada' })
  t.equal(await tierOf(id), 'warm')
  await whole(t, before, 'warm again')
  t.match(await heatRecords(tiers, 'ada'), { persons: 1, records: 11, missing: 0 })
  t.same(await cooledIds(), [])
  t.same(await dump(), state, 'hot again: the state is the same bytes')
  t.match(await verified(), { isGood: true })
})

async function verified(): Promise<unknown> {
  await settled(client)
  const { isGood, partitions, findings } = await verifySystem(
    { redisUrl: system.redis.url, clickhouse: { url: server.url }, deep: 'all' })
  return { isGood, findings: [...findings, ...partitions.flatMap(one => one.findings)] }
}

t.test('a replay of the log has the same content in the same places (G7)', async t => {
  t.match(await coolRecords(tiers, { isWhole: true }), { persons: 1, records: 11 })
  t.same(await verified(), { isGood: true, findings: [] })
  await t.rejects(assertRowsMayGo(client, { records: 30 }), { code: 'TIERS_COOLED' })
})

t.test('H1: what its row does not have as it is stays; the scheduled job does the same', async t => {
  await tell('fay', old.slice(3, 7), 20)
  for (const [id, change] of [['k3', 'highlight = \'no\''], ['k4', 'note = \'other\''],
    ['k5', 'position = \'1-1:0\'']]) {
    await analytics.client.command({
      query: `ALTER TABLE records UPDATE ${change} WHERE ${isOf('fay')} AND id = '${id}'`,
      clickhouse_settings: { mutations_sync: '2' } })
  }
  const { topology, redis } = system
  const open = (): Promise<TopologyClient> => openTopologyClient({ redisUrl: redis.url, topology })
  await hotJob({ url: server.url }, open).run()
  const rows = await client.rows(person, 'fay', 'records', ['k3', 'k4', 'k5', 'k6']) as StoredRecord[]
  t.same(rows.map(isCooled), [false, false, false, true])
  t.equal((await ask(url, '/api/users/fay', adminKey, { method: 'DELETE' })).status, 200)
})

t.test('content whose rows are gone comes back from the log', async t => {
  await tell('dan', old.slice(3, 9), 20)
  const before = await dump()
  t.match(await coolRecords(tiers), { persons: 1, records: 6 })
  await analytics.client.command({ query: `ALTER TABLE records DELETE WHERE ${isOf('dan')}`,
    clickhouse_settings: { mutations_sync: '2' } })
  t.match((await get(url, '/api/hinata/k4?user_id=dan', adminKey)).body, { is_text_away: true })
  t.match(await heatRecords(tiers, 'dan'), { persons: 1, records: 6, missing: 0 })
  t.same(await dump(), before, 'the same bytes')
  t.equal((await ask(url, '/api/users/dan', adminKey, { method: 'DELETE' })).status, 200)
})

t.test('while ClickHouse is away an answer says which texts it lacks', async t => {
  await server.kill()
  const record = await get(url, '/api/hinata/k1?user_id=ada', adminKey)
  t.match(record, { status: 200, body: { id: 'k1', note: '', is_text_away: true, tag: ['bread'] } })
  const found = await post(url, '/api/hinata/query-relevant', adminKey,
    { user_id: 'ada', question: 'sourdough bread', limit: 5, min_relevance_score: 0 })
  t.match((found.body as { relevant_hinata: unknown[] }).relevant_hinata[0], { is_text_away: true })
  const prompt = await post(url, '/api/enhancement/personalized', adminKey,
    { user_id: 'ada', question: 'baking bread?' })
  t.match(prompt, { status: 200 })
  t.notMatch((prompt.body as { personalized_prompt: string }).personalized_prompt, /rests overnight/)
  await server.start()
})

t.test('a cooled record is revised, forgotten, erased like any other', async t => {
  await tell('ada', [recordOf('k4', { highlight: 'Baking is over', note: 'I prefer cheese now.' })], 15)
  t.match((await get(url, '/api/hinata/k4?user_id=ada', adminKey)).body,
    { highlight: 'Baking is over', revision: 2, note: 'I prefer cheese now.' })
  t.notOk((await cooledIds()).includes('k4'), 'the new content is hot')
  const gone = await ask(url, '/api/hinata/k5?user_id=ada', adminKey, { method: 'DELETE' })
  t.equal(gone.status, 200)
  t.same(await cooledIds(), [], 'what is told again is hot: its rows are new ones')
  t.equal((await get(url, '/api/hinata/k5?user_id=ada', adminKey)).status, 404)
  t.match((await get(url, '/api/hinata/k7?user_id=ada', adminKey)).body, { highlight: 'Sourdough bread 7' })
  await settled(client)
  t.match(await coolRecords(tiers), { persons: 1, records: 10 }, 'rows that came anew are looked at')
  await tell('cyd', old.slice(3, 6), 20)
  t.match(await coolRecords(tiers), { persons: 1, records: 3 })
  t.equal((await ask(url, '/api/users/cyd', adminKey, { method: 'DELETE' })).status, 200)
  t.equal((await get(url, '/api/hinata/k4?user_id=cyd', adminKey)).status, 404)
  const lines = (await get(url, '/api/users/ada/export', adminKey)).body as string
  t.equal(lines.trim().split('\n').length, 12, 'eleven records and the contents of one, no line of ours')
  t.match(await heatEverything(tiers), { persons: 1, records: 10, missing: 0 })
  await assertRowsMayGo(client, { records: 30 })
  t.same(await verified(), { isGood: true, findings: [] })
})
