/**
 * G6 against kill -9 of ClickHouse: at any instant, and in the gap where it remembers an insert that it lost
 * (X3).
 */
import { rmSync } from 'node:fs'
import t from 'tap'
import { recordsFolded } from '../../actors/person/outputs.js'
import {
  clickhouseSink, connectAnalytics, namesSql, openAnalytics, type Analytics,
} from '../../analytics/index.js'
import { HinataError, type SinkBatch } from '../../engine/index.js'
import { foldedRecord } from './samples.js'
import { TestServer } from './server.js'

function batchOf(number: number, size: number, person: string): SinkBatch {
  const emitted = Array.from({ length: size }, (_, i) => ({
    output: recordsFolded.output, key: person,
    value: foldedRecord(number * size + i, { user_id: person, record: { source: person } }),
  }))
  return { token: `hinata:clickhouse:0:${number}-0:${number + 1}-0`, partition: 0, emitted }
}

/** Counts as any client sees them, without `final`. */
async function counts(analytics: Analytics, person: string): Promise<unknown> {
  const [row] = await analytics.query(`
    SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(id)) AS ids,
      toUInt32(countIf(is_repair)) AS repaired,
      (SELECT toUInt32(sum(records)) FROM records_per_minute WHERE source = {person:String}) AS folded
    FROM records WHERE user_id IN ${namesSql('person')} SETTINGS final = 0`, { person })
  return row
}

t.test('killed during inserts, retried until they succeed', async t => {
  const server = await TestServer.start()
  const analytics = connectAnalytics({ url: server.url })
  t.teardown(async () => {
    await analytics.close()
    await server.remove()
  })
  const sink = clickhouseSink(analytics)
  await sink.insert(batchOf(0, 200, 'crash'))
  let failures = 0
  for (let number = 1; number <= 6; number++) {
    const batch = batchOf(number, 200, 'crash')
    const running = sink.insert(batch).then(() => undefined, (error: unknown) => error)
    // Each round kills a few answers later, so that the kills fall before, into and after the insert.
    for (let answers = 1; answers < number; answers++) await analytics.query('SELECT 1').catch(() => [])
    await server.kill()
    const outcome = await running
    if (outcome !== undefined) {
      failures++
      t.type(outcome, HinataError)
      t.match(outcome, { code: 'CLICKHOUSE_UNREACHABLE' }, 'the engine is told to retry')
    }
    await server.start()
    await sink.insert(batch)
  }
  t.ok(failures > 0, 'some inserts were cut')
  t.match(await counts(analytics, 'crash'), { rows: 1_400, ids: 1_400, folded: 1_400 })
})

t.test('an insert whose token survived but whose part did not is put back, and counted once', async t => {
  const server = await TestServer.start()
  let analytics = await openAnalytics({ url: server.url })
  t.teardown(async () => {
    await analytics.close()
    await server.remove()
  })
  const batch = batchOf(0, 50, 'lost')
  await clickhouseSink(analytics).insert(batch)
  const parts = await analytics.query<{ path: string }>(
    `SELECT path FROM system.parts WHERE table = 'records' AND active`)
  await analytics.close()
  await server.kill()
  for (const { path } of parts) rmSync(path, { recursive: true })
  await server.start()
  analytics = await openAnalytics({ url: server.url })
  const sink = clickhouseSink(analytics)
  await sink.insert(batch)
  t.same(await counts(analytics, 'lost'), { rows: 50, ids: 50, repaired: 50, folded: 50 })
  await clickhouseSink(analytics).insert(batch)
  await sink.insert(batchOf(1, 50, 'lost'))
  t.same(await counts(analytics, 'lost'), { rows: 100, ids: 100, repaired: 50, folded: 100 })
})
