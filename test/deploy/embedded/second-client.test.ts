/** The independent client `clickhouse` against the embedded server. */
import t from 'tap'
import { ClickHouse } from 'clickhouse'
import { openServer } from './open-server.js'

t.test('the independent clickhouse package works unchanged', async t => {
  const server = await openServer(t)
  for (const options of [{}, { isUseGzip: true, config: { enable_http_compression: 1 } }, { usePost: true },
    { isSessionPerQuery: true }]) {
    await t.test(JSON.stringify(options), async t => {
      const client = new ClickHouse({ url: 'http://127.0.0.1', port: server.port, format: 'json',
        ...options })
      const isGzip = 'isUseGzip' in options
      const isForm = 'usePost' in options
      // With gzip this client unpacks streams only; an answer without rows needs no unpacking.
      const create = 'CREATE OR REPLACE TABLE cities (id UInt32, name String) ENGINE = MergeTree ORDER BY id'
      await client.query(create).toPromise()
      if (isForm) { // it sends a form and the rows in one request, of which only the form arrives
        t.same(await client.query('SELECT {x:UInt8} AS x', { params: { x: 7 } }).toPromise(), [{ x: 7 }])
        return
      }
      await client.insert('INSERT INTO cities (id, name)',
        [{ id: 1, name: 'Tōkyō' }, { id: 2, name: 'a\tb' }]).toPromise()
      if (!isGzip) {
        t.same(await client.query('SELECT * FROM cities ORDER BY id').toPromise(),
          [{ id: 1, name: 'Tōkyō' }, { id: 2, name: 'a\tb' }])
        await t.rejects(client.query('SELECT * FROM nowhere').toPromise(), { code: 60 })
      }
      const writing = client.insert('INSERT INTO cities').stream()
      for (let id = 3; id <= 100; id += 1) await writing.writeRow([id, `c${id}`])
      await writing.exec()
      const seen: unknown[] = []
      const rows = client.query('SELECT id FROM cities ORDER BY id').stream()
      await new Promise((resolve, reject) => rows.on('data', row => seen.push(row)).on('end', resolve)
        .on('error', reject))
      t.equal(seen.length, 100)
    })
  }
})
