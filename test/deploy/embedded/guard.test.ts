/** Nothing outside the database can be reached. */
import t from 'tap'
import { assertInside } from '../../../deploy/embedded/guard.js'

t.test('W1 whatever reaches outside is refused, however it is written', async t => {
  const outside = [
    'SELECT file(\'/etc/hostname\')', 'SELECT `file` /* x */ (\'/etc/hostname\')', 'SELECT FILE\n(\'/x\')',
    'SELECT * FROM url(\'http://x\')', 'SELECT * FROM s3Cluster(\'a\', \'b\')',
      'SELECT * FROM remoteSecure(\'a\')',
    'SELECT * FROM eval(\'select 1\')', 'SELECT * FROM filesystem(\'/etc\')',
      'SELECT * FROM executable(\'x\')',
    'SELECT * APPLY(file) FROM t', 'SELECT * APPLY file FROM t',
      'SELECT arrayMap(x -> file(x), [\'/etc/hostname\'])',
    'INSERT INTO FUNCTION file(\'x\') SELECT 1', 'SELECT 1 INTO OUTFILE \'/tmp/x\'',
      'INSERT INTO t FROM INFILE \'/x\' FORMAT CSV',
    'CREATE TABLE t (a Int8) ENGINE = URL(\'http://x\')', 'CREATE TABLE t (a Int8) ENGINE File(CSV)',
    'ATTACH TABLE t FROM \'/x\' (a Int8) ENGINE = Log',
      'CREATE TABLE t (a String DEFAULT file(\'/x\')) ENGINE = Memory',
    'CREATE TABLE t ENGINE = File(Parquet, \'/x\') AS SELECT 1',
    'CREATE TABLE t (engine String, parquet String) ORDER BY engine = file(parquet)',
    'CREATE TABLE t ENGINE = File(Parquet) AS SELECT engine = file(parquet) FROM u',
    'SELECT engine = file(parquet) FROM u', 'CREATE TABLE t ENGINE = `file`(parquet) AS SELECT 1',
    'CREATE TABLE t (a Int8) ENGINE = File(Parquet)',
    'INSERT INTO t VALUES (file(\'/x\'))', 'SELECT file\u00a0(\'/x\')',
  ]
  for (const sql of outside) t.throws(() => assertInside(sql), { name: 'ClickHouseException' }, sql)
})

t.test('names and texts that only look alike are let through', async t => {
  const inside = [
    'SELECT url, file FROM pages WHERE url = \'file(1)\'', 'SELECT engine FROM system.tables',
      'INSERT INTO url (a, b) VALUES (1, 2)',
    'SELECT \'INTO OUTFILE x\'', 'SELECT domain(url) -- file(\n',
      'CREATE TABLE t (file String) ENGINE = MergeTree ORDER BY file',
    'CREATE TABLE t ENGINE = File(Parquet) AS SELECT 1',
    'create table if not exists `t` engine=file(parquet) as select 1',
    'SELECT clusterName FROM t', 'SELECT `into outfile` FROM t',
  ]
  for (const sql of inside) t.doesNotThrow(() => assertInside(sql), sql)
})
