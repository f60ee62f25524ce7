/**
 * npm run bench: runs the benchmarks one after the other, prints a table of each, and writes
 * bench/results/<name>.json, docs/BENCHMARKS.md and docs/pictures/bench-*.svg.
 *
 * Usage: npm run bench [-- --quick] [--only keyed-counter,ingest] [--rounds 5] [--note TEXT] [--page]
 *   --quick   two minutes, one round, only what the main package has; writes to data/bench instead
 *   --page    measures nothing, writes the page anew
 *   --sides restate,hinata --share 0.1 --try      some sides, a part of their records, into data/bench
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { actors } from './actors/benchmark.js'
import { median, rounded, runBenchmark, type Benchmark, type Report } from './benchmark.js'
import { numberOf } from './chart.js'
import { coldKeysLatency } from './cold-keys/benchmark.js'
import { ingest } from './ingest/benchmark.js'
import { growthNodes, growthPartitions, growthPersons, growthRecords } from './growth/benchmark.js'
import { hotKeyCounter, keyedCounter } from './keyed-counter/benchmark.js'
import type { MainJobReport } from './main-job/report.js'
import { benchmarksPage } from './page.js'
import { drain, move, restart } from './recovery/benchmark.js'
import { installPeers } from './peer-packages.js'
import { reads } from './reads/benchmark.js'
import { readReports, writeReport } from './results.js'

const { values: given } = parseArgs({ options: {
  quick: { type: 'boolean', default: false }, page: { type: 'boolean', default: false },
  only: { type: 'string' }, rounds: { type: 'string' }, note: { type: 'string' },
  sides: { type: 'string' }, share: { type: 'string' }, try: { type: 'boolean', default: false },
} })
const quickShare = 0.25
const isQuick = given.quick
const isKept = !isQuick && !given.try
const root = fileURLToPath(new URL('../../', import.meta.url))
const results = join(root, isKept ? 'bench/results' : 'data/bench')
const pageFolder = join(root, isKept ? 'docs' : 'data/bench')
const say = (line: string): void => { process.stdout.write(`${line}\n`) }

/** In the order of their running. `inQuick`: also without the peers. */
const offered: readonly { readonly name: string, readonly inQuick: boolean,
  readonly make: (hasPeers: boolean) => Benchmark }[] = [
  { name: 'keyed-counter', inQuick: true, make: keyedCounter },
  { name: 'hot-key-counter', inQuick: false, make: hotKeyCounter },
  { name: 'cold-keys', inQuick: false, make: coldKeysLatency },
  { name: 'ingest', inQuick: true, make: ingest },
  { name: 'reads', inQuick: false, make: reads },
  { name: 'actors', inQuick: false, make: actors },
  { name: 'growth-persons', inQuick: false, make: growthPersons },
  { name: 'growth-records', inQuick: false, make: growthRecords },
  { name: 'growth-partitions', inQuick: false, make: growthPartitions },
  { name: 'growth-nodes', inQuick: false, make: growthNodes },
  { name: 'drain', inQuick: false, make: drain },
  { name: 'restart', inQuick: false, make: restart },
  { name: 'move', inQuick: false, make: move },
]

const hasFailed = given.page ? false : await measure()
writePage()
process.exit(hasFailed ? 1 : 0)

/** Answers whether a side failed, or delivered another number. */
async function measure(): Promise<boolean> {
  const wanted = given.only?.split(',')
  const chosen = offered.filter(({ name, inQuick }) => wanted?.includes(name) ?? (!isQuick || inQuick))
  if (!isQuick) {
    try {
      installPeers(say)
    } catch (thrown) {
      say(`${thrown instanceof Error ? thrown.message : String(thrown)}\nPeers are left out.`)
    }
  }
  let failed = false
  const startedAt = performance.now()
  for (const [i, { make }] of chosen.entries()) {
    const benchmark = chosenSides(make(!isQuick))
    const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
    say(`\n[${i + 1} of ${chosen.length}, ${minutes} min] ${benchmark.title}: ${benchmark.question}`)
    const rounds = given.rounds === undefined ? isQuick ? 1 : benchmark.rounds : Number(given.rounds)
    const report = await runBenchmark(benchmark, { rounds,
      share: Number(given.share ?? (isQuick ? quickShare : 1)),
      ...(given.note === undefined ? {} : { note: given.note }) }, say)
    printTable(report)
    writeReport(results, report)
    failed ||= report.absent.some(({ reason }) => reason.startsWith('it failed'))
  }
  return failed
}

function chosenSides(benchmark: Benchmark): Benchmark {
  const wanted = given.sides?.split(',')
  return { ...benchmark, sides: benchmark.sides.filter(({ name }) => wanted?.includes(name) ?? true) }
}

function printTable({ figures, sides, machine, seed, baseline }: Report): void {
  const { cpu, cores, node, redis } = machine
  say(`\n${cpu}, ${cores} cores, Node ${node}, Redis ${redis}, seed ${seed}`)
  const widths = figures.map(({ name, unit }) => Math.max(11, name.length + unit.length + 2))
  const heads = figures.map(({ name, unit }, i) => `${name}, ${unit}`.padStart(widths[i]))
  say([''.padEnd(24), ...heads].join('  '))
  const base = sides.find(({ name }) => name === baseline)?.values[figures[0].name]
  for (const { name, values } of sides) {
    const cells = figures.map((figure, i) => {
      const found = values[figure.name]
      return (found ? numberOf(rounded(median(found))) : '–').padStart(widths[i])
    })
    const rate = values[figures[0].name]
    const ratio = base && rate && name !== baseline ? `${(median(base) / median(rate)).toFixed(2)}×` : ''
    say([name.padEnd(24), ...cells, ratio.padStart(9)].join('  '))
  }
  if (baseline !== undefined) say(`last column: ${baseline} ÷ side`)
}

function writePage(): void {
  const mainJobFile = join(results, 'main-job.json')
  const mainJob = existsSync(mainJobFile)
    ? JSON.parse(readFileSync(mainJobFile, 'utf8')) as MainJobReport : undefined
  const { text, pictures } = benchmarksPage(readReports(results), mainJob, 'pictures')
  mkdirSync(join(pageFolder, 'pictures'), { recursive: true })
  writeFileSync(join(pageFolder, 'BENCHMARKS.md'), text)
  for (const [file, svg] of pictures) writeFileSync(join(pageFolder, 'pictures', file), svg)
  say(`\n${join(pageFolder, 'BENCHMARKS.md')} and ${pictures.size} charts are written; figures: ${results}`)
}
