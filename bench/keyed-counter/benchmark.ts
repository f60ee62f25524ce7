/**
 * Question: how many records a second update keyed state exactly once, beside what they cannot do without
 * (the floor), a loop by hand, and what one would use instead?
 *
 * Workload: 10,000 keys, Zipf 1.0, seeded, written once and read by all sides; and once more with a single
 * key. Lower bound: `floor`, the same blocks appended, read and decoded with no state.
 * Does not measure: latency, enrichment, ClickHouse, several nodes, disks, a remote Redis.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Benchmark, Side, Statement } from '../benchmark.js'
import { assertPeer, assertProgram, peerVersion } from '../peer-packages.js'
import { runTrial } from './trial.js'
import { writeKeys } from './workload.js'

/** A contender and how much it does. */
export interface Entrant {
  readonly name: string
  readonly description: string
  readonly module: URL
  readonly contender: string
  /** Of a full run: slow sides do less. */
  readonly records: number
  readonly program?: string
}

const seed = 20_261_121
const recordsMax = 2_000_000
const countedRecords = 600_000
const warmUpRecords = 20_000
const keysFiles = new Map<string, string>()

const own: readonly Entrant[] = [
  { name: 'hinata', module: new URL('./hinata.js', import.meta.url), contender: 'hinata',
    records: countedRecords,
    description: 'exactly once: counter, position and epoch in one commit; 8 partitions, one node in the '
      + 'producing process' },
  { name: 'floor', module: new URL('./floor.js', import.meta.url), contender: 'floor',
    records: countedRecords,
    description: 'the same blocks appended, read and decoded; no state, no commit, no guarantee' },
  { name: 'redis loop', module: new URL('./redis-loop.js', import.meta.url), contender: 'redisLoop',
    records: 200_000,
    description: 'by hand: XADD per record in pipelines, XREADGROUP COUNT 2000, the counts of a batch and '
      + 'its XACKs in one MULTI; exactly once, but no takeover' },
  { name: 'bullmq no-op', module: new URL('./bullmq.js', import.meta.url), contender: 'bullmq',
    records: 50_000,
    description: `BullMQ ${peerVersion('bullmq')}: addBulk, one worker of concurrency 200, removeOnComplete; `
      + 'at least once, no state, no order per key' },
  { name: 'bullmq count', module: new URL('./bullmq.js', import.meta.url), contender: 'bullmqState',
    records: 50_000,
    description: 'the same, each job one HINCRBY; a job that is tried again counts twice' },
]

const peers: readonly Entrant[] = [
  { name: 'jetstream + kv', module: new URL('../peers/jetstream.js', import.meta.url), contender: 'jetstream',
    records: 100_000, program: 'nats-server',
    description: `NATS ${peerVersion('nats-server')}, client ${peerVersion('@nats-io/jetstream')}: file `
      + 'storage, publishes in flight, fetches of 1,000, the counts of a batch written to '
      + 'KV by revision with the last sequence, then one ack; exactly once, no takeover' },
  { name: 'moleculer channels', module: new URL('../peers/moleculer.js', import.meta.url),
    contender: 'moleculer', records: 30_000,
    description: `Moleculer Channels ${peerVersion('@moleculer/channels')} on Redis Streams: maxInFlight `
      + '1,000, each message one HINCRBY; at least once' },
  { name: 'restate', module: new URL('../peers/restate.js', import.meta.url), contender: 'restate',
    records: 5_000,
    description: `Restate ${peerVersion('@restatedev/restate-server')} virtual objects, SDK ${
      peerVersion('@restatedev/restate-sdk')}: one durable call per record, 400 in flight, without fsync; `
      + 'exactly once, keyed, with timers and a journal that the others do not have' },
]

const statement: Omit<Statement, 'name' | 'title' | 'question' | 'workload'> = {
  durability: 'acknowledged before it is synced to disk: Redis appendfsync everysec, JetStream a file synced '
    + 'every two minutes (its default), Restate without fsync per write',
  lowerBound: '`floor`: no state and no commit',
  notMeasured: 'latency, enrichment, ClickHouse, several nodes, a remote Redis',
  seed,
  figures: [{ name: 'rate', unit: 'records/s' }, { name: 'cpu', unit: 'CPU s per million' }],
  baseline: 'hinata',
  chart: 'bars',
}

/** Many keys, unevenly used. `hasPeers`: also what is installed by a full run. */
export function keyedCounter(hasPeers: boolean): Benchmark {
  return {
    ...statement, name: 'keyed-counter', title: 'P1 · Keyed updates, exactly once',
    question: 'How many records a second update keyed state exactly once?',
    workload: '10,000 keys, Zipf 1.0; the key of each record from one file',
    rounds: 5, hasWarmUp: false,
    sides: sidesOf([...own, ...hasPeers ? peers : []], keysFileOf(10_000)),
  }
}

/** One hot key: no partition can help. */
export function hotKeyCounter(hasPeers: boolean): Benchmark {
  return {
    ...statement, name: 'hot-key-counter', title: 'P1 · The same with one key',
    question: 'How many, when every record is of one key, so that no partition can help?',
    workload: 'one key', rounds: 5, hasWarmUp: false,
    sides: sidesOf([...own, ...hasPeers ? peers : []].map(slowWithOneKey), keysFileOf(1)),
  }
}

/** Calls of one object come one after the other. */
function slowWithOneKey(entrant: Entrant): Entrant {
  return entrant.contender === 'restate' ? { ...entrant, records: 1_000 } : entrant
}

function sidesOf(entrants: readonly Entrant[], keysFile: string): Side[] {
  return entrants.map(entrant => trialSide(entrant, keysFile))
}

/** A file of the keys of so many records, of so many different ones, written once per process. */
export function keysFileOf(keys: number, records = recordsMax): string {
  const name = `${keys}-${records}`
  const written = keysFiles.get(name)
  if (written !== undefined) return written
  const file = join(mkdtempSync(join(tmpdir(), 'hinata-bench-keys-')), name)
  writeKeys(file, { records, keys, skew: 1, seed })
  keysFiles.set(name, file)
  return file
}

/** A contender as a side. The warm-up is in the process of each run. */
export function trialSide(entrant: Entrant, keysFile: string): Side {
  const { name, description, module, contender, records, program } = entrant
  return {
    name, description,
    prepare() {
      assertPeer(module)
      if (program !== undefined) assertProgram(program)
    },
    async run({ share }) {
      const count = Math.round(records * share)
      const warm = Math.min(warmUpRecords, Math.round(count / 4))
      const { seconds, cpuSeconds } = await runTrial({ module, contender, keysFile, records: count,
        warmUpRecords: warm })
      return { rate: count / seconds, cpu: cpuSeconds / count * 1e6 }
    },
  }
}
