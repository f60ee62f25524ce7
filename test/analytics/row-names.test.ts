/**
 * Whose rows are whose (analytics/row-names.ts): N1 the same name at every try, whoever tries; N2 two that
 * draw at once; N3 erasure; N4 consent. Against the embedded server.
 */
import fc from 'fast-check'
import t from 'tap'
import { componentsChanged, deadLetters, personsErased, recordsFolded } from '../../actors/person/outputs.js'
import {
  clickhouseSink, ClickhouseShownPersons, namesOf, openAnalytics, verifyRows,
} from '../../analytics/index.js'
import { dropNames, nameAll } from '../../analytics/row-names.js'
import { Findings, type Emitted } from '../../engine/index.js'
import { isOf } from '../support/row-names.js'
import { acceptedAt, componentChange, deadLetter, foldedRecord } from './samples.js'
import { TestServer } from './server.js'

const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url, rowNames: 'drawn' })
const shown = new ClickhouseShownPersons({ url: server.url })
t.setTimeout(180_000)
t.teardown(async () => {
  await shown.close()
  await analytics.close()
  await server.remove()
})

const tables = ['records', 'psp_components', 'dead_letters']

function everything(key: string, at: number, n = 1): Emitted[] {
  const letter = { ...deadLetter({}), id: `${at}-${n}`, key, acceptedAt: at, failedAt: at,
    error: { code: 'TURN_FAILED', message: `the turn of ${key} failed`, stack: `at ${key}` } }
  return [
    { output: recordsFolded.output, key,
      value: foldedRecord(n, { user_id: key, sequence: n, accepted_at: at }) },
    { output: componentsChanged.output, key,
      value: { ...componentChange(n, 'created'), user_id: key, changed_at: at } },
    { output: deadLetters.output, key, value: letter },
  ] as Emitted[]
}

/** Tables of which a row has the text in any column. */
async function tablesWith(text: string): Promise<string[]> {
  const found = await Promise.all(tables.map(async table => {
    const [{ n }] = await analytics.query<{ n: number }>(`SELECT toUInt32(count()) AS n FROM ${table}
      WHERE position(toString(tuple(*)), {text:String}) > 0 SETTINGS final = 0`, { text })
    return n > 0 ? [table] : []
  }))
  return found.flat()
}

const personsShown = (): Promise<{ user_id: string, person: string }[]> =>
  analytics.query('SELECT user_id, person FROM persons ORDER BY person')

t.test('N1 W6: no row has the id, every row the one name, at every try of whoever', async t => {
  const key = 'ada-canary-1815'
  const batch = { token: 'n1', partition: 1, emitted: everything(key, acceptedAt) }
  await clickhouseSink(analytics).insert(batch)
  await clickhouseSink(analytics).insert(batch)
  await clickhouseSink(analytics).insert({ token: 'n1-later', partition: 1,
    emitted: everything(key, acceptedAt + 5, 2) })
  t.same(await tablesWith(key), [], 'in no column of any row')
  const [[name, ...more]] = [...(await namesOf(analytics, [key])).values()]
  t.match(name, /^p_[\w-]{22}$/)
  t.same(more, [])
  t.same(await tablesWith(name), tables)
  const [{ n, names }] = await analytics.query<{ n: number, names: number }>(
    'SELECT toUInt32(count()) AS n, toUInt32(uniqExact(user_id)) AS names FROM records SETTINGS final = 0')
  t.same([n, names], [2, 1])
  const findings = new Findings()
  const tally = { records: 2, keys: new Map([[key, { records: 2, ids: 2 }]]), months: new Map() }
  t.equal(await verifyRows(analytics, tally, findings, true), 2)
  t.same(findings.all, [], 'verify finds them')
})

t.test('N2: who draws at once agrees, and what either drew is found', async t => {
  const since = new Map(Array.from({ length: 30 }, (_, i) => [`twin ${i}`, acceptedAt] as const))
  const drawn = await Promise.all(Array.from({ length: 4 }, () => nameAll(analytics, since)))
  const later = await nameAll(analytics, since)
  for (const names of drawn) {
    t.same([...names.keys()].sort(), [...since.keys()].sort())
    for (const [person, [name]] of names) t.ok(later.get(person)!.includes(name))
  }
  for (let i = 0; i < 3; i++) {
    t.same([...await nameAll(analytics, since)].sort(), [...later].sort(), 'settled for good')
  }
})

t.test('N3: rows and name go together; the next life has another name, at every try', async t => {
  const key = 'carla-canary'
  const erased = (at: number): Emitted =>
    ({ output: personsErased.output, key, value: { at, reason: 'person' } })
  await clickhouseSink(analytics).insert({ token: 'n3', partition: 3, emitted: everything(key, acceptedAt) })
  const [before] = (await namesOf(analytics, [key])).get(key)!
  const batch = { token: 'n3-erased', partition: 3, emitted: [
    ...everything(key, acceptedAt + 1, 2), erased(acceptedAt + 10), ...everything(key, acceptedAt + 10, 3)] }
  await clickhouseSink(analytics).insert(batch)
  const [after, ...more] = (await namesOf(analytics, [key])).get(key)!
  t.not(after, before)
  t.same(more, [])
  t.same(await tablesWith(before), [], 'no row under the name of before')
  t.same(await tablesWith(after), tables)
  await clickhouseSink(analytics).insert(batch)
  t.same((await namesOf(analytics, [key])).get(key), [after], 'the batch again leaves the later life its own')
  await clickhouseSink(analytics)
    .insert({ token: 'n3-end', partition: 3, emitted: [erased(acceptedAt + 20)] })
  t.equal((await namesOf(analytics, [key])).size, 0)
  t.same(await tablesWith(after), [])
})

t.test('N3: cut off between rows and names it is done again', async t => {
  const key = 'dora-canary'
  await clickhouseSink(analytics).insert({ token: 'n4', partition: 4, emitted: everything(key, acceptedAt) })
  const [name] = (await namesOf(analytics, [key])).get(key)!
  for (const table of tables) {
    await analytics.client.command({ query: `ALTER TABLE ${table} DELETE WHERE user_id = '${name}'`,
      clickhouse_settings: { mutations_sync: '1' } })
  }
  await clickhouseSink(analytics).insert({ token: 'n4-erased', partition: 4,
    emitted: [{ output: personsErased.output, key, value: { at: acceptedAt + 1, reason: 'person' } }] })
  t.equal((await namesOf(analytics, [key])).size, 0)
})

t.test('N4 V2: consent shows whose rows are whose, of any age, and takes it back', async t => {
  const [yes, no] = ['emil', 'fred']
  await clickhouseSink(analytics).insert({ token: 'n5', partition: 5,
    emitted: [...everything(yes, acceptedAt), ...everything(no, acceptedAt)] })
  t.same(await personsShown(), [])
  await shown.put(yes, true, acceptedAt)
  const [name] = (await namesOf(analytics, [yes])).get(yes)!
  t.same(await personsShown(), [{ user_id: name, person: yes }])
  t.same(await analytics.query(`SELECT id FROM records WHERE user_id IN
    (SELECT user_id FROM persons WHERE person = 'emil')`), [{ id: 'r-1' }], 'rows of before as well')
  await shown.put(yes, false, acceptedAt + 1)
  t.same(await personsShown(), [])
  t.same(await analytics.query('SELECT told FROM shown_persons WHERE told != \'\' SETTINGS final = 0'), [])
  t.same(await analytics.query(`SELECT count() AS n FROM records WHERE ${isOf(yes)}`), [{ n: '1' }])
  await shown.put('unknown so far', true, acceptedAt)
  t.same(await personsShown(), [], 'nobody without rows')
  await shown.forget('unknown so far')
})

t.test('V1: the highest version counts, in whatever order they come', async () => {
  const change = fc.record({ isShown: fc.boolean(), at: fc.integer({ min: 1, max: 4 }) })
  await nameAll(analytics, new Map([['gina', acceptedAt]]))
  await fc.assert(fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async changes => {
    for (const { isShown, at } of changes) await shown.put('gina', isShown, at)
    const last = Math.max(...changes.map(({ at }) => at))
    const isShown = changes.filter(({ at }) => at === last).every(one => one.isShown)
    const seen = (await personsShown()).some(({ person }) => person === 'gina')
    await shown.forget('gina')
    return seen === isShown
  }), { seed: 62, numRuns: 12 })
})

t.test('names of a later life stay when an older erasure is done again', async t => {
  await nameAll(analytics, new Map([['hugo', acceptedAt + 7]]))
  await dropNames(analytics, new Map([['hugo', acceptedAt + 7]]))
  t.equal((await namesOf(analytics, ['hugo'])).size, 1)
  await dropNames(analytics, new Map([['hugo', acceptedAt + 8]]))
  t.equal((await namesOf(analytics, ['hugo'])).size, 0)
})
