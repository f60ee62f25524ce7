/**
 * Rows of an erased person: Y1 none is inserted behind its erasure, whatever is retried; Y2 what came later
 * stays; Y3 the files that held them leave the disk. Against the embedded server.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { componentsChanged, deadLetters, personsErased, recordsFolded } from '../../actors/person/outputs.js'
import { clickhouseSink, namesOf, openAnalytics } from '../../analytics/index.js'
import type { Emitted } from '../../engine/index.js'
import { until } from '../support/until.js'
import { acceptedAt, componentChange, deadLetter, foldedRecord } from './samples.js'
import { TestServer } from './server.js'

const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url })
t.setTimeout(180_000)
t.teardown(async () => {
  await analytics.close()
  await server.remove()
})

const tables = ['records', 'psp_components', 'dead_letters']
const erasure = (key: string, at: number): Emitted =>
  ({ output: personsErased.output, key, value: { at, reason: 'person' } })

function folded(key: string, n: number, at: number): Emitted {
  const value = foldedRecord(n, { user_id: key, accepted_at: at, record: { note: `canary ${key}` } })
  return { output: recordsFolded.output, key, value }
}

function everything(key: string, at: number): Emitted[] {
  return [folded(key, 1, at), folded(key, 2, at),
    { output: componentsChanged.output, key, value: { ...componentChange(1, 'created'), user_id: key,
      changed_at: at } },
    { output: deadLetters.output, key, value: { ...deadLetter({}), key, acceptedAt: at, failedAt: at } }]
}

/** Every name that rows of a person were seen to carry: an erasure lets them go. */
const seenNames = new Map<string, string[]>()

async function rowsOf(person: string): Promise<number[]> {
  const now = (await namesOf(analytics, [person])).get(person) ?? []
  const names = [...new Set([...seenNames.get(person) ?? [], ...now])]
  seenNames.set(person, names)
  return Promise.all(tables.map(async table => {
    const [row] = await analytics.query<{ n: number }>(
      `SELECT toUInt32(count()) AS n FROM ${table} WHERE user_id IN {names:Array(String)} SETTINGS final = 0`,
      { names })
    return row.n
  }))
}

t.test('Y1 Y2: rows before the erasure go, in all tables; rows behind it and of others stay', async t => {
  const sink = clickhouseSink(analytics)
  await sink.insert({ token: 'a', partition: 1,
    emitted: [...everything('ada', acceptedAt), ...everything('bob', acceptedAt)] })
  t.strictSame(await rowsOf('ada'), [2, 1, 1])
  const batch = { token: 'b', partition: 1, emitted: [folded('ada', 3, acceptedAt + 5),
    erasure('ada', acceptedAt + 10), folded('ada', 4, acceptedAt + 10), folded('bob', 3, acceptedAt + 1)] }
  await sink.insert(batch)
  t.strictSame(await rowsOf('ada'), [1, 0, 0])
  t.strictSame(await rowsOf('bob'), [3, 1, 1])
  await clickhouseSink(analytics).insert(batch)
  t.strictSame(await rowsOf('ada'), [1, 0, 0], 'the same batch again, uncertain')
  t.strictSame(await rowsOf('bob'), [3, 1, 1])
})

t.test('Y1: a batch of 120 erasures, some of them twice', async t => {
  const sink = clickhouseSink(analytics)
  const persons = Array.from({ length: 120 }, (_, i) => `person ${i}`)
  await sink.insert({ token: 'c', partition: 2, emitted: persons.map(key => folded(key, 1, acceptedAt)) })
  await sink.insert({ token: 'd', partition: 2, emitted: [
    ...persons.map(key => erasure(key, acceptedAt + 1)), folded('person 3', 2, acceptedAt + 2),
    erasure('person 3', acceptedAt + 3), folded('person 4', 2, acceptedAt + 2)] })
  const left = await analytics.query(
    'SELECT DISTINCT note FROM records WHERE startsWith(note, \'canary person \') SETTINGS final = 0')
  t.same(left, [{ note: 'canary person 4' }])
})

t.test('Y3 Y4: the parts that held the rows leave the disk, and no statement names the person', async t => {
  const parts = (): Promise<{ name: string, path: string, active: number }[]> => analytics.query(
    'SELECT name, path, active FROM system.parts WHERE has({tables:Array(String)}, table)',
    { tables })
  const before = (await parts()).filter(({ active }) => active === 0)
  await until('inactive parts are removed', () => !before.some(({ path }) => existsSync(path)), 120)
  const folders = new Set((await parts()).map(({ path }) => join(path, '..')))
  t.equal(folders.size, tables.length)
  for (const folder of folders) {
    const names = new Set((await parts()).map(({ name }) => name))
    const onDisk = readdirSync(folder, { withFileTypes: true }).filter(one => one.isDirectory())
      .map(({ name }) => name).filter(name => name !== 'detached' && name !== 'deduplication_logs')
    t.strictSame(onDisk.filter(name => !names.has(name)), [])
  }
  const statements = await analytics.query<{ command: string }>('SELECT command FROM system.mutations')
  t.ok(statements.length > 0)
  const texts = statements.map(({ command }) => command.replaceAll(/'[0-9a-f]{64}'/g, 'a hash'))
  t.ok(texts.every(text => !/ada|bob|person \d/.test(text)))
})
