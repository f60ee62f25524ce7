/**
 * Names in rows, on the whole system: no row has the id of a person, also when a node is killed; consent
 * opens and closes `persons`; `verify` finds everything; an erasure takes rows and name; a backup brings both
 * back; an analyst's token sees no more than consents say.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openTopologyClient } from '../../engine/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { askWith, post, recordOf } from '../gateway/system.js'
import { HinataFolder, type RunningHinata } from '../support/hinata-process.js'
import { isOf } from '../support/row-names.js'
import { until } from '../support/until.js'

const perPerson = 12
const patience = 150
const partitions = 16
const persons = ['ada-of-london', 'bob-of-bergen', 'cyn-of-lisbon']
const tables = ['records_all', 'psp_components', 'dead_letters']

t.setTimeout(600_000)
const folder = await mkdtemp(join(tmpdir(), 'hinata-names-'))
const hinata = new HinataFolder(join(folder, 'data'), ['--row-names', 'drawn'])
t.teardown(async () => {
  hinata.end()
  await rm(folder, { recursive: true, force: true })
})

function submit(system: RunningHinata, user: string, round: number): Promise<unknown> {
  return post(system.gateway, '/api/hinata/submit', system.adminKey, {
    user_id: user,
    hinata_batch: Array.from({ length: perPerson }, (_, i) => recordOf(`${round}-${i}`, {
      highlight: `I want to learn weaving ${i}`, note: `My goal is loom number ${i}.` })),
  })
}

/** Tables of which a row has the text anywhere. */
async function tablesWith(system: RunningHinata, text: string): Promise<string[]> {
  const counts = await Promise.all(tables.map(table => system.query(
    `SELECT count() FROM ${table} WHERE position(toString(tuple(*)), '${text}') > 0 SETTINGS final = 0`)))
  return tables.filter((_, i) => counts[i] !== '0')
}

const all = (system: RunningHinata, records: number): Promise<unknown> => until('all rows', async () =>
  await system.query('SELECT count() FROM records SETTINGS final = 0') === String(records), patience)

/** Kills the process that is the node, and waits until another one owns its partitions. */
async function killNode(system: RunningHinata): Promise<void> {
  const topology = hinataTopology({ partitions, sinks: [] })
  const client = await openTopologyClient({ redisUrl: system.redis, topology })
  try {
    const [{ pid }] = await client.nodes()
    process.kill(pid, 'SIGKILL')
    await until('another node', async () => (await client.nodes()).some(node => node.pid !== pid), patience)
  } finally {
    await client.close()
  }
}

const privacy = (system: RunningHinata, user: string, analytics: boolean): Promise<{ status: number }> =>
  askWith(system.gateway, 'put', `/api/users/${user}/privacy`, system.adminKey, { consents: { analytics } })

t.test('names in rows', async t => {
  let system = await hinata.up()

  await t.test('no row has an id, whoever is killed', async t => {
    for (const user of persons) await submit(system, user, 0)
    await killNode(system)
    for (const user of persons) await submit(system, user, 1)
    await all(system, 2 * perPerson * persons.length)
    for (const user of persons) t.same(await tablesWith(system, user), [], user)
    t.equal(await system.query('SELECT uniqExact(user_id) FROM records'), '3')
    t.equal(await system.query(`SELECT count() FROM records WHERE ${isOf(persons[0])}`),
      String(2 * perPerson))
    const verified = await hinata.run('verify', '--deep')
    t.match(verified.out, /lost 0, doubled 0, changed 0/, verified.out)
  })

  await t.test('consent opens persons, for rows of before as well; analysts see that alone', async t => {
    const token = (await hinata.run('analysts', 'add', 'mia')).out.match(/ana_mia_\S+/)?.[0] ?? ''
    const asMia = async (sql: string): Promise<string> => (await fetch(system.clickhouse,
      { method: 'POST', body: sql, headers: { authorization: `Bearer ${token}` } })).text()
    const shown = 'SELECT person, user_id IN (SELECT user_id FROM records) FROM persons'
    t.equal(await asMia(shown), '')
    t.equal((await privacy(system, persons[1], true)).status, 200)
    t.equal(await asMia(shown), `${persons[1]}\t1\n`)
    t.equal((await privacy(system, persons[1], false)).status, 200)
    t.equal(await asMia(shown), '')
    t.equal((await privacy(system, persons[2], true)).status, 200)
    for (const table of ['row_names', 'shown_persons', 'data_access']) {
      t.match(await asMia(`SELECT * FROM ${table}`), /^Code: 497/, table)
    }
  })

  await t.test('backed up and restored, the names are those of before', async t => {
    const names = 'SELECT DISTINCT user_id FROM records ORDER BY user_id'
    const before = await system.query(names)
    t.equal((await hinata.run('backup', 'create', 'one')).code, 0)
    await system.stop()
    const restored = await hinata.run('backup', 'restore', 'one', '--replace')
    t.equal(restored.code, 0, restored.err)
    system = await hinata.up()
    for (const user of persons) await submit(system, user, 2)
    await all(system, 3 * perPerson * persons.length)
    t.equal(await system.query(names), before)
    t.equal(await system.query('SELECT person FROM persons'), persons[2])
  })

  await t.test('an erasure takes rows, name and consent; the next life has another name',
    t => erasure(t, system))
  t.equal(await system.stop(), 0)
})

async function erasure(t: Test, system: RunningHinata): Promise<void> {
  const [, , cyn] = persons
  const name = await system.query('SELECT user_id FROM persons')
  const erased = await hinata.run('erase', '--user', cyn)
  t.equal(erased.code, 0, erased.err)
  t.same(await tablesWith(system, name), [])
  t.equal(await system.query(`SELECT count() FROM row_names WHERE name = '${name}'`), '0')
  t.equal(await system.query('SELECT count() FROM shown_persons WHERE told != \'\''), '0')
  await post(system.gateway, '/api/hinata/submit', system.adminKey,
    { user_id: cyn, hinata_batch: [recordOf('anew', { timestamp: new Date().toISOString() })] })
  await until('a row of the next life', async () =>
    await system.query(`SELECT count() FROM records WHERE ${isOf(cyn)}`) === '1', patience)
  t.same(await tablesWith(system, name), [])
  const verified = await hinata.run('verify', '--deep')
  t.match(verified.out, /lost 0, doubled 0, changed 0/, verified.out)
}
