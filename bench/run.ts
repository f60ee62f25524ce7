/**
 * npm run bench: runs the benchmarks, writes bench/results/<name>.json, prints a table.
 *
 * Usage: npm run bench [-- --quick]      (--quick: one round, a quarter of the records)
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { median, runBenchmark, type Report } from './benchmark.js'
import { hotKeyCounter, keyedCounter } from './keyed-counter.bench.js'

const isQuick = process.argv.includes('--quick')
const results = fileURLToPath(new URL('../../bench/results/', import.meta.url))
const say = (line: string): void => { process.stdout.write(`${line}\n`) }

for (const benchmark of [keyedCounter, hotKeyCounter]) {
  say(benchmark.question)
  const report = await runBenchmark(benchmark, isQuick ? { rounds: 1, share: 0.25 } : { rounds: 5, share: 1 },
    say)
  printTable(report, benchmark.baseline)
  if (isQuick) continue
  mkdirSync(results, { recursive: true })
  writeFileSync(`${results}${benchmark.name}.json`, `${JSON.stringify(report, null, 2)}\n`)
}
process.exit(0)

function printTable(report: Report, baselineName: string): void {
  const { cpu, cores, node, redis } = report.machine
  say(`\n${cpu}, ${cores} cores, Node ${node}, Redis ${redis}, seed ${report.seed}`)
  say(['side'.padEnd(14), 'records/s'.padStart(11), 'range'.padStart(19), 'CPU s/M'.padStart(9),
    'ratio'.padStart(8)].join('  '))
  const baseline = median(report.sides.find(({ name }) => name === baselineName)!.perSecond)
  for (const side of report.sides) {
    const rate = median(side.perSecond)
    say([
      side.name.padEnd(14), String(Math.round(rate)).padStart(11),
      `${Math.min(...side.perSecond)}–${Math.max(...side.perSecond)}`.padStart(19),
      median(side.cpuSecondsPerMillion).toFixed(2).padStart(9),
      `${(baseline / rate).toFixed(2)}×`.padStart(8),
    ].join('  '))
  }
  say(`\nratio: ${baselineName} ÷ side`)
}
