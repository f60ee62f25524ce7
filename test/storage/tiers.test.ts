/**
 * A record walks warm → cold → warm: SQL finds it exactly once at every step, and a process that dies in the
 * middle of a move changes nothing. On a real embedded ClickHouse.
 */
import t, { type Test } from 'tap'
import { recordsFolded } from '../../actors/person/outputs.js'
import {
  clickhouseSink, listParts, moveCold, openAnalytics, rowsOf, verifyRows, warmCold,
} from '../../analytics/index.js'
import { Findings, type Emitted } from '../../engine/index.js'
import { foldedRecord } from '../analytics/samples.js'
import { TestServer } from '../analytics/server.js'
import { isOf } from '../support/row-names.js'

t.setTimeout(240_000)

const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url })
t.teardown(async () => {
  await analytics.close()
  await server.remove()
})

const dayMs = 86_400_000
/** The samples are of November 2025. */
const january = Date.UTC(2026, 0, 15)
const novemberIsOld = Date.UTC(2026, 0, 2)
const persons = 5
const perPerson = 40
let token = 0

function emitted(person: number, n: number, changes: Parameters<typeof foldedRecord>[1] = {}): Emitted {
  const influence = n % 2 === 0 ? 0.2 : 0.6
  return { output: recordsFolded.output, key: `p-${person}`, value: foldedRecord(n,
    { user_id: `p-${person}`, sequence: n + 1, psp_influence_weight: influence, ...changes }) }
}

async function insert(all: Emitted[]): Promise<void> {
  await clickhouseSink(analytics).insert({ token: `tiers-${++token}`, partition: 0, emitted: all })
}

interface Seen { readonly rows: number, readonly contents: number, readonly current: number }

async function seen(): Promise<Seen> {
  const [found] = await analytics.query<Seen>(`
SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(user_id, id, revision)) AS contents,
  (SELECT toUInt32(count()) FROM records_current) AS current FROM records_all`)
  return found
}

/** Every content at most once, every record once: merges may drop older contents at any time. */
async function once(t: Test, records: number, when: string): Promise<void> {
  const { rows, contents, current } = await seen()
  t.same([rows, current], [contents, records], when)
}

async function tierOf(id: string): Promise<string> {
  const rows = await analytics.query<{ tier: string }>('SELECT storage_tier AS tier FROM records_all '
    + `WHERE ${isOf('p-3')} AND id = {id:String}`, { id })
  return rows.map(({ tier }) => tier).join()
}

/** Runs a move that dies before a step. */
async function dies(
  t: Test, move: (onStep: (step: string) => void) => Promise<unknown>, death: string,
): Promise<void> {
  await t.rejects(move(step => { if (step === death) throw new Error('killed') }), /killed/, `at ${death}`)
}

const all = Array.from({ length: persons * perPerson }, (_, i) =>
  emitted(i % persons, Math.floor(i / persons)))
const options = { before: novemberIsOld, settledSeconds: 0 }
const total = persons * perPerson

t.test('moves that die at every step, then one that ends', async t => {
  await insert(all)
  await insert([emitted(0, 500, { accepted_at: january }), emitted(0, 2, { revision: 2, sequence: 600 })])
  await once(t, total + 1, 'before')
  t.equal(await tierOf('r-4'), 'hot', 'as it was folded')
  for (const step of ['copy', 'note', 'switch', 'delete', 'end']) {
    await dies(t, onStep => moveCold(analytics, { ...options, onStep }), step)
    await once(t, total + 1, `killed before ${step}`)
  }
  t.equal((await moveCold(analytics, options)).length, 1)
  await once(t, total + 1, 'moved')
  const parts = await listParts(analytics)
  t.match(parts, [{ name: 'records_cold_202511_1', month: 202511, rows: total / 2 + 1, state: 'cold' }])
  const [warm] = await analytics.query<{ rows: number }>(
    'SELECT toUInt32(count()) AS rows FROM records SETTINGS final = 0')
  t.equal(warm.rows, total / 2 + 1, 'January and what has influence')
  t.equal(await rowsOf(analytics, 'records'), total + 2, 'a backup counts both')
  t.equal(await tierOf('r-4'), 'cold')
  t.same(await moveCold(analytics, options), [], 'nothing more to move')
})

t.test('what comes later is seen at once, and moved by the next move', async t => {
  await insert([emitted(1, 700), emitted(1, 4, { revision: 2, sequence: 701 })])
  await once(t, total + 2, 'a late record and a revision of a cold one')
  t.match(await moveCold(analytics, options), [{ name: 'records_cold_202511_2', rows: 2 }])
  await once(t, total + 2, 'moved')
})

t.test('after a restart of ClickHouse it is all there', async t => {
  await server.kill()
  await server.start()
  await once(t, total + 2, 'restarted')
})

t.test('what comes again after a restoration is known, also when it is cold', async t => {
  await clickhouseSink(analytics).insert({ token: 'again', partition: 0, isRepeated: true, emitted: all })
  await once(t, total + 2, 'not doubled')
  const keys = Array.from({ length: persons }, (_, p) => {
    const [ids, records] = p === 0 ? [perPerson + 1, 600] : p === 1 ? [perPerson + 1, 701]
      : [perPerson, perPerson]
    return [`p-${p}`, { ids, records }] as const
  })
  const findings = new Findings()
  await verifyRows(analytics, { records: 0, keys: new Map(keys), months: new Map() }, findings, true)
  t.same(findings.all, [], 'verify sees cold rows')
})

t.test('a person is warmed, in moves that die at every step', async t => {
  for (const step of ['note', 'hide', 'delete', 'copy', 'switch']) {
    await dies(t, onStep => warmCold(analytics, { user: 'p-3' }, onStep), step)
    await once(t, total + 2, `killed before ${step}`)
  }
  await dies(t, onStep => warmCold(analytics, { user: 'p-3' }, onStep), 'drop')
  await once(t, total + 2, 'killed before its file is gone')
  await warmCold(analytics, { user: 'p-3' })
  await once(t, total + 2, 'warm')
  t.notMatch(await tierOf('r-4'), 'cold')
  t.match(await listParts(analytics), [{ state: 'warm' }, { state: 'warm' }],
    'and the newer part of the month before')
  t.match(await moveCold(analytics, options), [{ name: 'records_cold_202511_3' }])
  await once(t, total + 2, 'cold again')
  t.equal((await warmCold(analytics, { month: 202511 })).length, 1)
  await once(t, total + 2, 'warm again')
  t.match(await moveCold(analytics, options), [{ name: 'records_cold_202511_4' }])
})

t.test('young months stay', async t => {
  t.same(await moveCold(analytics, { before: january + 10 * dayMs, settledSeconds: 0 }), [])
  t.equal((await listParts(analytics)).filter(({ state }) => state === 'cold').length, 1)
})
