/**
 * The relay: a built-in sink that carries messages between actors of different partitions. It appends each
 * batch to the target partitions' logs, one block per target. Each log remembers the last entry that was
 * relayed to it, so a batch that is sent again, by whomever, appends nothing twice.
 */
import { HinataError } from '../errors/index.js'
import { partitionOf } from '../record/hash.js'
import { encodeRecord } from '../record/block.js'
import type { Keyspace } from '../record/keys.js'
import { toldField } from '../record/record.js'
import { loadScript, runScript, type RedisConnection } from '../redis/index.js'
import { relayOutput } from './staged.js'
import { watermarkName } from './event-time.js'
import { lastEntryOf } from './sink-loop.js'
import type { OpenSink, Sink, SinkBatch, Topic } from './topology.js'

/** A week: far longer than any node stays away with a fixed batch. */
const relayMemorySeconds = 7 * 24 * 3_600

const relayBlock = loadScript('relay-block')

/** The relay of one topology, for partitions whose lease holds for `history`. */
export function relaySink(
  redis: RedisConnection, keys: Keyspace, topologyName: string, source: Topic, history: string,
): Sink & OpenSink {
  return {
    name: '~relay',
    outputs: [{ output: relayOutput }],
    batchRecordsMax: 1_000,
    lingerMs: 5,
    async insert(batch: SinkBatch) {
      const blocks = relayBlocks(batch, source.partitions)
      for (const [partition, block] of blocks) {
        const appender = keys.appender(partition, source.topic, `relay:${topologyName}:${batch.partition}`)
        const relayed = await runScript(redis, relayBlock,
          [keys.log(partition, source.topic), keys.meta(partition, source.topic), appender],
          [lastEntryOf(batch), block.length, Buffer.concat(block), relayMemorySeconds, history])
        if (relayed === -1) throw new HinataError('REDIS_RESTARTED', { partition: batch.partition })
      }
    },
  }
}

/** The messages for each partition, in order; a watermark's mark goes to every other one. */
export function relayBlocks(
  { partition: from, emitted }: Pick<SinkBatch, 'partition' | 'emitted'>, partitions: number,
): Map<number, Buffer[]> {
  const blocks = new Map<number, Buffer[]>()
  const others = Array.from({ length: partitions }, (_, partition) => partition)
    .filter(partition => partition !== from)
  for (const { key, value } of emitted) {
    const [actor, message, body, eventTime] = value as [string, string, unknown, number]
    const packed = encodeRecord({ key, eventTime, value: { [toldField]: [actor, message, body] } })
    for (const partition of actor === watermarkName ? others : [partitionOf(key, partitions)]) {
      const block = blocks.get(partition) ?? []
      block.push(packed)
      blocks.set(partition, block)
    }
  }
  return blocks
}
