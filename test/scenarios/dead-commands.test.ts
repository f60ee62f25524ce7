/**
 * Dead letters and halted partitions as an operator meets them: hinata dead, resume and status against a
 * system that runs, with records that the real pipeline cannot fold.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { openTopologyClient, type TopologyClient } from '../../engine/index.js'
import type { SystemStatus } from '../../gateway/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { until } from '../support/until.js'

const entry = fileURLToPath(new URL('../../deploy/cli/hinata.js', import.meta.url))

t.setTimeout(180_000)

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

let dataDir = ''

/** Runs a command to its end. */
function hinata(...args: string[]): Promise<Ended> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [entry, ...args, '--data-dir', dataDir],
      { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', chunk => { out += chunk })
    child.stderr.on('data', chunk => { err += chunk })
    child.once('close', code => resolve({ code, out, err }))
  })
}

async function up(): Promise<ChildProcess> {
  const args = [entry, 'up', '--port', '0', '--clickhouse-port', '0', '--data-dir', dataDir]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', code => reject(new Error(`up ended with ${code}`)))
  })
  return child
}

const fail = (client: TopologyClient, key: string, count: number): Promise<unknown> =>
  client.append(Array.from({ length: count }, (_, i) => ({ key, eventTime: i, value: { record: i } })))

t.test('list, show, redrive, drop; a paused partition, resume --skip', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'hinata-dead-'))
  dataDir = join(folder, 'data')
  const running = await up()
  const system = JSON.parse(await readFile(join(dataDir, 'hinata.json'), 'utf8')) as
    { redis: string, clickhouse: string }
  const client = await openTopologyClient({
    redisUrl: system.redis, topology: hinataTopology({ partitions: 16, sinks: [] }),
  })
  t.teardown(async () => {
    await client.close()
    const ended = new Promise(resolve => running.once('exit', resolve))
    running.kill('SIGINT')
    await ended
    await rm(folder, { recursive: true, force: true })
  })
  t.match(await hinata('dead', 'list'), { code: 0, out: 'No dead letters.\n' })
  await fail(client, 'lena', 2)
  t.ok(await client.settled('lena', 20_000))
  const listed = await hinata('dead', 'list', '--json', '--user', 'lena')
  const letters = listed.out.trim().split('\n').map(line => JSON.parse(line) as { id: string, code: string })
  t.equal(letters.length, 2, listed.err)
  t.match((await hinata('dead', 'list', '--code', letters[0].code)).out, /2 of 2 dead letters\. Next: /)
  const shown = JSON.parse((await hinata('dead', 'show', letters[0].id)).out) as unknown
  t.match(shown, { id: letters[0].id, user_id: 'lena', value: { record: 0 }, error: { message: String } })
  t.match(await hinata('dead', 'show', '3:1-1:0'), { code: 1, err: /No dead letter 3:1-1:0/ })
  t.match(await hinata('dead', 'redrive'), { code: 2, err: /Say which/ })
  t.match(await hinata('dead', 'redrive', letters[0].id),
    { code: 1, out: /^redriven 1, failed again 1, refused 0\nWhat failed again is a new letter/ })
  t.match(await hinata('dead', 'drop', '--all'), { code: 0, out: 'dropped 2, refused 0\n' })
  const ask = async (query: string): Promise<string> =>
    (await fetch(system.clickhouse, { method: 'POST', body: query })).text()
  const became = 'SELECT status, count() FROM dead_letters FINAL GROUP BY status ORDER BY status'
  await until('the rows tell it', async () => await ask(became) === 'dropped\t2\nredriven\t1\n')
  t.equal(await ask('SELECT count() FROM dead_letters FINAL WHERE settled_at IS NULL'), '0\n')

  await fail(client, 'lena', 40)
  const paused = await until('the partition is paused', async () => {
    const ended = await hinata('status', '--json')
    const status = JSON.parse(ended.out) as SystemStatus
    return status.problems.length > 0 && { code: ended.code, status }
  })
  const partition = client.partitionOf('lena')
  t.match(paused, { code: 1, status: { status: 'unhealthy', problems: [{ code: 'PARTITION_PAUSED',
    message: new RegExp(`^Partition ${partition} stands at`), detail: /40 of 40 records failed/ }] } })
  const text = (await hinata('status')).out
  t.match(text, new RegExp(` +${partition} +40 +\\d+ +0 {2}PARTITION_PAUSED at `))
  t.match(text, new RegExp(`hinata resume --partition ${partition} --skip`))
  t.match(await hinata('resume', '--partition', String(partition), '--skip'),
    { code: 0, out: /tried again now/ })
  t.ok(await until('it goes on', () => client.settled('lena', 20_000)))
  t.match((await hinata('dead', 'list', '--limit', '3')).out, /3 of 40 dead letters/)
  t.match(await hinata('resume', '--partition', String(partition)), { code: 1, err: /is not halted/ })
  await until('all is well', async () => (await hinata('status')).code === 0)
})
