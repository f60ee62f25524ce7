/** What was acknowledged is there after a kill -9, and a token still counts once. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { ask, temporaryFolder } from './open-server.js'

interface Life { readonly url: string, readonly child: ChildProcess }

/** Starts a server process on `dataDir` and waits until it listens. */
async function live(t: Test, dataDir: string): Promise<Life> {
  const child = fork(fileURLToPath(new URL('serve.js', import.meta.url)), [dataDir], { stdio: 'ignore' })
  t.teardown(() => child.kill('SIGKILL'))
  const [port] = await Promise.race([once(child, 'message'), once(child, 'exit')
    .then(() => { throw new Error('ended early') })])
  return { url: `http://127.0.0.1:${port}`, child }
}

async function kill(life: Life): Promise<void> {
  const gone = once(life.child, 'exit')
  life.child.kill('SIGKILL')
  await gone
}

const sql = async (life: Life, text: string): Promise<string> => {
  const answer = await ask(life.url, '/', { method: 'POST', body: text })
  if (answer.status !== 200) throw new Error(answer.text)
  return answer.text.trim()
}

const batchRows = 20_000
const batch = (number: number): string =>
  Array.from({ length: batchRows }, (_, row) => `${number * batchRows + row},k${row % 7},${row % 100}\n`)
    .join('')

/** Sends batch `number` under its own token, as often as it is called. */
const insert = (life: Life, number: number): ReturnType<typeof ask> => ask(life.url,
  `/?insert_deduplication_token=batch-${number}&deduplicate_blocks_in_dependent_materialized_views=1` +
  '&query=INSERT+INTO+records+FORMAT+CSV', { method: 'POST', body: batch(number) })

async function createTables(life: Life): Promise<void> {
  const window = 'SETTINGS non_replicated_deduplication_window = 1000'
  await sql(life, `CREATE TABLE records (id UInt64, k String, n UInt32)
    ENGINE = MergeTree ORDER BY id ${window}`)
  await sql(life, `CREATE TABLE per_k (k String, c UInt64, s UInt64)
    ENGINE = SummingMergeTree ORDER BY k ${window}`)
  await sql(life, `CREATE MATERIALIZED VIEW per_k_mv TO per_k AS
    SELECT k, count() AS c, sum(n) AS s FROM records GROUP BY k`)
}

const counts = (life: Life): Promise<string> =>
  sql(life, `SELECT (SELECT count() FROM records), (SELECT uniqExact(id) FROM records),
    (SELECT sum(c) FROM per_k)`)

t.test('V1 what was acknowledged survives kill -9, and a token counts once before and after', async t => {
  const dataDir = temporaryFolder(t)
  let life = await live(t, dataDir)
  await createTables(life)
  t.equal((await insert(life, 0)).status, 200)
  t.equal((await insert(life, 0)).status, 200)
  t.equal(await counts(life), `${batchRows}\t${batchRows}\t${batchRows}`)
  await kill(life)
  life = await live(t, dataDir)
  t.equal(await counts(life), `${batchRows}\t${batchRows}\t${batchRows}`)
  t.equal((await insert(life, 0)).status, 200)
  t.equal(await counts(life), `${batchRows}\t${batchRows}\t${batchRows}`)
  t.equal((await insert(life, 1)).status, 200)
  t.equal(await counts(life), `${2 * batchRows}\t${2 * batchRows}\t${2 * batchRows}`)
  const second = fork(fileURLToPath(new URL('serve.js', import.meta.url)), [dataDir], { stdio: 'ignore' })
  t.not((await once(second, 'exit'))[0], 0, 'D1 a second process on the folder is refused')
})

t.test('V1 a batch that was under way at a kill is whole after its retry, in the table and in the view',
  async t => {
  const dataDir = temporaryFolder(t)
  let life = await live(t, dataDir)
  await createTables(life)
  const rounds = 4
  for (let round = 0; round < rounds; round += 1) {
    const underWay = insert(life, round).catch(() => undefined)
    // The server is killed while it is busy with the batch: as soon as it is seen in the engine, or done.
    let isSeen = false
    const done = underWay.then(() => { isSeen = true })
    while (!isSeen) isSeen = await sql(life,
      'SELECT count() FROM system.processes WHERE query LIKE \'INSERT%\'') !== '0'
    await kill(life)
    await done
    life = await live(t, dataDir)
    t.equal((await insert(life, round)).status, 200)
    const rows = (round + 1) * batchRows
    t.equal(await counts(life), `${rows}\t${rows}\t${rows}`)
  }
})

t.test('V2 a stop is clean', async t => {
  const dataDir = temporaryFolder(t)
  const life = await live(t, dataDir)
  await createTables(life)
  await insert(life, 0)
  const gone = once(life.child, 'exit')
  life.child.kill('SIGTERM')
  t.same(await gone, [0, null])
})
