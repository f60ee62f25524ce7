/**
 * The main job: records by WebSocket become a prompt and a row, everything on this machine.
 *
 * Question: how many records a second are folded and inserted when the sender never waits, and how long does
 * one take to its acknowledgement and to its commit at a half and at nine tenths of that rate?
 * Does not measure: a network, several nodes, a ClickHouse of its own.
 *
 * Usage: node dist/bench/main-job/run.js [--records FILE.jsonl.gz] [--count 20000] [--runs 3] [--seconds 20]
 * Each run has an empty system, which a fifth of the records warm up; the sender is this process.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { RecordableHistogram } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from '../benchmark.js'
import { batchesOfFile, batchesOfSample, renamed, type Batch } from './batches.js'
import { sendAll } from './load.js'
import { MeasuredSystem, type CpuSeconds } from './measured-system.js'

const { values: given } = parseArgs({ options: {
  records: { type: 'string' }, count: { type: 'string', default: '20000' },
  runs: { type: 'string', default: '3' }, seconds: { type: 'string', default: '20' },
} })
const warmUpShare = 0.2
const say = (line: string): void => { process.stdout.write(`${line}\n`) }

interface FullLoad {
  readonly records: number
  readonly acknowledgedPerSecond: number
  readonly foldedPerSecond: number
  readonly insertedPerSecond: number
  readonly ackMs: Percentiles
  readonly foldMs: Percentiles
  /** Processor time per record by process, µs. */
  readonly cpuMicroseconds: CpuSeconds
}

interface Paced {
  readonly recordsPerSecond: number
  readonly ackMs: Percentiles
  readonly foldMs: Percentiles
}

interface Percentiles { readonly p50: number, readonly p99: number, readonly p999: number }

const batches = given.records === undefined ? batchesOfSample(Number(given.count))
  : await batchesOfFile(given.records)
const full: FullLoad[] = []
const paced: Paced[] = []
for (let run = 1; run <= Number(given.runs); run++) {
  const system = await MeasuredSystem.start()
  try {
    await warmUp(system)
    full.push(await fullLoad(system))
    say(`run ${run}  ${JSON.stringify(full.at(-1))}`)
    if (run < Number(given.runs)) continue
    for (const share of [0.5, 0.9]) {
      const rate = Math.round(share * median(full.map(({ foldedPerSecond }) => foldedPerSecond)))
      paced.push(await pacedLoad(system, rate, `-${share}`))
      say(`${share} of it  ${JSON.stringify(paced.at(-1))}`)
    }
  } finally {
    await system.stop()
  }
}
say(`\nfolded ${median(full.map(({ foldedPerSecond }) => foldedPerSecond))}/s, `
  + `inserted ${median(full.map(({ insertedPerSecond }) => insertedPerSecond))}/s: medians of ${full.length}`)
const results = fileURLToPath(new URL('../../../bench/results/', import.meta.url))
mkdirSync(results, { recursive: true })
writeFileSync(`${results}main-job.json`, `${JSON.stringify({
  benchmark: 'main-job',
  machine: { cpu: cpus()[0].model.trim(), cores: cpus().length, node: process.versions.node },
  full, paced,
}, null, 2)}\n`)
process.exit(0)

async function warmUp(system: MeasuredSystem): Promise<void> {
  await sendAll(system, renamed(batches.slice(0, Math.round(batches.length * warmUpShare)), '-warm'))
  await system.settled()
}

async function fullLoad(system: MeasuredSystem): Promise<FullLoad> {
  const [before, rowsBefore] = [await system.cpu(), (await system.rows()).rows]
  const { accepted, startedAt, acknowledgedAt, ack, fold } = await sendAll(system, batches)
  const { foldedAt, insertedAt } = await system.settled()
  const after = await system.cpu()
  await assertRows(system, rowsBefore + accepted)
  const perSecond = (at: number): number => Math.round(accepted / (at - startedAt) * 1_000)
  const cpu = Object.fromEntries(Object.entries(after).map(([role, seconds]) =>
    [role, Math.round((seconds - before[role as keyof CpuSeconds]) / accepted * 1e6)])) as CpuSeconds
  return { records: accepted, acknowledgedPerSecond: perSecond(acknowledgedAt),
    foldedPerSecond: perSecond(foldedAt), insertedPerSecond: perSecond(insertedAt),
    ackMs: percentiles(ack), foldMs: percentiles(fold), cpuMicroseconds: cpu }
}

async function pacedLoad(system: MeasuredSystem, recordsPerSecond: number, suffix: string): Promise<Paced> {
  const rowsBefore = (await system.rows()).rows
  const some = renamed(firstRecords(batches, recordsPerSecond * Number(given.seconds)), suffix)
  const { accepted, ack, fold } = await sendAll(system, some, recordsPerSecond)
  await system.settled()
  await assertRows(system, rowsBefore + accepted)
  return { recordsPerSecond, ackMs: percentiles(ack), foldMs: percentiles(fold) }
}

/** A fast wrong answer is no answer. */
async function assertRows(system: MeasuredSystem, expected: number): Promise<void> {
  const { rows, distinct } = await system.rows()
  if (rows === expected && distinct === expected) return
  throw new Error(`expected ${expected} rows, found ${rows}, ${distinct} of them different`)
}

function firstRecords(all: readonly Batch[], records: number): Batch[] {
  let count = 0
  return all.filter(batch => (count += batch.records.length) <= records)
}

function percentiles(histogram: RecordableHistogram): Percentiles {
  const ms = (percent: number): number => Math.round(histogram.percentile(percent) / 100) / 10
  return { p50: ms(50), p99: ms(99), p999: ms(99.9) }
}
