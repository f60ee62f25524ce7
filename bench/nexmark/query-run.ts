/**
 * One query over one filled log, through the real engine: a node in this process, a real Redis, a sink that
 * keeps the results. Measured from the start of the node until everything is folded, committed, relayed and
 * handed to the sink; the processor time of this process and of Redis.
 */
import { openTopologyClient, startNode, systemClock, type TopologyClient } from '../../engine/index.js'
import { cpuSeconds } from '../benchmark.js'
import { Collector } from './collector.js'
import type { FilledLog } from './log-filler.js'
import { partitions } from './limits.js'
import { dead, late, lateRow, results, topologyOf, type Query, type Row } from './query.js'

const pollMs = 50

/** What a run came to. */
export interface QueryRun {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly rows: Row[]
  readonly late: Row[]
}

/** Runs a query. Throws if a record became a dead letter. */
export async function runQuery(query: Query, log: FilledLog, redisUrl: string): Promise<QueryRun> {
  const collector = new Collector()
  const topology = topologyOf(query, { name: log.topic, partitions }, [collector.sink])
  const client = await openTopologyClient({ redisUrl, topology })
  const cpuBefore = await cpuSeconds(redisUrl)
  const startedAt = performance.now()
  const node = await startNode({ redisUrl, topology, threads: 0 })
  await drained(client)
  const seconds = (performance.now() - startedAt) / 1_000
  const cpu = await cpuSeconds(redisUrl) - cpuBefore
  if (query.processingWindowMs) {
    const lastAt = log.accepted.reduce((last, at) => Math.max(last, at), 0)
    await systemClock.wait(Math.max(0, lastAt + query.processingWindowMs - systemClock.now()) + 1_000)
    await drained(client)
  }
  await node.stop()
  await client.close()
  const letters = collector.of(dead)
  if (letters.length > 0) throw new Error(`${query.name}: ${JSON.stringify(letters[0].value)}`)
  return { seconds, cpuSeconds: cpu, rows: query.rows(collector.of(results)),
    late: collector.of(late).map(lateRow) }
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
