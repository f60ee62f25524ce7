/**
 * Question: how soon is a prompt, a search, or the PSP of a person with 100,000 records there, while others
 * write at half of what the system folds?
 *
 * Workload: invented notes of one person, loaded through the gateway; 20 reads a second over 16 connections,
 * open loop; what is written meanwhile is the sample of the tour. Lower bounds: a GET of as many bytes from
 * the same Redis meanwhile; the exact scan of as many vectors, and MiniSearch on the same notes, each in this
 * process with nothing beside it, one read after the other. A read that is refused because its partition has
 * no owner just now, or a prompt without records because the index could not be asked, is asked again, and
 * its clock goes on. Does not measure: the first read of a person after a restart, a network.
 */
import { staticHash } from '../../actors/embedding/index.js'
import { closeRedis, openRedis, send } from '../../engine/redis/index.js'
import type { Benchmark, Side } from '../benchmark.js'
import { Load, type Phase } from '../ingest/load.js'
import type { Lane } from '../ingest/sender.js'
import { Latencies, type Percentiles } from '../latency.js'
import { assertPeer, peerVersion } from '../peer-packages.js'
import { noteOf, questionOf, type Note } from './notes.js'
import { openReadingLane, prompt, psp, search, type Reading } from './reading.js'
import { VectorScan } from './scan.js'
import { ReadWorld } from './world.js'

const recordsFull = 100_000
const readsPerSecond = 20
const seconds = 15
const warmUpSeconds = 3
const connections = 16
const firstReadTriesMax = 60
const firstReadPauseMs = 1_000
const minisearch = new URL('../peers/minisearch.js', import.meta.url)

/** P4. */
export function reads(hasPeers: boolean): Benchmark {
  let world: Promise<ReadWorld> | undefined
  const worldOf = (share: number): Promise<ReadWorld> => world ??= ReadWorld.open(recordsFull * share)
  const reading = (name: string, description: string, what: Reading): Side => ({ name, description,
    run: async ({ share }) => figuresOf(await readWhileWriting(await worldOf(share), what)) })
  return {
    name: 'reads', title: 'P4 · Reads while writing',
    question: 'How soon is a prompt, a search or the PSP of a person with 100,000 records there, while '
      + 'others write at half of what the system folds?',
    workload: `invented notes; ${readsPerSecond} reads a second over ${connections} connections, open loop`,
    durability: 'written meanwhile: `memory`',
    lowerBound: 'a GET of the PSP\'s bytes from the same Redis; an exact scan; MiniSearch alone',
    notMeasured: 'the first read of a person after a restart, a network',
    seed: 7, chart: 'none', rounds: 2, hasWarmUp: false,
    figures: [{ name: 'p50', unit: 'ms' }, { name: 'p99', unit: 'ms' }, { name: 'p99.9', unit: 'ms' }],
    sides: [
      reading('prompt', 'POST /api/enhancement/personalized: components and quoted records, 2,000 tokens',
        prompt),
      reading('search', 'POST /api/hinata/search: BM25 with neighbours and every vector compared', search),
      reading('psp', 'GET /api/psp/current', psp),
      { name: 'bare redis read', description: 'GET of the PSP as one text, meanwhile, no HTTP',
        run: async ({ share }) => figuresOf(await readBare(await worldOf(share))) },
      { name: 'exact scan alone', description: `dot products of ${staticHash.dim} numbers in this process`,
        run: ({ share }) => Promise.resolve(figuresOf(scanAlone(recordsFull * share))) },
      ...hasPeers ? [{ name: 'minisearch alone',
        description: `MiniSearch ${peerVersion('minisearch')} in this process, words only`,
        prepare: () => { assertPeer(minisearch) },
        run: async ({ share }: { share: number }) =>
        figuresOf(await minisearchAlone(recordsFull * share)) }] : [],
    ],
    async finish() {
      await (await world)?.close()
    },
  }
}

async function readWhileWriting(world: ReadWorld, reading: Reading): Promise<Percentiles> {
  const { gateway, adminKey } = world.system.running
  await firstRead(() => openReadingLane(gateway, adminKey, reading))
  const lanes = Array.from({ length: connections }, () => openReadingLane(gateway, adminKey, reading))
  await new Load(lanes).paced(warmUpSeconds, readsPerSecond)
  return loaded(world, lanes)
}

/**
 * An index that is not held is restored first; until then the read is refused. A connection that waits for
 * that idles too long for the gateway, so each try has its own.
 */
async function firstRead(open: () => Lane): Promise<void> {
  for (let tries = 1; ; tries++) {
    const lane = open()
    try {
      return await lane.send(0)
    } catch (thrown) {
      if (tries === firstReadTriesMax) throw thrown
      await new Promise(resolve => setTimeout(resolve, firstReadPauseMs))
    } finally {
      lane.close()
    }
  }
}

async function readBare(world: ReadWorld): Promise<Percentiles> {
  const { gateway, adminKey, redis: url } = world.system.running
  const answer = await fetch(`${gateway}${psp.path(0)}`, { headers: { authorization: `Bearer ${adminKey}` } })
  const text = await answer.text()
  const redis = await openRedis(url, 'bare')
  await send(redis, 'SET', ['bench:psp', text])
  const lane: Lane = {
    window: 1_000,
    async send() {
      if (String(await send(redis, 'GET', ['bench:psp'])) !== text) throw new Error('another text')
    },
    close: () => { closeRedis(redis) },
  }
  return loaded(world, [lane])
}

async function loaded(world: ReadWorld, lanes: readonly Lane[]): Promise<Percentiles> {
  const load = new Load(lanes)
  let phase: Phase | undefined
  await world.whileWriting(seconds, async () => { phase = await load.paced(seconds, readsPerSecond) })
  for (const lane of lanes) lane.close()
  return phase!.latency
}

function scanAlone(records: number): Percentiles {
  const scan = new VectorScan(records, staticHash.dim)
  return inProcess(n => scan.nearest(n).includes(n))
}

async function minisearchAlone(records: number): Promise<Percentiles> {
  const { indexWithMinisearch } = await import(minisearch.href) as
    { indexWithMinisearch(notes: readonly Note[]): (question: string) => number }
  const find = indexWithMinisearch(Array.from({ length: records }, (_, n) => noteOf(n)))
  return inProcess(n => find(questionOf(n)) > 0)
}

/** One read after the other: some take longer than the open loop leaves between two. */
function inProcess(read: (n: number) => boolean): Percentiles {
  const latencies = new Latencies()
  const until = performance.now() + seconds * 1_000
  for (let n = 0; n < readsPerSecond * seconds && performance.now() < until; n++) {
    const startedAt = performance.now()
    if (!read(n)) throw new Error('nothing was found')
    latencies.note(startedAt)
  }
  return latencies.percentiles()
}

function figuresOf(latency: Percentiles): Record<string, number> {
  return { p50: latency.p50, p99: latency.p99, 'p99.9': latency.p999 }
}
