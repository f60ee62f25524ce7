/**
 * The schema: from every earlier version to the newest, every column described, and its form for a
 * cluster. What a database of version n still lacks is the steps after n, in order: so one database that
 * takes them one by one, with a row of each version, stands for all of them.
 */
import { text as textOf } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { recordsFolded } from '../../actors/person/outputs.js'
import {
  clickhouseSink, clusterStatements, connectAnalytics, migrate, type Analytics,
} from '../../analytics/index.js'
import { schemaSteps } from '../../analytics/migration.js'
import { openClient, openServer } from '../deploy/embedded/open-server.js'
import { foldedRecord } from './samples.js'
import { TestServer } from './server.js'

const steps = await schemaSteps()
const server = await TestServer.start()
const everywhere = connectAnalytics({ url: server.url })
t.teardown(async () => {
  await everywhere.close()
  await server.remove()
})

/** Tables and columns of a database, with their comments. */
function schemaOf(database: string): Promise<unknown[]> {
  return everywhere.query(`
    SELECT table, name, type, comment, default_kind, compression_codec FROM system.columns
    WHERE database = {database:String} ORDER BY table, name`, { database })
}

/** Takes these steps in the database, as they were taken when they were the newest. */
async function take(analytics: Analytics, some: typeof steps): Promise<void> {
  for (const { statements, ...step } of some) {
    for (const query of statements) await analytics.client.command({ query })
    await analytics.client.insert({ table: 'schema_migrations', columns: ['version', 'name'],
      values: [[step.version, step.name]], format: 'JSONCompactEachRow' })
  }
}

/** A database of its own without a step; `isBegun`: with the table that notes them. */
async function emptyDatabase(database: string, isBegun: boolean): Promise<Analytics> {
  await everywhere.client.command({ query: `CREATE DATABASE ${database}` })
  const analytics = connectAnalytics({ url: `${server.url}/${database}` })
  if (isBegun) {
    await analytics.client.command({ query: 'CREATE TABLE schema_migrations (version UInt32, name String, '
      + 'applied_at DateTime64(3, \'UTC\') DEFAULT now64(3, \'UTC\')) '
      + 'ENGINE = ReplacingMergeTree ORDER BY version '
      + 'COMMENT \'Steps of analytics/schema that were taken.\'' })
  }
  return analytics
}

async function insertOld(analytics: Analytics, id: string): Promise<void> {
  await analytics.client.command({ query: 'INSERT INTO records (user_id, id, revision, source, accepted_at) '
    + `VALUES ('old', '${id}', 1, 'before', '2025-11-21 08:00:00')` })
}

/** Inserts one more, and compares rows and schema with what a new database has. */
async function isNewest(t: Test, analytics: Analytics, database: string, oldRows: number): Promise<void> {
  t.same(await migrate(analytics), [])
  await clickhouseSink(analytics).insert({ token: 'new', partition: 0,
    emitted: [{ output: recordsFolded.output, key: 'ada', value: foldedRecord(1) }] })
  const [counted] = await analytics.query(
    'SELECT toUInt32(sum(records)) AS records FROM records_per_minute')
  t.same(counted, { records: oldRows + 1 })
  t.strictSame(await schemaOf(database), await schemaOf('from_0'), database)
  await analytics.close()
}

t.test('M1 from an earlier version the newest schema is reached, and rows stay', async t => {
  t.setTimeout(120_000)
  for (const version of [0, 1, Math.floor(steps.length / 2), steps.length - 1, steps.length]) {
    const database = `from_${version}`
    const analytics = await emptyDatabase(database, version > 0)
    await take(analytics, steps.slice(0, version))
    if (version > 0) await insertOld(analytics, 'r')
    t.same(await migrate(analytics), steps.slice(version).map(({ name }) => name))
    await isNewest(t, analytics, database, version > 0 ? 1 : 0)
  }
})

t.test('M1 rows of every version go through every later step', async t => {
  t.setTimeout(120_000)
  const analytics = await emptyDatabase('through_all', true)
  for (const step of steps) {
    await take(analytics, [step])
    await insertOld(analytics, `of version ${step.version}`)
  }
  await isNewest(t, analytics, 'through_all', steps.length)
})

t.test('every column of every table and view says what it is', async t => {
  const silent = await everywhere.query(`
    SELECT table, name FROM system.columns
    WHERE database = 'from_0' AND comment = '' 
      AND table NOT IN ('schema_migrations', 'records_all', 'records_current', 'psp_current')`)
  t.same(silent, [])
  t.same(await everywhere.query(`
    SELECT name FROM system.tables WHERE database = 'from_0' AND comment = ''`), [])
})

t.test('C1 C2 C3 the same schema for a cluster is read by ClickHouse', async t => {
  const inProcess = await openServer(t, { users: [{ name: 'default', externalSources: true }] })
  const everything = openClient(t, inProcess.url)
  const statements = await clusterStatements('hinata')
  for (const statement of statements) {
    t.match(statement, ' ON CLUSTER hinata', statement.slice(0, 60))
    const asked = await everything.exec({ query: `EXPLAIN AST ${statement}` })
    t.match(await textOf(asked.stream), /^(?:Create|Alter|Drop)/)
  }
  const of = (pattern: RegExp): string[] => statements.flatMap(one => pattern.exec(one)?.[1] ?? [])
  t.same(of(/CREATE TABLE IF NOT EXISTS (\w+)_local/),
    ['records', 'psp_components', 'dead_letters', 'data_access', 'api_calls', 'app_registrations',
      'row_names', 'shown_persons'])
  t.same(of(/(\w+) ON CLUSTER hinata AS \w+_local\nENGINE = Distributed\(.*cityHash64\(user_id\)/),
    ['records', 'psp_components', 'dead_letters', 'data_access'])
  t.same(of(/(\w+) ON CLUSTER hinata AS \w+_local\nENGINE = Distributed\(.*cityHash64\(app\)/),
    ['api_calls', 'app_registrations'])
  t.same(of(/(\w+) ON CLUSTER hinata AS \w+_local\nENGINE = Distributed\(.*cityHash64\(person\)/),
    ['row_names', 'shown_persons'])
  const [records] = statements
  t.match(records, 'ENGINE = ReplicatedReplacingMergeTree(\'/clickhouse/tables/{shard}/{database}/{table}\', '
    + '\'{replica}\', revision)')
  t.match(records, '\nSETTINGS replicated_deduplication_window = 10000')
  t.match(records, 'COMMENT \'unique per person\'')
  const views = statements.filter(one => one.startsWith('CREATE VIEW')).length
  const plain = steps.flatMap(step => step.statements).filter(one => /^CREATE VIEW/m.test(one)).length
  t.equal(views, plain)
  t.notOk(statements.some(one => /MATERIALIZED VIEW/.test(one)))
  await t.rejects(clusterStatements('x; DROP'), TypeError)
})
