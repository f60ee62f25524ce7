/**
 * Runs the queries that RxJS says plainly, in memory, over the same events as run.ts, compares each result
 * with the same SQL, prints a table and writes bench/results/nexmark-rxjs.json.
 *
 * Usage: node dist/bench/nexmark/rxjs/run.js [--events 1000000] [--seeds 5] [--out FILE] [--note TEXT]
 */
import { fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from '../../benchmark.js'
import { machineFacts } from '../../machine.js'
import { NexmarkGenerator } from '../generator.js'
import { generationOf, partitions, youngGenerationMb } from '../limits.js'
import { Oracle } from '../oracle.js'
import { queries } from '../queries/index.js'
import type { QueryRun } from '../query-run.js'
import type { NexmarkReport, SeedRun } from '../report.js'
import { isEqualToSql } from '../rows-file.js'
import { rxQueries } from './queries.js'
import type { RxOrder } from './query-process.js'

const { values: given } = parseArgs({ options: {
  events: { type: 'string', default: '1000000' }, seeds: { type: 'string', default: '5' },
  note: { type: 'string' },
  out: { type: 'string', default: fileURLToPath(new URL('../../../../bench/results/nexmark-rxjs.json',
    import.meta.url)) },
} })
const events = Number(given.events)
const seeds = Array.from({ length: Number(given.seeds) }, (_, i) => i + 1)
const generation = generationOf(events)
const chosen = queries.filter(({ name }) => name in rxQueries)
const say = (line: string): void => { process.stdout.write(`${line}\n`) }

const folder = mkdtempSync(join(tmpdir(), 'hinata-nexmark-'))
const files = { rowsFile: join(folder, 'rows'), lateFile: join(folder, 'late') }
const oracle = await Oracle.start(join(folder, 'oracle'))
const runs = new Map<string, SeedRun[]>(chosen.map(({ name }) => [name, []]))
for (const seed of seeds) {
  const generator = new NexmarkGenerator({ seed, ...generation })
  const arrivals = generator.arrivals()
  await oracle.load(function* () { for (const n of arrivals) yield generator.event(n) }(), partitions)
  for (const query of chosen) {
    const run = await inProcess({ query: query.name, generation: { seed, ...generation }, ...files })
    const isEqual = await isEqualToSql(oracle, query, files, say)
    runs.get(query.name)!.push({ seed, ...run, isEqual })
    say(`seed ${seed}  ${query.name}  ${perSecond(run.cpuSeconds)} events/s per core  ${run.rows} rows  ${
      run.late} late  ${isEqual ? 'equal' : 'DIFFERENT'}`)
  }
}
const { version } = oracle
await oracle.stop()
rmSync(folder, { recursive: true, force: true })
const { cpu, cores, node } = machineFacts()
const report: NexmarkReport = {
  events, seeds, generation, partitions, oracle: version, machine: { cpu, cores, node, redis: '' },
  queries: chosen.map(({ name, title }) => ({ name, title, runs: runs.get(name)! })),
  ...(given.note === undefined ? {} : { note: given.note }),
}
for (const { name, runs: all } of report.queries) {
  say(`${name}  ${perSecond(median(all.map(({ cpuSeconds }) => cpuSeconds)))} events/s per core, median`)
}
mkdirSync(dirname(given.out), { recursive: true })
writeFileSync(given.out, `${JSON.stringify(report, null, 2)}\n`)
process.exit(report.queries.some(({ runs: all }) => all.some(run => run.isEqual === false)) ? 1 : 0)

function inProcess(order: RxOrder): Promise<QueryRun> {
  const child = fork(new URL('./query-process.js', import.meta.url),
    { execArgv: [`--max-semi-space-size=${youngGenerationMb}`] })
  child.send(order)
  return new Promise((resolve, reject) => {
    let done: QueryRun | undefined
    child.once('message', message => { done = message as QueryRun })
    child.once('exit', code => (done ? resolve(done)
      : reject(new Error(`${order.query}: its process ended with ${code}`))))
  })
}

function perSecond(seconds: number): string {
  return Math.round(events / seconds).toLocaleString('en-US')
}
