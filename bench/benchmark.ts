/**
 * Runs a benchmark: every side once as a warm-up, then in interleaved rounds, each run on an empty Redis of
 * its own with the same settings (append-only file, fsync every second). Reports medians and ranges, never
 * single figures.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkRedis } from '../engine/index.js'
import { closeRedis, openRedis, send } from '../engine/redis/index.js'
import { startManagedRedis } from '../deploy/roles/managed-redis.js'
import { freePort } from '../deploy/roles/free-port.js'
import { ensureRedis } from '../deploy/system.mjs'
import type { Contender } from './contender.js'
import { zipfKeys } from './workload.js'

/** A benchmark, declared. */
export interface Benchmark {
  readonly name: string
  readonly question: string
  readonly keys: number
  readonly skew: number
  readonly seed: number
  readonly sides: readonly { readonly contender: Contender, readonly records: number }[]
  /** The side that ratios are of. */
  readonly baseline: string
}

/** One side's figures over all rounds. */
export interface SideReport {
  readonly name: string
  readonly description: string
  readonly records: number
  readonly perSecond: readonly number[]
  /** Processor seconds of this process and Redis, per million records. */
  readonly cpuSecondsPerMillion: readonly number[]
}

/** What is written to bench/results. */
export interface Report {
  readonly benchmark: string
  readonly question: string
  readonly machine: { readonly cpu: string, readonly cores: number, readonly node: string,
    readonly redis: string }
  readonly seed: number
  readonly rounds: number
  readonly sides: readonly SideReport[]
}

/** Runs it; `share` scales the records of every side (quick runs). */
export async function runBenchmark(
  benchmark: Benchmark, options: { rounds: number, share: number }, say: (line: string) => void,
): Promise<Report> {
  const figures = new Map(benchmark.sides.map(({ contender }) =>
    [contender.name, { rates: [] as number[], cpu: [] as number[] }]))
  let redisVersion = ''
  for (let round = 0; round <= options.rounds; round++) {
    for (const { contender, records } of benchmark.sides) {
      const count = Math.round(records * options.share * (round === 0 ? 0.2 : 1))
      const keys = zipfKeys({ records: count, keys: benchmark.keys, skew: benchmark.skew,
        seed: benchmark.seed })
      const folder = mkdtempSync(join(tmpdir(), 'hinata-bench-'))
      const redis = await startManagedRedis(ensureRedis(), folder, 'everysec', await freePort(0))
      redisVersion = (await checkRedis(redis.url)).version
      const before = await cpuSeconds(redis.url)
      const { seconds, delivered } = await contender.run(redis.url, keys)
      const used = await cpuSeconds(redis.url) - before
      await redis.stop()
      rmSync(folder, { recursive: true, force: true })
      if (delivered !== count) throw new Error(`${contender.name} delivered ${delivered} of ${count}`)
      const rate = count / seconds
      const title = round === 0 ? 'warm-up' : `round ${round}`
      say(`${title}  ${contender.name.padEnd(14)} ${Math.round(rate)} records/s`)
      if (round === 0) continue
      figures.get(contender.name)!.rates.push(rate)
      figures.get(contender.name)!.cpu.push(used / count * 1e6)
    }
  }
  return {
    benchmark: benchmark.name, question: benchmark.question, seed: benchmark.seed, rounds: options.rounds,
    machine: { cpu: cpus()[0].model.trim(), cores: cpus().length, node: process.versions.node,
      redis: redisVersion },
    sides: benchmark.sides.map(({ contender, records }) => ({
      name: contender.name, description: contender.description, records: Math.round(records * options.share),
      perSecond: figures.get(contender.name)!.rates.map(Math.round),
      cpuSecondsPerMillion: figures.get(contender.name)!.cpu.map(seconds => Math.round(seconds * 100) / 100),
    })),
  }
}

/** The middle of the figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Processor seconds of this process and of Redis so far. */
export async function cpuSeconds(redisUrl: string): Promise<number> {
  const redis = await openRedis(redisUrl, 'cpu')
  const info = String(await send(redis, 'INFO', ['cpu']))
  closeRedis(redis)
  const own = process.cpuUsage()
  const field = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)![1])
  return (own.user + own.system) / 1e6 + field('used_cpu_user') + field('used_cpu_sys')
}
