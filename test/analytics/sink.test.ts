/** G6: every emitted value is one row, whatever is repeated. Against the embedded server. */
import t from 'tap'
import { componentsChanged, deadLetters, recordsFolded } from '../../actors/person/outputs.js'
import { clickhouseSink, connectAnalytics, migrate, openAnalytics } from '../../analytics/index.js'
import type { Emitted, Output } from '../../engine/index.js'
import { keepIds } from '../support/row-names.js'
import { acceptedAt, componentChange, deadLetter, foldedRecord, type RecordChanges } from './samples.js'
import { TestServer } from './server.js'

const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url })
await keepIds(analytics, 'ada', 'twice', 'equal', 'rev', 'generations', 'again', 'other')
t.teardown(async () => {
  await analytics.close()
  await server.remove()
})

function emitted<V>(output: Output<V>, value: V): Emitted {
  return { output: output.output, key: 'ada', value }
}

function records(from: number, to: number, changes: RecordChanges = {}): Emitted[] {
  return Array.from({ length: to - from }, (_, i) => emitted(recordsFolded, foldedRecord(from + i, changes)))
}

/** What an analyst sees without our settings: duplicates would show. */
async function rawCount(person: string): Promise<{ rows: number, ids: number, folded: number }> {
  const [counted] = await analytics.query<{ rows: number, ids: number, folded: number }>(`
    SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(id)) AS ids,
      (SELECT toUInt32(sum(records)) FROM records_per_minute WHERE source = {person:String}) AS folded
    FROM records WHERE user_id = {person:String} SETTINGS final = 0`, { person })
  return counted
}

t.test('migrations that ran are not run again', async t => {
  t.same(await migrate(analytics), [])
  const steps = await analytics.query('SELECT version, name FROM schema_migrations ORDER BY version')
  t.same(steps, [
    { version: 1, name: 'records' }, { version: 2, name: 'psp-components' },
    { version: 3, name: 'dead-letters' },
    { version: 4, name: 'records-per-minute' }, { version: 5, name: 'dead-letter-status' },
    { version: 6, name: 'committed-changes' }, { version: 7, name: 'rollups' },
    { version: 8, name: 'column-comments' }, { version: 9, name: 'data-access' },
    { version: 10, name: 'api-calls' }, { version: 11, name: 'app-registrations' },
    { version: 12, name: 'cold-records' }, { version: 20, name: 'erasure' },
    { version: 21, name: 'said-of-components' },
    { version: 22, name: 'expirations' }, { version: 23, name: 'revised-key' },
    { version: 35, name: 'row-names' },
  ])
  const tables = await analytics.query<{ name: string }>(`
    SELECT name FROM system.tables
    WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name NOT LIKE 'schema%'
      AND position(create_table_query, 'non_replicated_deduplication_window') = 0`)
  t.same(tables, [], 'every table remembers tokens')
})

t.test('a batch inserted twice is there once, in the table and in the rollup', async t => {
  const person = 'twice'
  const changes = { user_id: person, record: { source: person } }
  const batch = { token: 'hinata:clickhouse:1:0-0:5-0', partition: 1, emitted: records(0, 500, changes) }
  await clickhouseSink(analytics).insert(batch)
  const again = clickhouseSink(analytics)
  await again.insert(batch)
  await again.insert({ ...batch, token: 'hinata:clickhouse:1:5-0:6-0', emitted: records(500, 501, changes) })
  t.same(await rawCount(person), { rows: 501, ids: 501, folded: 501 })
  const [minute] = await analytics.query(`
    SELECT toString(minute) AS minute, app, toUInt32(sum(neutral)) AS neutral,
      toUInt32(sum(revisions)) AS revisions,
      round(sum(attention_sum), 4) AS attention, min(latency_ms_sum) > 0 AS hasLatency
    FROM records_per_minute WHERE source = 'twice' GROUP BY minute, app`)
  t.same(minute, {
    minute: '2025-11-21 08:00:00', app: 'app-1', neutral: 501, revisions: 0, attention: 61.8735,
    hasLatency: 1,
  })
})

t.test('equal rows of different batches all count: the token decides, not the content', async t => {
  const changes = { user_id: 'equal', record: { source: 'equal' } }
  const sink = clickhouseSink(analytics)
  await sink.insert({ token: 'equal-1', partition: 2, emitted: records(0, 3, changes) })
  await sink.insert({ token: 'equal-2', partition: 2, emitted: records(0, 3, changes) })
  t.equal((await rawCount('equal')).folded, 6)
})

t.test('a revision replaces, also when it was accepted in another month', async t => {
  const sink = clickhouseSink(analytics)
  const first = records(0, 3, { user_id: 'rev' })
  const revised = emitted(recordsFolded, foldedRecord(1, {
    user_id: 'rev', revision: 2, accepted_at: acceptedAt + 40 * 86_400_000, record: { note: 'better' },
  }))
  await sink.insert({ token: 'rev-1', partition: 3, emitted: first })
  await sink.insert({ token: 'rev-2', partition: 3, emitted: [revised] })
  const seen = await analytics.query(`
    SELECT id, revision, note = 'better' AS isBetter FROM records WHERE user_id = 'rev' ORDER BY id`)
  t.same(seen, [
    { id: 'r-0', revision: 1, isBetter: 0 }, { id: 'r-1', revision: 2, isBetter: 1 },
    { id: 'r-2', revision: 1, isBetter: 0 },
  ])
})

t.test('one batch across months is one part per month', async t => {
  const months = [0, 40, 80].map(days => acceptedAt + days * 86_400_000)
  const record = { source: 'months' }
  const emitted = months.flatMap(at => records(0, 2, { user_id: `months-${at}`, accepted_at: at, record }))
  const batch = { token: 'months', partition: 4, emitted }
  await clickhouseSink(analytics).insert(batch)
  await clickhouseSink(analytics).insert(batch)
  const [sums] = await analytics.query(`
    SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(toYYYYMM(accepted_at))) AS months FROM records
    WHERE source = 'months' SETTINGS final = 0`)
  t.same(sums, { rows: 6, months: 3 })
})

t.test('component changes and dead letters', async t => {
  const sink = clickhouseSink(analytics)
  const batch = {
    token: 'psp', partition: 5,
    emitted: [
      emitted(componentsChanged, componentChange(1, 'created')),
      emitted(componentsChanged, componentChange(2, 'merged')),
      emitted(componentsChanged, componentChange(3, 'created', 'k-2')),
      emitted(componentsChanged, componentChange(4, 'superseded', 'k-2')),
      emitted(deadLetters, deadLetter({ app: 'app-1', record: { id: 'bad', note: 'hidden' } })),
    ],
  }
  await sink.insert(batch)
  t.same(await analytics.query(`
    SELECT component_id, toUInt32(sequence) AS sequence, change, total_attention_weight AS weight, evidence,
      toString(valid_from) AS valid_from, valid_to FROM psp_current`), [{
    component_id: 'k-1', sequence: 2, change: 'merged', weight: 1234.5678, evidence: ['r-1', 'r-2'],
    valid_from: '2025-11-21 08:00:30.123', valid_to: null,
  }])
  const [count] = await analytics.query('SELECT toUInt32(count()) AS n FROM psp_components')
  t.same(count, { n: 4 })
  const [letter] = await analytics.query(`
    SELECT record_id, app, failed_in, attempts, error_code, error_message FROM dead_letters`)
  t.same(letter, {
    record_id: 'bad', app: 'app-1', failed_in: 'person', attempts: 3, error_code: 'TURN_FAILED',
    error_message: 'Mail me at [EMAIL]',
  })
})

t.test('a ClickHouse that does not answer, and one that refuses', async t => {
  const gone = connectAnalytics({ url: 'http://user:pass@127.0.0.1:9' })
  const batch = { token: 'x', partition: 0, emitted: [] }
  const failure = await clickhouseSink(gone).insert(batch).catch((error: unknown) => error)
  t.match(failure, { code: 'CLICKHOUSE_UNREACHABLE', isRetryable: true })
  t.notMatch(String(failure), /pass/)
  await t.rejects(analytics.query('SELECT nothing FROM nowhere'), { code: 'CLICKHOUSE_REFUSED' })
  await t.rejects(openAnalytics({ url: 'http://127.0.0.1:9' }), { code: 'CLICKHOUSE_UNREACHABLE' })
  await gone.close()
})

t.test('W4: changes of a later generation come behind all earlier ones', async t => {
  const sink = clickhouseSink(analytics)
  for (const generation of [0, 1, 2]) {
    const change = componentChange(5 - generation, 'updated', 'k-9')
    const value = { ...change, user_id: 'generations',
      component: { ...change.component, description: `of ${generation}` } }
    await sink.insert({ token: `generations-${generation}`, partition: 4, generation,
      emitted: [emitted(componentsChanged, value)] })
  }
  const rows = await analytics.query(`SELECT toUInt32(sequence % pow(2, 40)) AS own, description
    FROM psp_components WHERE user_id = 'generations' ORDER BY sequence`)
  t.same(rows, [0, 1, 2].map(generation => ({ own: 5 - generation, description: `of ${generation}` })))
  t.same(await analytics.query('SELECT description FROM psp_current WHERE user_id = \'generations\''),
    [{ description: 'of 2' }])
})

t.test('what comes again because state was put back is inserted as far as it is missing', async t => {
  const person = 'again'
  const changes = { user_id: person, record: { source: person } }
  const change = (sequence: number): Emitted => emitted(componentsChanged,
    { ...componentChange(sequence, 'updated'), user_id: person })
  const letter = (n: number): Emitted => emitted(deadLetters,
    { ...deadLetter(n), id: `again-${n}`, key: person })
  await clickhouseSink(analytics).insert({ token: 'life-1', partition: 9,
    emitted: [...records(1, 5, changes), change(1), change(3), letter(1)] })
  const other = records(1, 3, { user_id: 'other', record: { source: 'other' } })
  const batch = { token: 'life-2', partition: 9, isRepeated: true, emitted: [
    ...records(3, 8, changes), ...other, change(2), change(3), change(4), letter(1), letter(2)] }
  await clickhouseSink(analytics).insert(batch)
  await clickhouseSink(analytics).insert({ ...batch, token: 'life-3' })
  t.same(await rawCount(person), { rows: 7, ids: 7, folded: 7 })
  t.same((await rawCount('other')).rows, 2)
  t.same(await analytics.query('SELECT sequence FROM psp_components WHERE user_id = {person:String} '
    + 'ORDER BY sequence SETTINGS final = 0', { person }), [{ sequence: '1' }, { sequence: '3' },
    { sequence: '4' }], 'a step that was replaced within its commit stays out')
  t.same(await analytics.query('SELECT count() AS letters FROM dead_letters '
    + 'WHERE user_id = {person:String} SETTINGS final = 0', { person }), [{ letters: '2' }])
})
