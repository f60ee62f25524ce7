/**
 * Runs Nexmark through the real engine, compares each result with the oracle, prints a table and writes
 * bench/results/nexmark.json.
 *
 * Usage: node dist/bench/nexmark/run.js [--events 1000000] [--seeds 5] [--queries q5,q7] [--verify]
 *        [--out FILE] [--note TEXT]      (without --verify nothing is compared, and only rates are found)
 */
import { fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { checkRedis } from '../../engine/index.js'
import { freePort } from '../../deploy/roles/free-port.js'
import { startManagedRedis } from '../../deploy/roles/managed-redis.js'
import { ensureRedis } from '../../deploy/system.mjs'
import { median } from '../benchmark.js'
import { NexmarkGenerator } from './generator.js'
import { generationOf, partitions, youngGenerationMb } from './limits.js'
import { fillLog, type FilledLog } from './log-filler.js'
import { Oracle } from './oracle.js'
import { queries } from './queries/index.js'
import type { QueryOrder, QueryRun } from './query-run.js'
import type { Query } from './query.js'
import type { NexmarkReport, QueryReport, SeedRun } from './report.js'
import { isEqualToSql } from './rows-file.js'

const { values: given } = parseArgs({ options: {
  events: { type: 'string', default: '1000000' }, seeds: { type: 'string', default: '5' },
  queries: { type: 'string' }, note: { type: 'string' }, verify: { type: 'boolean', default: false },
  out: { type: 'string', default: fileURLToPath(new URL('../../../bench/results/nexmark.json',
    import.meta.url)) },
} })
const events = Number(given.events)
const seeds = Array.from({ length: Number(given.seeds) }, (_, i) => i + 1)
const wanted = given.queries?.split(',')
const chosen = queries.filter(({ name }) => wanted?.includes(name) ?? true)
const generation = generationOf(events)
const say = (line: string): void => { process.stdout.write(`${line}\n`) }

const folder = mkdtempSync(join(tmpdir(), 'hinata-nexmark-'))
const oracle = given.verify ? await Oracle.start(join(folder, 'oracle')) : undefined
const runs = new Map<string, SeedRun[]>(chosen.map(({ name }) => [name, []]))
let redisVersion = ''
for (const seed of seeds) await runSeed(seed)
await oracle?.stop()
rmSync(folder, { recursive: true, force: true })
finish()

/** All queries over the events of one seed. Queries that do not relay share the logs of one keying. */
async function runSeed(seed: number): Promise<void> {
  const generator = new NexmarkGenerator({ seed, ...generation })
  const arrivals = generator.arrivals()
  await oracle?.load(function* () { for (const n of arrivals) yield generator.event(n) }(), partitions)
  for (const group of groupsOf(chosen)) {
    const redis = await startManagedRedis(ensureRedis(), join(folder, `${seed} ${group[0].name}`), 'everysec',
      await freePort(0))
    redisVersion = (await checkRedis(redis.url)).version
    const [{ keying, hasSide = false }] = group
    const log = await fillLog({ redisUrl: redis.url, topic: 'events', keying, hasSide, generator, arrivals })
    say(`seed ${seed}  log by ${keying}: ${perSecond(log.seconds)} events/s appended`)
    for (const query of group) await runOne(seed, query, log, redis.url)
    await redis.stop()
    rmSync(join(folder, `${seed} ${group[0].name}`), { recursive: true, force: true })
  }
}

async function runOne(seed: number, query: Query, log: FilledLog, redisUrl: string): Promise<void> {
  const order = { query: query.name, redisUrl, topic: log.topic, rowsFile: join(folder, 'rows'),
    lateFile: join(folder, 'late'), lastAcceptedAt: log.accepted.reduce((last, at) => Math.max(last, at), 0) }
  const run = await inProcess(order)
  let isEqual: boolean | null = null
  if (oracle) {
    if (query.processingWindowMs) await oracle.loadAccepted(log.accepted)
    isEqual = await isEqualToSql(oracle, query, order, say)
  }
  runs.get(query.name)!.push({ seed, ...run, isEqual })
  say(`seed ${seed}  ${query.name.padEnd(4)} ${perSecond(run.seconds).padStart(7)} events/s  ${
    perSecond(run.cpuSeconds).padStart(7)} per core  ${String(run.rows).padStart(8)} rows  ${
    String(run.late).padStart(5)} late  ${verdict(isEqual)}`)
}

/** Runs a query in a process of its own, set up as the node that `hinata up` starts. */
async function inProcess(order: QueryOrder): Promise<QueryRun> {
  const child = fork(new URL('./query-run.js', import.meta.url),
    { execArgv: [...process.execArgv, `--max-semi-space-size=${youngGenerationMb}`] })
  child.send(order)
  return new Promise((resolve, reject) => {
    let done: QueryRun | undefined
    child.once('message', message => { done = message as QueryRun })
    child.once('exit', code => (done ? resolve(done)
      : reject(new Error(`${order.query}: its process ended with ${code}`))))
  })
}

/** Queries that can share one log: the same keying, and at most one that relays, as the last. */
function groupsOf(all: readonly Query[]): Query[][] {
  const groups: Query[][] = []
  const relaying = ({ flow }: Query): number => (flow.relays ? 1 : 0)
  for (const query of [...all].sort((a, b) => relaying(a) - relaying(b))) {
    const group = groups.find(([first, ...rest]) => first.keying === query.keying
      && ![first, ...rest].some(({ flow }) => flow.relays))
    if (group) group.push(query)
    else groups.push([query])
  }
  return groups
}

function perSecond(seconds: number): string {
  return String(Math.round(events / seconds))
}

function verdict(isEqual: boolean | null): string {
  return isEqual === null ? 'not compared' : isEqual ? 'equal' : 'DIFFERENT'
}

function finish(): void {
  const report: NexmarkReport = {
    events, seeds, generation, partitions, oracle: oracle?.version ?? null,
    machine: { cpu: cpus()[0].model.trim(), cores: cpus().length, node: process.versions.node,
      redis: redisVersion },
    queries: chosen.map(({ name, title }): QueryReport => ({ name, title, runs: runs.get(name)! })),
    ...(given.note === undefined ? {} : { note: given.note }),
  }
  say(`\n${events} events, ${seeds.length} seeds; medians\n${
    ['query', 'events/s', 'per core', 'rows', 'result'].map(title => title.padStart(10)).join('')}`)
  for (const { name, runs: all } of report.queries) {
    const isEqual = all.some(run => run.isEqual === false) ? false : all[0].isEqual
    say([name, perSecond(median(all.map(({ seconds }) => seconds))),
      perSecond(median(all.map(run => run.cpuSeconds))), median(all.map(({ rows }) => rows)),
      verdict(isEqual)].map(cell => String(cell).padStart(10)).join(''))
  }
  mkdirSync(dirname(given.out), { recursive: true })
  writeFileSync(given.out, `${JSON.stringify(report, null, 2)}\n`)
  process.exit(report.queries.some(({ runs: all }) => all.some(run => run.isEqual === false)) ? 1 : 0)
}
