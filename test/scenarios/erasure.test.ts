/**
 * Show 6 on the whole system: a person with strings that nobody else has is erased by `hinata erase`, and the
 * strings are in no file of the data folder, no row, no answer.
 *
 * How it is looked for: every file is read as it lies there (Redis writes its file uncompressed, logs are
 * text). ClickHouse compresses: so every string column of every table is read through it, after every part
 * that held the rows has left the disk; only the active ones may lie there. The person's id is another
 * matter: the log of accesses names it (docs/ERASURE.md).
 */
import { execFile, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { connectAnalytics } from '../../analytics/index.js'
import { get, post, recordOf } from '../gateway/system.js'
import { until } from '../support/until.js'

const entry = fileURLToPath(new URL('../../deploy/cli/hinata.js', import.meta.url))
const run = promisify(execFile)
const canary = 'zanzibarcanary'
const patience = 150

t.setTimeout(400_000)

/** Files under a folder in whose bytes, or names, the text is. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(one => one.isFile()).map(one => join(one.parentPath, one.name))
    .filter(path => path.includes(text) || readOf(path).includes(text))
}

/** A file that ClickHouse removes meanwhile reads as empty. */
function readOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}

function submit(gateway: string, key: string, user: string, word: string): Promise<unknown> {
  return post(gateway, '/api/hinata/submit', key, {
    user_id: user, processing_options: { wait_ms: 5_000 },
    hinata_batch: Array.from({ length: 20 }, (_, i) => recordOf(`${word}-${i}`, {
      highlight: `I want to learn ${word} cooking, part ${i}`, note: `My goal is ${word} number ${i}.`,
      tag: [word], address: `https://example.test/${word}`, raw_data: { word } })),
  })
}

t.test('an erased person is in no file, no row and no answer', async t => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hinata-erase-'))
  const up = spawn(process.execPath, [entry, 'up', '--port', '0', '--clickhouse-port', '0', '--data-dir',
    dataDir], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const ended = new Promise(resolve => up.once('exit', resolve))
  await new Promise(resolve => up.once('message', resolve))
  const { gateway, clickhouse } = JSON.parse(readFileSync(join(dataDir, 'hinata.json'), 'utf8')) as
    { gateway: string, clickhouse: string }
  const key = readFileSync(join(dataDir, 'admin.key'), 'utf8').trim()
  const analytics = connectAnalytics({ url: clickhouse })
  t.teardown(async () => {
    await analytics.close()
    up.kill('SIGINT')
    await ended
    await rm(dataDir, { recursive: true, force: true })
  })
  const rowsWith = async (text: string): Promise<string[]> => {
    const columns = await analytics.query<{ table: string, name: string }>(`
      SELECT table, name FROM system.columns
      WHERE database = currentDatabase() AND table IN (SELECT name FROM system.tables
        WHERE database = currentDatabase() AND engine LIKE '%MergeTree')`)
    const found = await Promise.all(columns.map(async ({ table, name }) => {
      const [row] = await analytics.query<{ n: number }>(`SELECT toUInt32(count()) AS n FROM ${table}
        WHERE position(toString(\`${name}\`), {text:String}) > 0 SETTINGS final = 0`, { text })
      return (row?.n ?? 0) > 0 ? [`${table}.${name}`] : []
    }))
    return found.flat()
  }
  await submit(gateway, key, 'carla', canary)
  await submit(gateway, key, 'bob', 'lisbon')
  const places = (text: string): Promise<number> => // tables come and go while they are migrated
    rowsWith(text).then(({ length }) => length, () => 0)
  await until('the rows are there', async () => await places(canary) > 3 && await places('lisbon') > 3,
    patience)
  t.ok(filesWith(dataDir, canary).length > 0)

  const began = performance.now()
  const { stdout } = await run(process.execPath, [entry, 'erase', '--user', 'carla', '--json',
    '--data-dir', dataDir])
  t.comment(`erased within ${Math.round(performance.now() - began)} ms: ${stdout.trim()}`)
  t.match(JSON.parse(stdout), { status: 'done', files: 'rewritten', removed: { log_records: 21 } })
  t.strictSame(await rowsWith(canary), [])
  t.ok((await rowsWith('lisbon')).length > 3)
  const before = await analytics.query<{ path: string }>(`SELECT path FROM system.parts
    WHERE NOT active AND table IN ('records', 'psp_components', 'dead_letters')`)
  await until('the parts that held the rows are gone',
    () => !before.some(({ path }) => existsSync(path)), patience)
  t.comment(`and off the disk within ${Math.round(performance.now() - began)} ms`)
  t.strictSame(filesWith(dataDir, canary), [])
  const search = await post(gateway, '/api/hinata/search', key,
    { user_id: 'carla', filters: {}, min_relevance_score: 0 })
  t.match(search.body, { total_results: 0 })
  const psp = await get(gateway, '/api/psp/current?user_id=carla', key)
  t.equal(psp.status, 404)
  const { stdout: verified } = await run(process.execPath, [entry, 'verify', '--deep', '--data-dir', dataDir])
    .catch((error: { stdout: string }) => error)
  t.match(verified, /lost 0, doubled 0, changed 0/, verified)
})
