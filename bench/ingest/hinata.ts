/**
 * Hinata's gateway on its log, and nothing behind it: what an acknowledgement costs. Every record is checked,
 * known by (person, id, content), refused or placed by itself, and acknowledged with its position.
 */
import { LogReader, type Entry } from '../../engine/log/index.js'
import { openTopologyClient } from '../../engine/index.js'
import { decodeBlock } from '../../engine/record/block.js'
import { Keyspace } from '../../engine/record/keys.js'
import { closeRedis, openRedis } from '../../engine/redis/index.js'
import type { SubmittedRecord } from '../../actors/record/index.js'
import { startGateway } from '../../gateway/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { numberOfId, type Receiver, type Stored } from './receiver.js'

/** Nobody folds here: twice as many as by default, so that no phase meets the bound of unread records. */
const partitions = 32
const adminKey = 'the-key-of-the-benchmark'
/** Limits of one app would be what is measured. */
const unlimited = 1_000_000_000

/** The gateway. */
export const hinata: Receiver = {
  async start(redisUrl) {
    const topology = hinataTopology({ partitions, sinks: [] })
    const client = await openTopologyClient({ redisUrl, topology })
    const gateway = await startGateway({ host: '127.0.0.1', port: 0, client, pipeline: topology, adminKey,
      limits: { requestsPerHourMax: 0, requestsPerMinuteMax: 0, appRequestsPerHourMax: unlimited,
        appRequestsPerMinuteMax: unlimited, recordsPerMinuteMax: unlimited, recordsPerHourMax: unlimited,
        appRecordsPerMinuteMax: unlimited, appRecordsPerHourMax: unlimited } })
    return {
      url: gateway.url, token: adminKey,
      async stored() {
        const appended = (await client.lag()).reduce((sum, lag) => sum + lag.appended, 0)
        return readAll(redisUrl, topology.source.topic, appended)
      },
    }
  },
}

/** Reads every partition until that many records were seen. */
async function readAll(redisUrl: string, topic: string, records: number): Promise<Stored> {
  const redis = await openRedis(redisUrl, 'check')
  const reader = new LogReader(redis, 64)
  const keyspace = new Keyspace('h')
  const stored = { records: 0, sum: 0 }
  let wake: () => void = () => undefined
  const all = new Promise<void>(resolve => { wake = resolve })
  for (let partition = 0; partition < partitions; partition++) {
    const taker = {
      stream: keyspace.log(partition, topic), position: '0-0', hasRoom: true,
      take(entries: Entry[]) {
        for (const { id, block } of entries) {
          for (const { value } of decodeBlock(id, block)) {
            stored.records++
            stored.sum += numberOfId((value as SubmittedRecord).record.id)
          }
        }
        taker.position = entries[entries.length - 1].id
        if (stored.records >= records) wake()
      },
    }
    reader.add(taker)
  }
  if (records > 0) await all
  await reader.stop()
  closeRedis(redis)
  return stored
}
