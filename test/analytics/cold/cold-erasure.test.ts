/**
 * Erased rows leave cold files: N1 also those that a move just copied, N2 whoever moves meanwhile, N3 dying
 * before any step; V1 V2 turns. Of other persons every row is there once, throughout. Embedded ClickHouse.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { personsErased, recordsFolded } from '../../../actors/person/outputs.js'
import { clickhouseSink, listParts, moveCold, openAnalytics } from '../../../analytics/index.js'
import { inTurn, lastTurn } from '../../../analytics/cold/turn.js'
import { eraseRows } from '../../../analytics/erasure.js'
import type { Emitted } from '../../../engine/index.js'
import { acceptedAt, foldedRecord } from '../samples.js'
import { TestServer } from '../server.js'
import { keepIds } from '../../support/row-names.js'
import { until } from '../../support/until.js'

t.setTimeout(300_000)

const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url })
t.teardown(async () => {
  await analytics.close()
  await server.remove()
})

const perPerson = 20
/** The samples are of November 2025. */
const options = { before: Date.UTC(2026, 0, 2), settledSeconds: 0 }
const moveSteps = ['copy', 'note', 'switch', 'delete', 'end']
let token = 0

function rowsFor(person: string): Emitted[] {
  return Array.from({ length: perPerson }, (_, n) => ({ output: recordsFolded.output, key: person,
    value: foldedRecord(n, { user_id: person, sequence: n + 1, accepted_at: acceptedAt,
      psp_influence_weight: n % 4 === 0 ? 0.6 : 0.2 }) }))
}

const erasureOf = (key: string): Emitted =>
  ({ output: personsErased.output, key, value: { at: acceptedAt + 1, reason: 'person' } })

const insert = async (emitted: Emitted[]): Promise<unknown> => {
  await keepIds(analytics, ...new Set(emitted.map(({ key }) => key)))
  return clickhouseSink(analytics).insert({ token: `cold-erasure-${++token}`, partition: 0, emitted })
}

async function countsOf(): Promise<Record<string, number>> {
  const rows = await analytics.query<{ person: string, n: number }>(
    'SELECT user_id AS person, toUInt32(count()) AS n FROM records_all GROUP BY person')
  return Object.fromEntries(rows.map(({ person, n }) => [person, n]))
}

/** Nothing of the person in any table, and as many files on the disk as parts are shown. */
async function gone(t: Test, person: string, when: string, others = perPerson): Promise<void> {
  const counts = await countsOf()
  t.equal(counts[person], undefined, `${when}: no row of ${person}`)
  t.equal(counts.stays ?? 0, others, `${when}: another person has every row once`)
  const files = await analytics.query<{ name: string, paths: string[] }>(
    `SELECT name, data_paths AS paths FROM system.tables WHERE startsWith(name, 'records_cold_')`)
  for (const { name } of files) {
    const [{ n }] = await analytics.query<{ n: number }>(
      `SELECT toUInt32(count()) AS n FROM ${name} WHERE user_id = {person:String}`, { person })
    t.equal(n, 0, `${when}: none in ${name}`)
  }
  const cold = (await listParts(analytics)).filter(({ state }) => state === 'cold').map(({ name }) => name)
  t.same(files.map(({ name }) => name).sort(), cold.sort(), `${when}: no other files`)
  await until('no other files are on the disk', () => {
    try {
      return parquetFiles().length === cold.length
    } catch {
      return false // a part of another table left the disk while its folder was read
    }
  }, 60)
}

function parquetFiles(): string[] {
  return readdirSync(server.dataDir, { recursive: true, withFileTypes: true })
    .filter(one => one.isFile() && one.name.endsWith('.Parquet')).map(one => join(one.parentPath, one.name))
}

t.test('a person leaves cold files', async t => {
  await insert([...rowsFor('stays'), ...rowsFor('ada'), ...rowsFor('bob'),
    ...rowsFor('dora')])
  t.match(await moveCold(analytics, options), [{ rows: 60 }])
  const before = parquetFiles()
  t.equal(before.length, 1)
  await insert([erasureOf('ada'), ...rowsFor('carl')])
  await gone(t, 'ada', 'erased')
  t.notOk(existsSync(before[0]), 'the file that held the rows')
  t.match(await listParts(analytics), [{ name: 'records_cold_202511_1', state: 'replaced' },
    { name: 'records_cold_202511_1_2', generation: 1, rows: 45, state: 'cold' }])
  const turn = await lastTurn(analytics)
  await insert([erasureOf('carl')])
  t.same(await lastTurn(analytics), turn, 'N2: who is in no file waits for nobody')
  await gone(t, 'carl', 'warm rows only')
})

t.test('N3: the eraser dies before every step', async t => {
  for (const [step, person] of [['copy', 'bob'], ['note', 'bob'], ['switch', 'bob'], ['drop', 'dora']]) {
    await t.rejects(eraseRows(analytics, new Map([[person, acceptedAt + 1]]),
      now => { if (now === step) throw new Error('killed') }), /killed/)
    t.equal((await countsOf()).stays, perPerson, `killed before ${step}`)
  }
  await insert([erasureOf('bob'), erasureOf('dora')])
  await gone(t, 'bob', 'done again')
  await gone(t, 'dora', 'done again')
})

t.test('N1: moves die at every step, and then the person is erased', async t => {
  for (const step of moveSteps) {
    await insert(rowsFor(`died-${step}`))
    await t.rejects(moveCold(analytics, { ...options,
      onStep: now => { if (now === step) throw new Error('killed') } }), /killed/)
    await insert([erasureOf(`died-${step}`)])
    await gone(t, `died-${step}`, `move killed before ${step}`)
  }
})

t.test('N1: a person is erased while a move is at any step', async t => {
  for (const step of moveSteps) {
    await insert(rowsFor(`meanwhile-${step}`))
    const erasing: Promise<unknown>[] = []
    await moveCold(analytics, { ...options,
      onStep: now => { if (now === step) erasing.push(insert([erasureOf(`meanwhile-${step}`)])) } })
    t.equal(erasing.length, 1)
    await Promise.all(erasing)
    await gone(t, `meanwhile-${step}`, `erased before ${step}`)
  }
})

t.test('a file that held nobody else is gone', async t => {
  await insert([erasureOf('stays'), ...rowsFor('stays-2')])
  await gone(t, 'nobody', 'the last one left', 0)
  t.same(await countsOf(), { 'stays-2': perPerson })
})

t.test('V1: one at a time, and the dead are passed', async t => {
  let [inside, most] = [0, 0]
  await Promise.all([1, 2, 3, 4].map(() => inTurn(analytics, async assertHeld => {
    most = Math.max(most, ++inside)
    await assertHeld()
    inside--
  })))
  t.equal(most, 1)
  const { number } = await lastTurn(analytics)
  await analytics.client.command({ query:
    `CREATE TABLE cold_turn_${number + 1} (nothing UInt8) ENGINE = Null COMMENT`
    + '  \'held until 1000\'' })
  t.same(await inTurn(analytics, () => lastTurn(analytics)), { number: number + 2, isFree: false })
})

t.test('V2: whoever was taken for dead stops', async t => {
  await t.rejects(inTurn(analytics, async assertHeld => {
    const { number } = await lastTurn(analytics)
    await analytics.client.command({ query: `DROP TABLE cold_turn_${number} SYNC` })
    await assertHeld()
  }), { code: 'TIERS_BUSY' })
})
