/** Hinata: exactly-once keyed counters. One process produces, folds and commits; 8 partitions; one node. */
import { setTimeout } from 'node:timers/promises'
import {
  actor, HinataError, openTopologyClient, output, startNode, topic, value, type DeadLetter, type Topology,
  type TopologyClient,
} from '../../engine/index.js'
import { offer, type Contender, type Surroundings } from './contender.js'

const settleMsMax = 120_000
const fullPauseMs = 5

const counters = actor('counter', {
  state: { total: value(0) },
  receive: {
    counted(ctx, _record: { n: number }) {
      ctx.state.total.update(total => total + 1)
    },
  },
})

/** Counts records per key. */
export function countersTopology(partitions: number): Topology {
  return {
    name: 'counters', version: 1, source: topic('counts', { partitions }), stages: [],
    target: { actor: counters, message: 'counted' }, actors: [counters], sinks: [], views: [],
    deadLetters: output<DeadLetter>('dead'),
  }
}

/** Exactly-once state: counter, position and epoch in one commit. */
export const hinata = hinataWith(8)

/** The same with another number of partitions. */
export function hinataWith(partitions: number): Contender {
  return { run: (surroundings, keys) => run(surroundings, keys, partitions) }
}

async function run(
  { redisUrl, measured }: Surroundings, keys: readonly string[], partitions: number,
): Promise<number> {
  const topology = countersTopology(partitions)
  const node = await startNode({ redisUrl, topology })
  const client = await openTopologyClient({ redisUrl, topology })
  while (node.partitions.length < partitions) await setTimeout(fullPauseMs)
  await measured(async () => {
    await offerTo(client, keys)
    await settled(client, keys)
  })
  const delivered = await sumOf(client, keys)
  await client.close()
  await node.stop()
  return delivered
}

/** Appends all; while the log has too much that is not folded, it is offered again a little later. */
export async function offerTo(client: TopologyClient, keys: readonly string[]): Promise<void> {
  await offer(keys, async chunk => {
    const records = chunk.map(key => ({ key, eventTime: 0, value: { n: 1 } }))
    for (;;) {
      try {
        return await client.append(records)
      } catch (thrown) {
        if (!(thrown instanceof HinataError && thrown.code === 'LOG_FULL')) throw thrown
        await setTimeout(fullPauseMs)
      }
    }
  })
}

/** What the counters of these keys add up to. */
export async function sumOf(client: TopologyClient, keys: Iterable<string>): Promise<number> {
  let sum = 0
  for (const key of new Set(keys)) sum += (await client.state(counters, key))?.total.get() ?? 0
  return sum
}

/** Resolves when everything appended is folded. */
export async function settled(client: TopologyClient, keys: readonly string[]): Promise<void> {
  for (const key of oneKeyPerPartition(keys, key => client.partitionOf(key))) {
    if (!await client.settled(key, settleMsMax)) throw new Error(`${key} is not folded`)
  }
}

function oneKeyPerPartition(keys: readonly string[], partitionOf: (key: string) => number): string[] {
  const found = new Map<number, string>()
  for (const key of keys) if (!found.has(partitionOf(key))) found.set(partitionOf(key), key)
  return [...found.values()]
}
