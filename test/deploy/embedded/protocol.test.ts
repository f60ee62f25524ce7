/** The HTTP protocol with bare requests: edges, errors and limits. */
import { request } from 'node:http'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { ask, openServer } from './open-server.js'

const server = await openServer(t, { insertBytesMax: 200_000 })
const url = server.url
const post = (body: string | Buffer, path = '/', headers: Record<string,
  string> = {}): ReturnType<typeof ask> =>
  ask(url, path, { method: 'POST', body, headers })
await post('CREATE TABLE t (a UInt32, s String) ENGINE = MergeTree ORDER BY a')

t.test('addresses', async t => {
  t.equal((await ask(url, '/ping')).text, 'Ok.\n')
  t.equal((await ask(url, '/')).text, 'Ok.\n')
  t.equal((await ask(url, '/nowhere')).status, 404)
  t.equal((await ask(url, '/', { method: 'DELETE' })).status, 405)
})

t.test('refusals have the status, header and text of ClickHouse', async t => {
  const cases: [string, number, string][] = [
    ['SELEC 1', 400, '62'], ['SELECT * FROM nowhere', 404, '60'], ['SELECT nope()', 404, '46'],
      ['SELECT x', 404, '47'],
    ['SELECT 1 FORMAT Nope', 404, '73'], ['SELECT 1; SELECT 2', 400, '62'], ['', 400, '62'],
      ['SELECT 1 / \'a\'', 500, '43'],
    ['INSERT INTO nowhere FORMAT CSV\n1', 404, '60'], ['INSERT INTO t FORMAT Nope\n1', 404, '73'],
      ['SYSTEM SHUTDOWN', 403, '497'],
    ['CREATE DICTIONARY d (a UInt64) PRIMARY KEY a SOURCE(NULL()) LAYOUT(FLAT()) LIFETIME(0)', 403, '497'],
  ]
  for (const [sql, status, code] of cases) {
    const answer = await post(sql)
    t.equal(answer.status, status, sql)
    t.equal(answer.code, code, sql)
    t.match(answer.text, /^Code: \d+\. DB::Exception: .*\([A-Z_]+\) \(version [\d.]+\)\n$/s, sql)
  }
  t.equal((await ask(url, '/?database=nowhere&query=SELECT+1')).code, '81')
  t.equal((await ask(url, '/?no_such_setting=1&query=SELECT+1')).code, '115')
  t.equal((await ask(url, '/?query=SELECT+1&words_structure=a+String')).status, 501)
})

t.test('E2 a refusal names no file of this machine', async t => {
  const answer = await post('INSERT INTO t FORMAT JSONEachRow\n{"a": "x"}')
  t.equal(answer.code, '27')
  t.notMatch(answer.text, /spool|\.body|INFILE/)
})

t.test('GET reads only', async t => {
  t.equal((await ask(url, '/?query=SELECT+1')).text, '1\n')
  t.equal((await ask(url, `/?query=${encodeURIComponent('INSERT INTO t VALUES (1, \'\')')}`)).code, '164')
  t.equal((await ask(url, '/?query=DROP+TABLE+t')).code, '164')
  t.equal((await ask(url, '/?max_threads=1&query=SELECT+getSetting(%27max_threads%27)')).text, '1\n')
})

t.test('the statement may stand in the address, in the body, or in both', async t => {
  t.equal((await post('1 + 1', '/?query=SELECT')).text, '2\n')
  t.equal((await post('1,a\n2,"b\n"\n', '/?query=INSERT+INTO+t+FORMAT+CSV')).status, 200)
  t.equal((await post('INSERT INTO t FORMAT TSV\n3\tc\n')).status, 200)
  t.equal((await post('INSERT INTO t (a) VALUES (4), (2 + 3)')).status, 200)
  t.equal((await post('', '/?query=INSERT+INTO+t+FORMAT+CSV')).status, 200)
  t.equal((await post('INSERT INTO t SELECT 6, toString(6)')).status, 200)
  t.equal((await post('SELECT sum(a), count() FROM t')).text, '21\t6\n')
})

t.test('binary formats go in and out', async t => {
  for (const format of ['Native', 'RowBinary', 'Parquet', 'Arrow']) {
    const response = await fetch(`${url}/`,
      { method: 'POST', body: `SELECT a, s FROM t ORDER BY a FORMAT ${format}` })
    const bytes = Buffer.from(await response.arrayBuffer())
    t.equal(response.headers.get('x-clickhouse-format'), format)
    await post('CREATE OR REPLACE TABLE copy (a UInt32, s String) ENGINE = Memory')
    t.equal((await post(bytes, `/?query=INSERT+INTO+copy+FORMAT+${format}`)).status, 200, format)
    t.equal((await post('SELECT sum(a), count() FROM copy')).text, '21\t6\n', format)
  }
})

t.test('Q1 a streamed answer is the whole answer, in every format', async t => {
  await post('CREATE TABLE many (a UInt32, s String) ENGINE = MergeTree ORDER BY a')
  for (let part = 0; part < 3; part += 1) {
    await post(`INSERT INTO many SELECT number * 3 + ${part}, toString(number) FROM numbers(40000)`)
  }
  const formats = ['TSV', 'TSVWithNames', 'CSV', 'CSVWithNames', 'JSONEachRow', 'JSONCompactEachRow',
    'JSONStringsEachRow',
    'JSONCompactEachRowWithNamesAndTypes', 'RowBinary', 'RowBinaryWithNames', 'Values', 'Markdown',
      'JSONObjectEachRow']
  for (const format of formats) {
    const query = `SELECT a, s FROM many ORDER BY a FORMAT ${format}`
    t.ok((await post(query)).text === (await post(query, '/?wait_end_of_query=1')).text, format)
  }
  t.equal(JSON.parse((await post('SELECT a, s FROM many ORDER BY a FORMAT JSON')).text).data.length, 120_000)
  const totals = (await post('SELECT a % 2 AS k, count() FROM many GROUP BY k WITH TOTALS ORDER BY k')).text
  t.equal(totals, '0\t60000\n1\t60000\n\n0\t120000\n')
})

t.test('formats, headers and settings', async t => {
  const answer = await post('SELECT 1 AS x', '/?default_format=JSONEachRow&query_id=my-id')
  t.equal(answer.text, '{"x":1}\n')
  t.equal(answer.headers.get('x-clickhouse-query-id'), 'my-id')
  t.equal(answer.headers.get('x-clickhouse-format'), 'JSONEachRow')
  t.match(answer.headers.get('content-type'), /ndjson/)
  t.ok(answer.headers.get('x-clickhouse-timezone'))
  t.match(JSON.parse(answer.headers.get('x-clickhouse-summary') ?? ''), { read_rows: /^\d+$/ })
  t.equal((await post('SELECT currentDatabase()', '/?database=system')).text, 'system\n')
  t.equal((await post('SELECT {x:String}', '/?param_x=it%27s%5Ct1')).text, 'it\\\'s\\t1\n')
  t.equal((await post('SELECT {x:String}')).code, '456')
})

t.test('compression', async t => {
  const rows = Buffer.from('10,x\n11,y\n')
  const path = '/?query=INSERT+INTO+t+FORMAT+CSV'
  t.equal((await post(gzipSync(rows), path, { 'content-encoding': 'gzip' })).status, 200)
  t.equal((await post(brotliCompressSync(rows), path, { 'content-encoding': 'br' })).status, 200)
  t.equal((await post('not gzip', path, { 'content-encoding': 'gzip' })).code, '271')
  const half = gzipSync(rows).subarray(0, 20)
  for (let time = 0; time < 30; time += 1) { // it may break before or while it is read
    t.equal((await post(half, path, { 'content-encoding': 'gzip' })).code, '271')
  }
  t.equal((await post('x', path, { 'content-encoding': 'lzma' })).status, 415)
  t.equal((await post('SELECT count() FROM t WHERE a >= 10')).text, '4\n')
  for (const encoding of ['gzip', 'deflate', 'br']) {
    const packed = await post('SELECT 1', '/?enable_http_compression=1', { 'accept-encoding': encoding })
    t.equal(packed.headers.get('content-encoding'), encoding)
    t.equal(packed.text, '1\n')
  }
  t.equal((await post('SELECT 1', '/', { 'accept-encoding': 'gzip' })).headers.get('content-encoding'), null)
})

t.test('P1 P2 too much data, or half of them, insert nothing', async t => {
  const before = (await post('SELECT count() FROM t')).text
  const large = await post('1,x\n'.repeat(60_000), '/?query=INSERT+INTO+t+FORMAT+CSV')
  t.equal(large.status, 413)
  t.equal(large.code, '307')
  await new Promise<void>(resolve => {
    const half = request(`${url}/?query=INSERT+INTO+t+FORMAT+CSV`,
      { method: 'POST', headers: { 'content-length': '1000' } })
    half.on('error', () => resolve())
    half.write('1,x\n2,y\n', () => half.destroy())
  })
  t.equal((await post('SELECT count() FROM t')).text, before)
})

t.test('W2 an answer that breaks is broken off', async t => {
  const response = await fetch(url, { method: 'POST',
    body: 'SELECT throwIf(number = 2000000) FROM numbers(3000000)' })
  t.equal(response.status, 200)
  await t.rejects(response.text())
  const whole = await post('SELECT throwIf(number = 2000000) FROM numbers(3000000)', '/?wait_end_of_query=1')
  t.equal(whole.status, 500)
  t.equal(whole.code, '395')
})

t.test('sessions keep their temporary tables and lend them to nobody', async t => {
  t.equal((await post('CREATE TEMPORARY TABLE mine (a Int8)', '/?session_id=s')).status, 200)
  t.equal((await post('INSERT INTO mine VALUES (1)', '/?session_id=s&max_threads=1')).status, 200)
  t.equal((await post('SELECT * FROM mine', '/?session_id=s')).text, '1\n')
  t.equal((await post('SELECT * FROM mine', '/?session_id=other')).code, '60')
  t.equal((await post('SELECT 1', '/?session_id=unknown&session_check=1')).code, '372')
})

t.test('N1 a session serves one query at a time', async t => {
  const path = '/?session_id=busy'
  const endless = post('SELECT sum(sipHash64(number)) FROM numbers(1000000000000)',
    `${path}&query_id=endless`)
  const seen = 'SELECT count() FROM system.processes WHERE query LIKE \'SELECT sum(sipHash64%\''
  while ((await post(seen)).text === '0\n') { /* until the endless one has the session */ }
  t.equal((await post('SELECT 1', path)).code, '373')
  t.equal((await post('KILL QUERY WHERE query_id = \'endless\'')).status, 200)
  t.equal((await endless).code, '394')
  t.equal((await post('SELECT 1', path)).text, '1\n')
})

t.test('U1 a page of another site is refused', async t => {
  t.equal((await post('SELECT 1', '/', { origin: 'https://evil.example' })).status, 401)
})

t.test('V2 a second stop waits for the first, and nothing listens any more', async t => {
  await Promise.all([server.stop(), server.stop()])
  await t.rejects(fetch(`${url}/ping`))
})
