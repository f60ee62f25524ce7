/** Analysts: let in by their token, held within bounds, unable to do harm (T1-T3, K1, K2, W2, W3). */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { AnalystRegister } from '../../../deploy/embedded/index.js'
import { assertInside, assertReads } from '../../../deploy/embedded/guard.js'
import { limitedSettings } from '../../../deploy/embedded/query-limits.js'
import { ask, openClient, openServer, temporaryFolder } from './open-server.js'

const now = new Date(Date.UTC(2026, 2, 11))
const dataDir = temporaryFolder(t)
const secretFile = join(dataDir, 'secret.txt')
writeFileSync(secretFile, 'the secret ${a:CSV}\n')
const server = await openServer(t, { dataDir })
const register = new AnalystRegister(dataDir)
const token = register.add('mia', { seconds: 2, memoryBytes: 100_000_000, resultRows: 1_000,
  readRows: 50_000_000 }, now)
await ask(server.url, '/', { method: 'POST',
  body: 'CREATE TABLE t (a UInt64) ENGINE = ReplacingMergeTree ORDER BY a' })
await ask(server.url, '/', { method: 'POST', body: 'INSERT INTO t VALUES (1)' })

const asMia = (sql: string, parameters = ''): ReturnType<typeof ask> => ask(server.url, `/?${parameters}`,
  { method: 'POST', body: sql, headers: { authorization: `Bearer ${token}` } })

t.test('T1 a token lets in however it is sent; what is kept is not the token', async t => {
  t.same((await asMia('SELECT a FROM t')).text, '1\n')
  const basic = `Basic ${Buffer.from(`mia:${token}`).toString('base64')}`
  t.equal((await ask(server.url, '/?query=SELECT+1', { headers: { authorization: basic } })).status, 200)
  const headers = { 'x-clickhouse-user': 'mia', 'x-clickhouse-key': token }
  t.equal((await ask(server.url, '/?query=SELECT+1', { headers })).status, 200)
  const client = openClient(t, server.url, { username: 'mia', password: token })
  const rows = await client.query({ query: 'SELECT a FROM t', format: 'JSONEachRow' })
  t.same(await rows.json(), [{ a: '1' }])
  for (const file of readdirSync(join(dataDir, 'analysts'))) {
    t.notMatch(readFileSync(join(dataDir, 'analysts', file), 'utf8'), token)
  }
})

t.test('T3 a wrong, foreign, broken or removed token is refused, others stay in', async t => {
  const wrong = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
  for (const given of [wrong, token.replace('mia', 'lea'), 'ana_mia_', 'x']) {
    const headers = { authorization: `Bearer ${given}` }
    const answer = await ask(server.url, '/?query=SELECT+1', { headers })
    t.equal(answer.code, '516', given.slice(0, 12))
  }
  const other = register.add('noor-2', {}, now)
  const asOther = (): ReturnType<typeof ask> => ask(server.url, '/?query=SELECT+1',
    { headers: { authorization: `Bearer ${other}` } })
  t.equal((await asOther()).status, 200)
  t.throws(() => register.add('noor-2', {}, now), { code: 'USAGE' })
  for (const name of ['default', 'Mia', '../x', '']) {
    t.throws(() => register.add(name, {}, now), { code: 'USAGE' })
  }
  t.same(register.list().map(({ name }) => name), ['mia', 'noor-2'])
  register.remove('noor-2')
  t.throws(() => register.remove('noor-2'), { code: 'USAGE' })
  t.equal((await asOther()).code, '516')
  mkdirSync(join(dataDir, 'analysts'), { recursive: true })
  writeFileSync(join(dataDir, 'analysts', 'broken.json'), '{"hash": 1}')
  const broken = { headers: { authorization: `Basic ${Buffer.from('broken:').toString('base64')}` } }
  t.equal((await ask(server.url, '/?query=SELECT+1', broken)).code, '516')
  t.equal((await ask(server.url, '/?query=SELECT+1')).status, 200, 'the system itself')
})

/** Reads little, and computes for hours. */
const endless = 'SELECT count() FROM numbers(7000000) AS a CROSS JOIN numbers(7000) AS b '
  + 'WHERE cityHash64(a.number, b.number) = 1'

/** What is asked, and the code of ClickHouse that says no. */
const attacks: readonly (readonly [name: string, sql: string, code: string, parameters?: string])[] = [
  ['file()', `SELECT * FROM file('${secretFile}', 'LineAsString')`, '497'],
  ['file() as a function', `SELECT file('${secretFile}')`, '497'],
  ['FORMAT Template reads a file', 'SELECT 1 AS a FORMAT Template', '497',
    `format_template_row=${secretFile}`],
  ['the same in SQL', `SELECT 1 AS a FORMAT Template SETTINGS format_template_row = '${secretFile}'`, '497'],
  ['a schema is written', 'SELECT 1 AS a FORMAT Protobuf', '497', `output_format_schema=${secretFile}.out`],
  ['INTO OUTFILE', `SELECT 1 INTO OUTFILE '${secretFile}.out'`, '348'],
  ['url()', 'SELECT * FROM url(\'http://127.0.0.1:1/\', CSV, \'a String\')', '497'],
  ['s3()', 'SELECT * FROM s3(\'http://127.0.0.1:1/b/k\', \'CSV\')', '497'],
  ['remote()', 'SELECT * FROM remote(\'127.0.0.1\', system.one)', '497'],
  ['cluster()', 'SELECT * FROM clusterAllReplicas(\'default\', system.one)', '497'],
  ['executable()', 'SELECT * FROM executable(\'/bin/id\', \'CSV\', \'a String\')', '497'],
  ['a question to a network', 'SELECT aiGenerate(\'x\')', '497'],
  ['INSERT … SELECT', 'INSERT INTO t SELECT 2', '164'],
  ['INSERT … VALUES', 'INSERT INTO t VALUES (2)', '164'],
  ['INSERT with data', 'INSERT INTO t FORMAT CSV\n2\n', '164'],
  ['INSERT INTO FUNCTION', `INSERT INTO FUNCTION file('${secretFile}', 'CSV', 'a String') SELECT 1`, '497'],
  ['WITH before INSERT', 'WITH 2 AS x INSERT INTO t SELECT x', '164'],
  ['CREATE', 'CREATE TABLE u (a UInt8) ENGINE = Memory', '164'],
  ['CREATE TEMPORARY', 'CREATE TEMPORARY TABLE u (a UInt8)', '164'],
  ['ALTER', 'ALTER TABLE t DELETE WHERE 1', '164'],
  ['DROP', 'DROP TABLE t', '164'],
  ['TRUNCATE', 'TRUNCATE TABLE t', '164'],
  ['OPTIMIZE', 'OPTIMIZE TABLE t FINAL', '164'],
  ['SYSTEM', 'SYSTEM STOP MERGES', '164'],
  ['KILL', 'KILL QUERY WHERE 1', '164'],
  ['GRANT', 'GRANT ALL ON *.* TO default', '164'],
  ['SET', 'SET max_memory_usage = 0', '164'],
  ['SETTINGS in SQL', 'SELECT 1 SETTINGS max_memory_usage = 1000000000000', '164'],
  ['readonly in SQL', 'SELECT 1 SETTINGS readonly = 0', '164'],
  ['a setting in the address', 'SELECT 1', '164', 'max_memory_usage=1000000000000'],
  ['threads of the server', 'SELECT * FROM system.stack_trace', '497'],
  ['the same by another way', 'SELECT * FROM stack_trace', '497', 'database=system'],
  ['the same by a function', 'SELECT * FROM merge(\'system\', \'stack_trace\')', '497'],
  ['queries of others', 'SHOW PROCESSLIST', '497'],
  ['two statements', 'SELECT 1; DROP TABLE t', '62'],
  ['huge GROUP BY', 'SELECT number, count() FROM numbers(40000000) GROUP BY number FORMAT Null', '241'],
  ['huge ORDER BY', 'SELECT number FROM numbers(40000000) ORDER BY sipHash64(number) LIMIT 40000000 '
    + 'FORMAT Null', '241'],
  ['huge array', 'SELECT length(range(400000000))', '241'],
  ['huge reading', 'SELECT sum(number) FROM numbers(1000000000)', '158'],
  ['huge answer', 'SELECT number FROM numbers(1000000)', '396'],
  ['huge answer, streamed', 'SELECT number FROM numbers(1000000)', '396', 'default_format=JSONEachRow'],
  ['endless query', endless, '159'],
  ['endless, streamed', endless.replace('count()', 'a.number'), '159', 'default_format=JSONEachRow'],
  ['endless by request', endless, '159', 'max_execution_time=600'],
  ['endless recursion', 'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) '
    + 'SELECT count() FROM r', '306 159'], // too deep, or too long on a slow machine
]

for (const [name, sql, code, parameters] of attacks) {
  t.test(`refused or stopped: ${name}`, async t => {
    const answer = await asMia(sql, parameters)
    const inStream = /Code: (\d+)\. DB::Exception/.exec(answer.text)?.[1]
    t.ok(code.split(' ').includes(String(answer.code ?? inStream)), answer.text.slice(0, 200))
    t.notMatch(answer.text, 'the secret')
  })
}

t.test('analysts leave a place to the system', async t => {
  let ended = 0
  const asked = Promise.all([1, 2, 3, 4].map(async () => {
    const { code } = await asMia(endless)
    ended += 1
    return code
  }))
  const running = 'SELECT count() FROM system.processes WHERE query LIKE \'%a CROSS%\''
  const post = { method: 'POST', body: `${running} AND query NOT LIKE \'%processes%\'` }
  while (Number((await ask(server.url, '/', post)).text) < 2) t.equal(ended, 0, 'they have just begun')
  for (let i = 0; i < 20; i++) await ask(server.url, '/?query=SELECT+1')
  t.equal(ended, 0, 'the system was answered while they ran')
  t.same(await asked, ['159', '159', '159', '159'])
})

t.test('after all of it the data are the same, the server answers, no file was written', async t => {
  t.equal((await ask(server.url, '/?query=SELECT+groupArray(a)+FROM+t')).text, '[1]\n')
  t.same(readdirSync(dataDir).sort(), ['analysts', 'engine', 'secret.txt', 'server', 'spool'])
})

t.test('what an analyst needs works: final off, describe, explain, parameters', async t => {
  t.equal((await asMia('SELECT count() FROM t SETTINGS final = 0')).text, '1\n')
  t.equal((await asMia('SELECT count() FROM t', 'final=0')).text, '1\n')
  t.match((await asMia('DESCRIBE t')).text, 'UInt64')
  t.match((await asMia('EXPLAIN SELECT a FROM t')).text, 'ReadFrom')
  t.match((await asMia('SELECT name FROM system.tables WHERE database = \'default\'')).text, 't\n')
  t.equal((await asMia('SELECT {n:UInt8} + 1', 'param_n=2')).text, '3\n')
})

t.test('K1 K2 a request lowers a bound and raises none', async t => {
  const limits = { seconds: 10, memoryBytes: 1_000, resultRows: 100, readRows: 1_000 }
  const of = (settings: Record<string, string>): Map<string, string> =>
    limitedSettings(new Map(Object.entries(settings)), limits)
  t.equal(of({ max_execution_time: '3' }).get('max_execution_time'), '3')
  for (const wish of ['0', '-1', '1e9', 'Infinity', 'x', '']) {
    t.equal(of({ max_execution_time: wish }).get('max_execution_time'), '10', wish)
    t.equal(of({ max_result_rows: wish }).get('max_result_rows'), '100', wish)
  }
  t.equal(of({}).get('max_bytes_ratio_before_external_sort'), '0')
})

t.test('W2 W3 the words of the guard', async t => {
  t.throws(() => assertInside('SET `format_template_row` = \'x\''), { code: 497 })
  t.throws(() => assertReads('SELECT * FROM `system` . "stack_trace"'), { code: 497 })
  t.throws(() => assertReads('/* SELECT */ DROP TABLE t'), { code: 164 })
  t.doesNotThrow(() => assertReads('(SELECT system FROM tables)'))
  for (const sql of ['SELECT * FROM row_names', 'SELECT * FROM default . `row_names`',
    'WITH x AS (TABLE "shown_persons") SELECT 1', 'SELECT 1 FROM t WHERE a IN data_access',
    'SELECT * FROM "row\\_names"', 'SELECT * FROM row_names_local',
    'SELECT * FROM {t:Identifier}', 'SELECT * FROM system.{t : Identifier}']) {
    t.throws(() => assertReads(sql), { code: 497 }, sql)
  }
  t.doesNotThrow(() => assertReads('SELECT user_id FROM persons'))
  t.doesNotThrow(() => assertInside('SELECT format_schema FROM t'))
})
