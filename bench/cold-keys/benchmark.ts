/**
 * Question: does a hot key harm the others? How long does a record of a cold key take to its commit, with and
 * without one key that gets 50,000 records a second beside it?
 *
 * Workload: 1,000 records a second, evenly over 10,000 cold keys and 8 partitions, open loop, latency from
 * the intended time of sending until who follows the outbox sees the commit; the hot key is in one of the
 * partitions. Lower bound: the same without the hot key. Does not measure: stages, ClickHouse, a network.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { hashText, HinataError, openTopologyClient, type TopologyClient } from '../../engine/index.js'
import { freePort } from '../../deploy/roles/free-port.js'
import { startManagedRedis } from '../../deploy/roles/managed-redis.js'
import { ensureRedis } from '../../deploy/system.mjs'
import type { Benchmark } from '../benchmark.js'
import { Latencies, paced } from '../latency.js'
import { youngGenerationMb } from '../nexmark/limits.js'
import { counters, folded, partitions, topology, type Due } from './topology.js'

const coldKeys = 10_000
const coldPerSecond = 1_000
const hotPerSecond = 50_000
const hotChunk = 500
const seconds = 10
const hotKey = 'hot'
const seed = 20_261_121

/** P1, latency. */
export function coldKeysLatency(): Benchmark {
  return {
    name: 'cold-keys', title: 'P1 · Cold keys beside a hot one',
    question: 'How long does a record of a cold key take to its commit, without and with a hot key beside?',
    workload: '1,000 records a second evenly over 10,000 keys, open loop; the hot key 50,000 a second more',
    durability: '`memory`: appendfsync everysec', lowerBound: 'without the hot key',
    notMeasured: 'stages, ClickHouse, a network', seed, chart: 'none', rounds: 3, hasWarmUp: true,
    figures: [{ name: 'p50', unit: 'ms' }, { name: 'p99', unit: 'ms' }, { name: 'p99.9', unit: 'ms' },
      { name: 'p99 in its partition', unit: 'ms' }, { name: 'hot', unit: 'records/s' }],
    sides: [
      { name: 'cold keys alone', description: 'the lower bound', run: ({ share }) => measured(0, share) },
      { name: 'with the hot key',
        description: '50,000 records a second more, all of one key and so of one partition',
        run: ({ share }) => measured(hotPerSecond, share) },
    ],
  }
}

async function measured(perSecond: number, share: number): Promise<Record<string, number>> {
  const folder = mkdtempSync(`${tmpdir()}/hinata-bench-`)
  const redis = await startManagedRedis(ensureRedis(), folder, 'everysec', await freePort(0))
  const node = fork(new URL('./node-process.js', import.meta.url), [redis.url],
    { execArgv: [`--max-semi-space-size=${youngGenerationMb}`] })
  const client = await openTopologyClient({ redisUrl: redis.url, topology })
  try {
    await once(node, 'message')
    return await load(client, perSecond, seconds * share)
  } finally {
    await client.close()
    const ended = once(node, 'exit')
    node.disconnect()
    await ended
    await redis.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function load(
  client: TopologyClient, perSecond: number, secs: number,
): Promise<Record<string, number>> {
  const records = Math.round(coldPerSecond * secs)
  const watch = new CommitWatch(client, records)
  const hot = new AbortController()
  const heating = perSecond === 0 ? Promise.resolve(0) : heat(client, perSecond, hot.signal)
  await paced(records, coldPerSecond, (n, dueAt) => {
    const key = `cold-${hashText(`${seed}/${n}`) % coldKeys}`
    void client.append([{ key, eventTime: 0, value: { dueAt } }])
  })
  await watch.done()
  hot.abort()
  const sent = await heating
  if (!await client.settled(hotKey, 60_000)) throw new Error('the hot key is not folded')
  const counted = (await client.state(counters, hotKey))?.total.get() ?? 0
  if (counted !== sent) throw new Error(`${counted} of ${sent} records of the hot key were counted`)
  const [all, beside] = [watch.all.percentiles(), watch.beside.percentiles()]
  return { p50: all.p50, p99: all.p99, 'p99.9': all.p999, 'p99 in its partition': beside.p99,
    hot: sent / secs }
}

/** Sends records of the hot key at a rate until it is told to stop; how many they were. */
async function heat(client: TopologyClient, perSecond: number, signal: AbortSignal): Promise<number> {
  const chunk = Array.from({ length: hotChunk }, () => ({ key: hotKey, eventTime: 0, value: { dueAt: 0 } }))
  const startedAt = performance.now()
  let sent = 0
  while (!signal.aborted) {
    const due = (performance.now() - startedAt) / 1_000 * perSecond
    try {
      while (sent < due) {
        void client.append(chunk)
        sent += hotChunk
      }
    } catch (thrown) {
      if (!(thrown instanceof HinataError && thrown.code === 'LOG_FULL')) throw thrown
    }
    await setTimeout(1)
  }
  return sent
}

/** Sees the commits of cold records in all partitions. */
class CommitWatch {
  readonly all = new Latencies()
  /** Of the partition that the hot key is in. */
  readonly beside = new Latencies()
  readonly #stopping = new AbortController()
  readonly #watching: Promise<void[]>
  readonly #seen: Promise<void>
  #left: number
  #wake: () => void = () => undefined

  constructor(client: TopologyClient, records: number) {
    this.#left = records
    this.#seen = new Promise(resolve => { this.#wake = resolve })
    const hotPartition = client.partitionOf(hotKey)
    this.#watching = Promise.all(Array.from({ length: partitions },
      (_, partition) => this.#watch(client, partition, partition === hotPartition)))
  }

  /** Resolves when all were seen. */
  async done(): Promise<void> {
    await this.#seen
    this.#stopping.abort()
    await this.#watching
  }

  async #watch(client: TopologyClient, partition: number, isBeside: boolean): Promise<void> {
    for await (const seen of client.follow(partition, '0-0', this.#stopping.signal)) {
      if (!('emitted' in seen)) throw new Error('what was committed was trimmed before it was seen')
      for (const { output, value } of seen.emitted) {
        if (output !== folded.output) continue
        const { dueAt } = value as Due
        this.all.note(dueAt)
        if (isBeside) this.beside.note(dueAt)
        if (--this.#left === 0) this.#wake()
      }
    }
  }
}
