/** Kinds of statements, and the head of an INSERT. */
import t from 'tap'
import { insertFromFile, insertHeadOf, statementOf } from '../../../deploy/embedded/statement.js'

t.test('S3 the data of an INSERT begin behind the format and one line break', async t => {
  const cases: [string, string | undefined, string][] = [
    ['INSERT INTO t FORMAT CSV\n1,a\n', 'CSV', '1,a\n'],
    ['insert into `t`(a, b) settings x=1 format TSV \r\n\t1', 'TSV', '\t1'],
    ['INSERT INTO t FORMAT JSONEachRow {"a":1}', 'JSONEachRow', '{"a":1}'],
    ['INSERT INTO t FORMAT CSV ;\n1', 'CSV', '1'],
    ['INSERT INTO format FORMAT CSV\n1', 'CSV', '1'],
    ['INSERT INTO settings (format) FORMAT CSV\n1', 'CSV', '1'],
    ['INSERT INTO db.format FORMAT CSV\n1', 'CSV', '1'],
    ['INSERT INTO t SELECT 1 FORMAT CSV', undefined, ''],
    ['INSERT INTO t VALUES (1)', undefined, ''],
    ['INSERT INTO t FORMAT Values (1)', undefined, ''],
    ['SELECT 1 FORMAT CSV', undefined, ''],
  ]
  for (const [text, format, data] of cases) {
    const head = insertHeadOf(text)
    t.equal(head?.format, format, text)
    if (head) t.equal(text.slice(head.dataAt), data, text)
  }
})

t.test('the file clause stands between the target and its settings', async t => {
  const text = 'INSERT INTO t (a) SETTINGS async_insert = 0 FORMAT CSV\n1'
  const head = insertHeadOf(text)
  t.ok(head)
  if (head) {
    t.equal(insertFromFile(text, head, '/x/1.body'),
      'INSERT INTO t (a)  FROM INFILE \'/x/1.body\' COMPRESSION \'none\' ' +
      'SETTINGS async_insert = 0 FORMAT CSV')
  }
})

t.test('S1 a statement is one statement', async t => {
  t.throws(() => statementOf('SELECT 1; SELECT 2'), { code: 62 })
  t.throws(() => statementOf(' -- nothing\n'), { code: 62 })
  t.equal(statementOf('SELECT \';\' ; -- end').verb, 'select')
})

t.test('what a statement tells', async t => {
  t.match(statementOf('((SELECT 1)) format JSONCompact'),
    { verb: 'select', format: 'JSONCompact', hasScalarSelect: false })
  t.equal(statementOf('SELECT formatDateTime(now(), \'%F\')').format, undefined)
  t.equal(statementOf('SELECT (SELECT max(a) FROM t)').hasScalarSelect, true)
  t.equal(statementOf('SELECT 1 WHERE a IN (SELECT b FROM c)').hasScalarSelect, true)
  t.equal(statementOf('SELECT * FROM (SELECT 1) JOIN (SELECT 2) USING a').hasScalarSelect, false)
  t.equal(statementOf('KILL QUERY WHERE query_id = \'abc\' SYNC').killsQueryId, 'abc')
  t.equal(statementOf('KILL QUERY WHERE user = \'abc\'').killsQueryId, undefined)
})
