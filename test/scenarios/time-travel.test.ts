/**
 * Time travel as a user does it, in processes: another version beside the live one, their differences,
 * promote and roll back while records come in, a savepoint, its restoration. Rows in ClickHouse stay exact.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { sampleRecords } from '../../deploy/tour/sample.js'
import { openTopologyClient } from '../../engine/index.js'
import { codeVersion, hinataTopology } from '../../pipelines/hinata.js'
import { until } from '../support/until.js'
import { hashedAmong } from '../support/row-names.js'
import { dumpState } from '../support/state-dump.js'

const entry = fileURLToPath(new URL('../../deploy/cli/hinata.js', import.meta.url))
const partitions = 16
/** Versions: the one that is live at first, and two more. */
const [live, next, third] = [codeVersion, codeVersion + 1, codeVersion + 2]
const plainPersons = ['ida', 'jon', 'kim', 'leo']
const deepPersons = ['mia', 'ned']
const sampleRecordsMax = 150

t.setTimeout(280_000)

const folder = await mkdtemp(join(tmpdir(), 'hinata-travel-'))
const dataDir = join(folder, 'data')
const children: ChildProcess[] = []
t.teardown(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

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

interface Running {
  readonly child: ChildProcess
  readonly redis: string
  readonly clickhouse: string
}

async function up(): Promise<Running> {
  const child = spawn(process.execPath, [entry, 'up', '--port', '0', '--clickhouse-port', '0', '--data-dir',
    dataDir], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  children.push(child)
  await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', code => reject(new Error(`up ended with ${code}`)))
  })
  const places = JSON.parse(await readFile(join(dataDir, 'hinata.json'), 'utf8')) as Running
  return { child, redis: places.redis, clickhouse: places.clickhouse }
}

function stop({ child }: Running): Promise<number | null> {
  return new Promise(resolve => {
    child.once('exit', resolve)
    child.kill('SIGINT')
  })
}

async function query(system: Running, sql: string): Promise<string> {
  return (await (await fetch(system.clickhouse, { method: 'POST', body: sql })).text()).trim()
}

/** Kills the node process of a version, as the out-of-memory killer would; `up` starts it again. */
async function killNodeOf(version: number): Promise<void> {
  const topology = hinataTopology({ partitions, sinks: [] })
  const client = await openTopologyClient({ redisUrl: system.redis, topology })
  const found = (await client.nodes()).find(node => node.topology === `hinata.${version}`)
  await client.close()
  process.kill(found!.pid, 'SIGKILL')
}

function allPersons(): string[] {
  const told = sampleRecords(3, Date.UTC(2026, 9, 1)).slice(0, sampleRecordsMax).map(({ userId }) => userId)
  return [...new Set([...told, ...plainPersons, ...deepPersons])].sort()
}

/** A file of the sample's records, ids ending in `round`, and of persons who keep one note, or go deep. */
async function fileOf(round: number): Promise<{ path: string, count: number }> {
  const lines = sampleRecords(3, Date.UTC(2026, 9, 1)).slice(0, sampleRecordsMax).map(({ userId, record }) =>
    JSON.stringify({ ...record, id: `${record.id}-${round}`, user_id: userId }))
  for (const user_id of plainPersons) {
    lines.push(JSON.stringify({ id: `plain-${round}`, user_id, source: 'notes', highlight: `Note ${round}`,
      timestamp: '2026-09-30T10:00:00Z' }))
  }
  for (const user_id of deepPersons) { // long notes, many tags, one topic for weeks
    for (let day = 1; day <= 9; day++) {
      lines.push(JSON.stringify({ id: `deep-${day}-${round}`, user_id, source: 'notes',
        note: 'On bees. '.repeat(30), tag: ['bees', 'hives', 'honey', 'garden'],
        timestamp: `2026-09-${10 + 2 * day}T10:00:00Z` }))
    }
  }
  const path = join(folder, `round-${round}.jsonl`)
  await writeFile(path, `${lines.join('\n')}\n`)
  return { path, count: lines.length }
}

async function imported(round: number): Promise<number> {
  const { path, count } = await fileOf(round)
  const { out, err } = await hinata('import', path)
  t.equal(out, `accepted ${count}, duplicates 0, rejected 0\n`, err)
  return count
}

const rowsSql = 'SELECT count(), uniqExact(user_id, id), uniqExact(user_id, id, revision) FROM records'

let system = await up()
let total = 0

t.test('replay and diff: equal for the same code, else exactly the persons it changes', async t => {
  total += await imported(1)

  const replayed = await hinata('replay', '--pipeline', 'hinata', '--as', `v${next}`)
  t.equal(replayed.code, 0, replayed.err)
  t.match(replayed.out, new RegExp(`v${next} has caught up[\\s\\S]*hinata promote v${next}`))
  const equal = await hinata('diff', `v${live}`, `v${next}`)
  t.equal(equal.code, 0, equal.out)
  t.match(equal.out, new RegExp(`^v${live} and v${next} are equal: \\d+ persons compared\\.`))

  t.equal((await hinata('replay', '--as', `v${third}`, '--scoring', 'depth_factor.hihg=1')).code, 1)
  t.equal((await hinata('replay', '--as', 'three')).code, 2)
  const changed = await hinata('replay', '--as', `v${third}`, '--scoring', 'depth_factor.high=1.1', '--json')
  t.equal(changed.code, 0, changed.err)
  t.match(JSON.parse(changed.out.trim().split('\n').at(-1)!), { version: third, folded: total })
  const hashes = await query(system, 'SELECT person FROM row_names WHERE name IN '
    + '(SELECT user_id FROM records WHERE interaction_depth = \'high\' AND attention_weight < 1)')
  const deep = hashedAmong(hashes, allPersons())
  t.ok(deepPersons.every(one => deep.includes(one)) && !plainPersons.some(one => deep.includes(one)),
    deep.join())
  const differing = await hinata('diff', `v${live}`, `v${third}`, '--json')
  t.equal(differing.code, 1)
  const lines = differing.out.trim().split('\n').map(line => JSON.parse(line) as Record<string, unknown>)
  t.strictSame(lines.slice(0, -1).map(line => line.user_id).sort(), deep,
    'exactly the persons whose records are deep')
  t.match(lines.at(-1), { different: deep.length, unsettled: 0 })
  t.ok(Number(lines.at(-1)!.compared) > deep.length)
  const [person] = deep
  t.match((await hinata('diff', `v${live}`, `v${third}`, '--user', person)).out,
    /attention_weight [\d.]+ → [\d.]+/)
  t.equal((await hinata('diff', `v${live}`, `v${third}`, '--user', plainPersons[0])).code, 0)

})

t.test('promote and roll back while records come in', async t => {
  const shared = await hinata('promote', `v${next}`, '--share', '25%')
  t.match(shared.out, new RegExp(`25 % of the persons are read from v${next}`), shared.err)
  t.match(JSON.parse((await hinata('versions', '--json')).out),
    [{ version: live, livePartitions: partitions }, { version: next, share: 0.25 },
      { version: third, settings: { 'depth_factor.high': 1.1 } }])
  t.equal((await hinata('versions', 'drop', `v${third}`)).code, 0)

  const rounds = [[2, ['promote', `v${next}`]], [3, ['rollback']], [4, ['rollback']]] as const
  for (const [round, command] of rounds) {
    if (round === 2) await killNodeOf(next) // it goes on from its checkpoint, then the switch waits for it
    const importing = imported(round)
    const switched = await hinata(...command, '--json')
    t.match(JSON.parse(switched.out), { version: round === 3 ? live : next, partitions }, switched.err)
    total += await importing
    await until('the rows are there', async () => (await query(system, rowsSql)).startsWith(`${total}\t`))
    t.equal(await query(system, rowsSql), `${total}\t${total}\t${total}`, 'no row missing, none doubled')
    await until('the rollup counts them once', async () =>
      await query(system, 'SELECT sum(records) FROM records_per_minute') === String(total))
  }
  t.equal(await query(system, 'SELECT count() - uniqExact(user_id, component_id, sequence) '
    + 'FROM psp_components'), '0', 'no change of a component twice')
  const status = JSON.parse((await hinata('status', '--json')).out) as { status: string, pipelines: object[] }
  t.match(status, { status: 'healthy', pipelines: [{ version: next, lag_records: 0 }] })
  t.equal((await hinata('diff', `v${next}`, `v${live}`)).code, 0, 'the one before follows, equal')

})

t.test('a savepoint, restored in front of its log', async t => {
  const saved = await hinata('savepoint', 'create', 'noon', '--json')
  t.match(JSON.parse(saved.out), { name: 'noon', version: next, records: total }, saved.err)
  t.equal((await hinata('savepoint', 'restore', 'noon')).code, 1, 'not while it runs')
  total += await imported(5)
  const after = await dumpState(system.redis, 'h', partitions, `hinata.${next}`)
  t.equal(await stop(system), 0)
  t.match((await hinata('savepoint', 'list')).out, new RegExp(`^noon {2}.+ {2}v${next} {2}`))
  const restored = await hinata('savepoint', 'restore', 'noon')
  t.match(restored.out, new RegExp(`v${next} is live as it was then`), restored.err)

  system = await up()
  await until('the rest of the log is folded', async () => {
    const [one] = JSON.parse((await hinata('versions', '--json')).out) as { folded: number }[]
    return one.folded === total
  })
  t.strictSame(await dumpState(system.redis, 'h', partitions, `hinata.${next}`), after, 'byte for byte')
  await until('the sinks have passed it', async () => {
    const { pipelines: [one] } = JSON.parse((await hinata('status', '--json')).out) as
      { pipelines: { lag_records: number, sink_values: number }[] }
    return one.lag_records === 0 && one.sink_values === 0
  })
  t.equal(await query(system, `${rowsSql} SETTINGS final = 0`), `${total}\t${total}\t${total}`,
    'rows that were there before are not inserted again')
  t.equal(await stop(system), 0)
})
