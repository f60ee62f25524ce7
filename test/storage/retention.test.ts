/**
 * R1 R2 of analytics/retention.ts, on a real embedded ClickHouse: what is older than it shall be kept goes,
 * whole months at a time, warm and cold; what is known now stays; verification misses nothing of it.
 */
import t from 'tap'
import { componentsChanged, recordsFolded } from '../../actors/person/outputs.js'
import {
  clickhouseSink, expireRows, listParts, moveCold, openAnalytics, recordsKeptFrom, retentionOfSchema, rowsOf,
  verifyRows, type Retention,
} from '../../analytics/index.js'
import { Findings, type Emitted } from '../../engine/index.js'
import { componentChange, foldedRecord } from '../analytics/samples.js'
import { TestServer } from '../analytics/server.js'

t.setTimeout(240_000)

const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url })
t.teardown(async () => {
  await analytics.close()
  await server.remove()
})

const months = [Date.UTC(2025, 10, 21), Date.UTC(2025, 11, 21), Date.UTC(2026, 0, 21)]
const february = Date.UTC(2026, 1, 1)
const perMonth = 20
const keep = (changes: Partial<Retention>): Retention => ({ ...retentionOfSchema, ...changes })

/** Of one person, in each month as many: half of them of little influence. */
function records(): Emitted[] {
  return months.flatMap((at, month) => Array.from({ length: perMonth }, (_, i) => ({
    output: recordsFolded.output, key: 'ada',
    value: foldedRecord(month * perMonth + i, { accepted_at: at + i, sequence: month * perMonth + i + 1,
      psp_influence_weight: i % 2 === 0 ? 0.2 : 0.6 }),
  })))
}

/** Two components, both made in November; one of them goes on changing. */
function changes(): Emitted[] {
  const at = (sequence: number, id: string, month: number): Emitted => ({
    output: componentsChanged.output, key: 'ada',
    value: { ...componentChange(sequence, sequence < 3 ? 'created' : 'updated', id),
      changed_at: months[month] },
  })
  return [at(1, 'quiet', 0), at(2, 'busy', 0), at(3, 'busy', 0), at(4, 'busy', 1), at(5, 'busy', 2)]
}

async function rowsByMonth(): Promise<[number, number][]> {
  const found = await analytics.query<{ month: number, rows: number }>(`
SELECT toYYYYMM(accepted_at) AS month, toUInt32(count()) AS rows FROM records_all
GROUP BY month ORDER BY month`)
  return found.map(({ month, rows }) => [month, rows])
}

async function findingsOf(ids: number): Promise<readonly unknown[]> {
  const findings = new Findings()
  const keys = new Map([['ada', { records: 60, ids }]])
  await verifyRows(analytics, { records: 60, keys, months: new Map() }, findings, true,
    await recordsKeptFrom(analytics))
  return findings.all
}

await clickhouseSink(analytics).insert({ token: 'retention', partition: 0,
  emitted: [...records(), ...changes()] })
await moveCold(analytics, { before: Date.UTC(2026, 0, 2), settledSeconds: 0 })

t.test('as the schema has it nothing goes', async t => {
  t.same(await expireRows(analytics, retentionOfSchema, february), [])
  t.equal(await recordsKeptFrom(analytics), 0)
  t.same(await rowsByMonth(), [[202511, 20], [202512, 20], [202601, 20]])
})

t.test('R1 records of months that ended long enough ago go, warm and cold', async t => {
  t.equal((await listParts(analytics)).filter(({ state }) => state === 'cold').length, 2)
  t.same(await findingsOf(60), [], 'all is there')
  t.same(await expireRows(analytics, keep({ records: 60 }), february), [
    { table: 'records', upto: '2025-12-01', rows: 20 }])
  t.same(await rowsByMonth(), [[202512, 20], [202601, 20]])
  t.same((await listParts(analytics)).filter(({ state }) => state === 'cold').map(({ month }) => month),
    [202512])
  const files = await analytics.query<{ name: string }>(
    'SELECT name FROM system.tables WHERE startsWith(name, \'records_cold_\')')
  t.equal(files.length, 1, 'its file is gone')
  t.same(await expireRows(analytics, keep({ records: 60 }), february), [], 'once')
})

t.test('R2 what went is not missed, and what else is missing is', async t => {
  t.equal(await recordsKeptFrom(analytics), Date.UTC(2025, 11, 1))
  t.same(await findingsOf(40), [])
  t.match(await findingsOf(41), [{ kind: 'lost', count: 1 }])
})

t.test('R1 past changes go, the newest of each component stays', async t => {
  t.equal(await rowsOf(analytics, 'psp_components'), 5)
  t.same(await expireRows(analytics, keep({ psp_components: 10 }), february), [
    { table: 'psp_components', upto: '2026-01-01', rows: 3 }])
  const left = await analytics.query<{ component_id: string, sequence: string }>(
    'SELECT component_id, sequence FROM psp_components ORDER BY sequence SETTINGS final = 0')
  t.same(left.map(one => `${one.component_id} ${one.sequence}`), ['quiet 1', 'busy 5'])
  t.same(await analytics.query('SELECT toUInt32(count()) AS known FROM psp_current'), [{ known: 2 }])
})

t.test('lifetimes of other tables are those that are asked for', async t => {
  const insert = (): Promise<unknown> => analytics.client.command({ query: `
INSERT INTO api_calls (at, tenant, app, what, status, calls, took_ms_sum, took_ms_max)
SELECT now64(3) - INTERVAL number DAY, '', 'app', 'route', 200, 1, 1, 1 FROM numbers(0, 60)` })
  const merged = async (): Promise<number> => {
    await analytics.client.command({ query: 'OPTIMIZE TABLE api_calls FINAL' })
    return rowsOf(analytics, 'api_calls')
  }
  await insert()
  t.equal(await merged(), 60)
  t.same(await expireRows(analytics, keep({ api_calls: 30, dead_letters: 0 })), [
    { table: 'dead_letters', upto: '', rows: 0 }, { table: 'api_calls', upto: '', rows: 0 }])
  t.same(await expireRows(analytics, keep({ api_calls: 30, dead_letters: 0 })), [], 'once')
  t.equal(await merged(), 30)
  t.same((await expireRows(analytics, retentionOfSchema)).length, 2, 'as they were')
})
