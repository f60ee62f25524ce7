/**
 * A cut: where everything of one partition stands at one instant, read by one script. What is compared with
 * it later may have grown meanwhile, but never shrunk: the log is not trimmed and counts only rise.
 */
import type { Keyspace } from '../record/keys.js'
import type { EntryId } from '../record/record.js'
import { loadScript, runScript, type RedisConnection } from '../redis/index.js'
import { topologyId } from './redis-store.js'
import { sinkNames, type Topology } from './topology.js'

/** Where one sink stands. */
export interface SinkCut {
  readonly name: string
  readonly position: EntryId
  /** Last entry of the batch that is fixed and not passed; empty: none. */
  readonly pending: string
  readonly inserted: number
}

/** Where one partition stands. */
export interface Cut {
  readonly partition: number
  readonly appended: number
  readonly last: EntryId
  readonly epoch: number
  readonly sequence: number
  readonly position: EntryId
  readonly folded: number
  readonly emitted: number
  readonly outboxLast: EntryId
  /** Due of the first timer, ms UTC; Infinity: none. */
  readonly firstTimer: number
  readonly timers: number
  readonly dead: number
  readonly sinks: readonly SinkCut[]
}

const readCut = loadScript('read-cut')

/** Reads the cut of a partition. */
export async function takeCut(
  redis: RedisConnection, keys: Keyspace, topology: Topology, partition: number,
): Promise<Cut> {
  const id = topologyId(topology)
  const { topic } = topology.source
  const names = sinkNames(topology)
  const found = (await runScript(redis, readCut, [
    keys.log(partition, topic), keys.meta(partition, topic), keys.checkpoint(partition, id),
    keys.outbox(partition, id), keys.timers(partition, id), keys.dead(partition, id),
    ...names.map(name => keys.sink(partition, id, name)),
  ], []) as Buffer[]).map(String)
  const [appended, last, epoch, sequence, position, folded, emitted, outboxLast, timer, timers, dead] = found
  return {
    partition, appended: Number(appended), last, epoch: Number(epoch), sequence: Number(sequence), position,
    folded: Number(folded), emitted: Number(emitted), outboxLast, firstTimer: dueOf(timer),
    timers: Number(timers), dead: Number(dead),
    sinks: names.map((name, i) => {
      const [at, pending, inserted] = found.slice(11 + i * 3)
      return { name, position: at, pending, inserted: Number(inserted) }
    }),
  }
}

/** The due of the first timer as a script tells it. */
export function dueOf(timer: string): number {
  return timer === '' ? Infinity : Number(timer)
}
