/**
 * Runs simulations from the command line.
 *
 *   node dist/test/simulation/run.js --seed N             one seed, in detail
 *   node dist/test/simulation/run.js --seeds 10000        that many, from --from (default 1)
 *   node dist/test/simulation/run.js --minutes 5          as many as fit
 *   … --bug relay                                         with a bug of mutants.ts, by part of its name
 */
import { parseArgs } from 'node:util'
import { mutants } from './mutants.js'
import { describeFailure, trySeed } from './seeds.js'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' }, seeds: { type: 'string' }, from: { type: 'string', default: '1' },
    minutes: { type: 'string' }, bug: { type: 'string' },
  },
})

const { bug } = values
const mutant = bug === undefined ? undefined : mutants.find(({ name }) => name.includes(bug))
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const from = Number(values.seed ?? values.from)
const count = values.seed !== undefined ? 1 : Number(values.seeds ?? (values.minutes ? Infinity : 1_000))
const deadline = performance.now() + (values.minutes ? Number(values.minutes) * 60_000 : Infinity)

const startedAt = performance.now()
let seeds = 0
let events = 0
let failed = 0
for (let seed = from; seed < from + count && performance.now() < deadline; seed++) {
  const tried = await trySeed(seed, mutant)
  seeds++
  events += tried.outcome.events
  if (tried.wrong.length > 0) {
    failed++
    say(await describeFailure(tried, mutant))
  }
  if (seeds % 1_000 === 0) say(`${seeds} seeds, ${failed} failed`)
}
const seconds = (performance.now() - startedAt) / 1_000
const cpu = process.cpuUsage()
say(`${seeds} seeds, ${failed} failed, ${events} events, ${seconds.toFixed(1)} s, `
  + `${((cpu.user + cpu.system) / 1_000_000).toFixed(1)} s of CPU, `
  + `${Math.round(seeds / seconds * 60)} seeds a minute`)
process.exitCode = failed === 0 ? 0 : 1
