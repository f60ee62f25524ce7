/**
 * What a failover loses, by durability class: `node dist/test/faults/failover.js [--runs N]` prints a table.
 * The load: 40 keys, each sends its next record when the last one is acknowledged; 16 partitions.
 */
import { parseArgs } from 'node:util'
import { runFailover, type Departure, type FailoverResult } from './failover-run.js'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '3' } } })
const departures: readonly Departure[] = ['kill -9', 'CLUSTER FAILOVER', 'cut off, kill -9']

process.stdout.write('| durability '
  + '| master goes by | runs | acknowledged | by a master cut off | lost, most in a run '
  + '| doubled | out of order | misfolded | refused | longest pause |\n'
  + '|---|---|---|---|---|---|---|---|---|---|---|\n')
for (const durability of ['memory', 'fsync', 'replica'] as const) {
  for (const departure of departures) {
    const results: FailoverResult[] = []
    for (let run = 0; run < Number(values.runs); run++) results.push(await runFailover(durability, departure))
    const sum = (name: 'acknowledged' | 'alone' | 'lost' | 'doubled' | 'disordered' | 'misfolded'): number =>
      results.reduce((total, result) => total + result[name], 0)
    const most = Math.max(...results.map(({ lost }) => lost))
    const refused = results.reduce((total, { failures }) => total + failures.length, 0)
    const pauseMs = Math.max(...results.map(result => result.pauseMs))
    process.stdout.write(`| ${durability} | ${departure} | ${values.runs} `
      + `| ${sum('acknowledged')} | ${sum('alone')} | ${sum('lost')}, ${most} `
      + `| ${sum('doubled')} | ${sum('disordered')} | ${sum('misfolded')} | ${refused} | ${pauseMs} ms |\n`)
  }
}
process.exit(0)
