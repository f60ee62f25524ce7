/**
 * One query over one filled log, through the real engine: a process of its own with a node, as `hinata up`
 * starts one, a real Redis, and a sink that keeps the results. Measured from the start of the node until
 * everything is folded, committed, relayed and handed to the sink; the processor time of this process and of
 * Redis. The rows are then written to two files, one JSON array per line.
 */
import {
  HinataError, openTopologyClient, startNode, systemClock, type TopologyClient,
} from '../../engine/index.js'
import { cpuSeconds } from '../machine.js'
import { Collector } from './collector.js'
import { partitions } from './limits.js'
import { queries } from './queries/index.js'
import { topologyOf } from './query.js'
import { writeRows, type RowFiles } from './rows-file.js'

/** What is to be run. */
export interface QueryOrder extends RowFiles {
  readonly query: string
  readonly redisUrl: string
  readonly topic: string
  /** When the log accepted the last event, ms UTC. */
  readonly lastAcceptedAt: number
}

/** What a run came to. */
export interface QueryRun {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly rows: number
  readonly late: number
}

const pollMs = 50

process.once('message', order => void run(order as QueryOrder).then(done => {
  process.send!(done)
  process.disconnect()
}))

/** Runs a query. Throws if a record became a dead letter. */
async function run(order: QueryOrder): Promise<QueryRun> {
  const { redisUrl, topic } = order
  const query = queries.find(({ name }) => name === order.query)!
  const collector = new Collector(query)
  const topology = topologyOf(query, { name: topic, partitions }, [collector.sink])
  const client = await openTopologyClient({ redisUrl, topology })
  const cpuBefore = await cpuSeconds(redisUrl)
  const startedAt = performance.now()
  const node = await startNode({ redisUrl, topology, threads: 0 })
  await drained(client)
  const seconds = (performance.now() - startedAt) / 1_000
  const cpu = await cpuSeconds(redisUrl) - cpuBefore
  if (query.processingWindowMs) {
    const closedAt = order.lastAcceptedAt + query.processingWindowMs
    await systemClock.wait(Math.max(0, closedAt - systemClock.now()) + 1_000)
    await drained(client)
  }
  await node.stop()
  await client.close()
  const { rows, lateRows, dead } = collector
  if (dead.length > 0) throw new HinataError('INTERNAL', { reason: JSON.stringify(dead[0]) })
  writeRows(order.rowsFile, rows)
  writeRows(order.lateFile, lateRows)
  return { seconds, cpuSeconds: cpu, rows: rows.length, late: lateRows.length }
}

/** Waits until nothing is on its way any more: two looks in a row see the same, and no lag. */
async function drained(client: TopologyClient): Promise<void> {
  for (let before = ''; ;) {
    const lag = await client.lag()
    const isDone = lag.every(({ appended, folded, emitted, inserted }) =>
      folded === appended && inserted === emitted)
    const now = JSON.stringify(lag.map(({ appended, emitted }) => [appended, emitted]))
    if (isDone && now === before) return
    before = isDone ? now : ''
    await systemClock.wait(pollMs)
  }
}
