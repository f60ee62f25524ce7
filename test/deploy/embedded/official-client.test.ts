/** `@clickhouse/client` against the embedded server: what it documents works. */
import { Readable } from 'node:stream'
import t from 'tap'
import { openClient, openServer } from './open-server.js'

const server = await openServer(t, { users: [{ name: 'default' },
  { name: 'analyst', password: 'secret', readonly: true }] })
const client = openClient(t, server.url, { compression: { request: true, response: true } })
const count = async (table: string): Promise<number> => {
  const result = await client.query({ query: `SELECT count() AS n FROM ${table}`, format: 'JSONEachRow' })
  return Number((await result.json<{ n: string }>())[0]?.n)
}
await client.command({ query: 'CREATE TABLE events (id UInt64, text String) ENGINE = MergeTree ORDER BY id' })

/** How many endless queries are in the engine. */
const endlessCount = async (): Promise<number> => {
  const query = 'SELECT count() AS n FROM system.processes WHERE query LIKE \'%sipHash64(%\' ' +
    'AND query NOT LIKE \'%processes%\''
  const result = await client.query({ query, format: 'JSONEachRow' })
  return Number((await result.json<{ n: string }>())[0]?.n)
}

/** Reads to the end and returns how many pieces there were. */
const drained = async (stream: AsyncIterable<unknown>): Promise<string> => {
  let pieces = 0
  for await (const _ of stream) pieces += 1
  return `ended after ${pieces} pieces`
}

t.test('ping, both ways', async t => {
  t.same(await client.ping(), { success: true })
  t.same(await client.ping({ select: true }), { success: true })
})

t.test('inserts an array and a stream, selects with parameters in the address and in a form', async t => {
  const rows = [{ id: 1, text: 'é \n "x" \t \\' }, { id: 2, text: '' }]
  const done = await client.insert({ table: 'events', values: rows, format: 'JSONEachRow' })
  t.equal(done.summary?.written_rows, '2')
  const stream = Readable.from((function* () { for (let id = 3; id <= 5000; id += 1) yield { id,
    text: `t${id}` } })())
  await client.insert({ table: 'events', values: stream, format: 'JSONEachRow' })
  t.equal(await count('events'), 5000)
  for (const useForm of [false, true]) {
    const result = await client.query({
      query: 'SELECT * FROM events WHERE id IN {ids:Array(UInt64)} AND text = {text:String}',
      query_params: { ids: [1, 2], text: rows[0]?.text }, use_multipart_params: useForm,
        format: 'JSONEachRow' })
    const found = await result.json<{ id: string | number, text: string }>()
    t.same(found.map(row => [Number(row.id), row.text]), [[1, rows[0]?.text]])
  }
})

t.test('streams rows', async t => {
  const result = await client.query({ query: 'SELECT number FROM numbers(300000)',
    format: 'JSONCompactEachRow' })
  let rows = 0
  for await (const piece of result.stream()) rows += piece.length
  t.equal(rows, 300_000)
})

t.test('errors have code and type, before the first row and behind it', async t => {
  await t.rejects(client.query({ query: 'SELECT * FROM nowhere' }), { code: '60', type: 'UNKNOWN_TABLE' })
  await t.rejects(client.query({ query: 'SELEC 1' }), { code: '62', type: 'SYNTAX_ERROR' })
  await t.rejects(client.insert({ table: 'events', values: [{ id: 'x' }], format: 'JSONEachRow' }),
    { code: '27' })
  const plain = openClient(t, server.url)
  const broken = await plain.query({ query: 'SELECT throwIf(number = 2000000) FROM numbers(3000000)',
    format: 'JSONEachRow' })
  const failure = await drained(broken.stream()).catch((error: { code: string }) => error.code)
  t.match(failure, /^(?:395|ECONNRESET)$/, 'the reason, or for a client that was too busy the break alone')
})

t.test('Q2 an aborted query ends in the engine', async t => {
  const abort = new AbortController()
  const endless = client.query({ query: 'SELECT sum(sipHash64(number)) FROM numbers(1000000000000)',
    query_id: 'endless',
    abort_signal: abort.signal })
  while (await endlessCount() === 0) { /* until it is in the engine */ }
  abort.abort()
  await t.rejects(endless)
  while (await endlessCount() > 0) { /* until it has left */ }
  t.pass('it is gone')
})

t.test('KILL QUERY finds a query by the id its client gave', async t => {
  const endless = t.rejects(client.query(
    { query: 'SELECT (SELECT sum(sipHash64(number)) FROM numbers(1000000000000))',
    query_id: 'doomed' }), { code: '394' })
  while (await endlessCount() === 0) { /* until it is in the engine */ }
  await t.rejects(client.query({ query: 'SELECT 1', query_id: 'doomed' }), { code: '216' })
  await client.command({ query: 'KILL QUERY WHERE query_id = \'doomed\'' })
  await endless
})

t.test('U3 an analyst reads, and nothing else', async t => {
  const analyst = openClient(t, server.url, { username: 'analyst', password: 'secret' })
  t.equal((await (await analyst.query({ query: 'SELECT count() AS n FROM events', format: 'JSONEachRow' }))
    .json()).length, 1)
  const refused: [string, string][] = [
    ['INSERT INTO events VALUES (1, \'\')', '164'], ['CREATE TABLE x (a Int8) ENGINE = Memory', '164'],
    ['DROP TABLE events', '164'], ['ALTER TABLE events DELETE WHERE 1', '164'],
      ['SELECT 1 SETTINGS max_threads = 1', '164'],
    ['SELECT file(\'/etc/hostname\')', '497'], ['SELECT * FROM file(\'/etc/hostname\')', '497'],
    ['SELECT * FROM remote(\'x\', system.one)', '497'], ['SELECT * FROM `/etc/hostname`', '497'],
  ]
  for (const [query, code] of refused) await t.rejects(analyst.command({ query }), { code }, query)
  await t.rejects(analyst.insert({ table: 'events', values: [{ id: 1 }], format: 'JSONEachRow' }),
    { code: '164' })
  await t.rejects(analyst.query({ query: 'SELECT 1', clickhouse_settings: { max_memory_usage: '1' } }),
    { code: '164' })
  await t.rejects(openClient(t, server.url, { username: 'analyst', password: 'wrong' })
    .query({ query: 'SELECT 1' }), { code: '516' })
  t.equal(await count('events'), 5000)
})

t.test('what graphical clients ask for', async t => {
  const queries = ['SELECT version()', 'SHOW TABLES', 'SHOW DATABASES',
    'SELECT name, engine FROM system.databases',
    'DESCRIBE TABLE events', 'SHOW CREATE TABLE events', 'EXPLAIN SELECT 1',
      'SELECT * FROM system.columns WHERE table = \'events\'',
    'SELECT name FROM system.settings LIMIT 1', 'SELECT timezone()', 'EXISTS TABLE events']
  for (const query of queries) {
    t.ok((await (await client.query({ query, format: 'JSON' })).text()).includes('"data"'), query)
  }
  await client.command({ query: 'CREATE TABLE no_engine (a UInt8) ORDER BY a' })
  t.match(await (await client.query({ query: 'SHOW CREATE TABLE no_engine', format: 'TabSeparatedRaw' }))
    .text(), /ENGINE = MergeTree/)
})
