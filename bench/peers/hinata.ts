/** Hinata: exactly-once keyed counters. One process produces, folds and commits; 8 partitions; one node. */
import {
  actor, openTopologyClient, output, startNode, topic, value, type DeadLetter, type Topology,
} from '../../engine/index.js'
import type { Contender } from '../contender.js'

const partitions = 8
const recordsPerCall = 500
const callsInFlight = 16

const counters = actor('counter', {
  state: { total: value(0) },
  receive: {
    counted(ctx, _record: { n: number }) {
      ctx.state.total.update(total => total + 1)
    },
  },
})

const topology: Topology = {
  name: 'counters', version: 1, source: topic('counts', { partitions }), stages: [],
  target: { actor: counters, message: 'counted' }, actors: [counters], sinks: [], views: [],
  deadLetters: output<DeadLetter>('dead'),
}

/** Exactly-once state: counter, position and epoch in one commit. */
export const hinata: Contender = {
  name: 'hinata',
  description: `exactly-once counter per key; ${partitions} partitions, one node in the producing process`,
  async run(redisUrl, keys) {
    const node = await startNode({ redisUrl, topology })
    const client = await openTopologyClient({ redisUrl, topology })
    while (node.partitions.length < partitions) await new Promise(resolve => setTimeout(resolve, 5))
    const startedAt = performance.now()
    await offer(keys, chunk => client.append(chunk.map(key => ({ key, eventTime: 0, value: { n: 1 } }))))
    for (const key of oneKeyPerPartition(keys, key => client.partitionOf(key))) {
      await client.settled(key, 120_000)
    }
    const seconds = (performance.now() - startedAt) / 1_000
    let delivered = 0
    for (const key of new Set(keys)) delivered += (await client.state(counters, key))?.total.get() ?? 0
    await client.close()
    await node.stop()
    return { seconds, delivered }
  },
}

/** Offers the workload in chunks, a bounded number in flight. */
export async function offer(
  keys: readonly string[], send: (chunk: readonly string[]) => Promise<unknown>,
): Promise<void> {
  const inFlight = new Set<Promise<unknown>>()
  for (let i = 0; i < keys.length; i += recordsPerCall) {
    const call = send(keys.slice(i, i + recordsPerCall)).finally(() => inFlight.delete(call))
    inFlight.add(call)
    if (inFlight.size >= callsInFlight) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
}

function oneKeyPerPartition(keys: readonly string[], partitionOf: (key: string) => number): string[] {
  const found = new Map<number, string>()
  for (const key of keys) if (!found.has(partitionOf(key))) found.set(partitionOf(key), key)
  return [...found.values()]
}
