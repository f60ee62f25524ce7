/**
 * E2 with real Redis: watermarks and event-time timers are committed, and the next owner goes on with them.
 */
import t from 'tap'
import { openTopologyClient, startNode, type SinkBatch, type Topology } from '../../../engine/index.js'
import { connectRedis } from '../../support/connection.js'
import { settled } from '../../support/settled.js'
import { alarmsTopology, endOf, lateSteps, rings, type Ring } from './alarms.js'

t.test('three owners in turn ring every alarm once', async t => {
  const { server } = await connectRedis(t)
  const batches = new Map<string, Ring[]>()
  const plain = alarmsTopology(4)
  const topology: Topology = { ...plain, sinks: [{
    name: 'rings', outputs: [rings, lateSteps], batchRecordsMax: 100, lingerMs: 1,
    async insert({ token, emitted }: SinkBatch) {
      batches.set(token, emitted.map(({ value }) => value as Ring))
    },
  }] }
  const client = await openTopologyClient({ redisUrl: server.url, topology })
  t.teardown(() => client.close())
  const walkers = Array.from({ length: 20 }, (_, i) => `walker ${i}`)
  const steps = (from: number): { key: string, eventTime: number, value: unknown }[] =>
    walkers.flatMap((key, i) => [0, 1, 2].map(n =>
      ({ key, eventTime: from + i * 1_000 + n, value: { street: `street ${i % 3}` } })))
  for (const from of [1_000_000, 1_025_000, 1_050_000]) {
    const node = await startNode({ redisUrl: server.url, topology })
    await client.append(steps(from))
    if (from === 1_050_000) await client.endInput()
    await settled(client)
    await node.stop()
  }
  const found = [...batches.values()].flat()
  const sum = (list: readonly Ring[]): number => list.reduce((total, ring) => total + ring.steps, 0)
  t.equal(sum(found.filter(({ of }) => of.startsWith('walker'))), 180)
  t.equal(sum(found.filter(({ of }) => of.startsWith('street'))), 180)
  t.equal(new Set(found.map(({ of, at }) => `${of} ${at}`)).size, found.length, 'each alarm rang once')
  const last = endOf(1_050_000 + 19_000)
  t.equal(sum(found.filter(({ of, at }) => of === 'walker 19' && at === last)), 3)
})
