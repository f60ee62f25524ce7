/**
 * The relay: a built-in sink that carries messages between actors of different partitions. It appends each
 * batch to the target partitions' logs, one block per target. Each log remembers the last entry that was
 * relayed to it, so a batch that is sent again, by whomever, appends nothing twice.
 *
 * On a cluster another master may hold the target, and each of the two may lose its last writes alone. So a
 * batch goes there only once the source's lease was seen to hold and a replica of the source has the batch;
 * and it is done only once a replica of the target has the block. Without a replica the relay waits.
 */
import { HinataError } from '../errors/index.js'
import { partitionOf } from '../record/hash.js'
import { encodeRecord } from '../record/block.js'
import type { Keyspace } from '../record/keys.js'
import { toldField } from '../record/record.js'
import { renewLease, type Ownership } from '../log/index.js'
import { JoinedArgument, loadScript, replicated, runScript, type RedisConnection } from '../redis/index.js'
import { relayOutput } from './staged.js'
import { watermarkName } from './event-time.js'
import { lastEntryOf } from './sink-loop.js'
import { relayName, type OpenSink, type Sink, type SinkBatch, type Topic } from './topology.js'

/** A week: far longer than any node stays away with a fixed batch. */
const relayMemorySeconds = 7 * 24 * 3_600

const relayBlock = loadScript('relay-block')

/** The relay of one topology, for the partition of the lease. */
export function relaySink(
  redis: RedisConnection, keys: Keyspace, topologyName: string, source: Topic,
  lease: Ownership & { readonly leaseMs: number },
): Sink & OpenSink {
  return {
    name: relayName,
    outputs: [{ output: relayOutput }],
    batchRecordsMax: 1_000,
    lingerMs: 5,
    async insert(batch: SinkBatch) {
      const blocks = relayBlocks(batch, source.partitions)
      const checkpoint = keys.checkpoint(batch.partition, topologyName)
      let isHeld: boolean | undefined
      for (const [partition, block] of blocks) {
        const appender = keys.appender(partition, source.topic, `relay:${topologyName}:${batch.partition}`)
        const log = keys.log(partition, source.topic)
        const relay = (history: string): Promise<unknown> =>
          runScript(redis, relayBlock, [log, keys.meta(partition, source.topic), appender],
            [lastEntryOf(batch), block.length, new JoinedArgument(block), relayMemorySeconds, history])
        const isElsewhere = redis.placeOf(checkpoint).master !== redis.placeOf(log).master
        if (isElsewhere) isHeld ??= await replicated(redis, checkpoint, () =>
          renewLease(redis, checkpoint, lease, lease.leaseMs))
        const relayed = !isElsewhere ? await relay(lease.history)
          : isHeld ? await replicated(redis, log, () => relay('')) : -1
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
