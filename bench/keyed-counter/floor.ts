/**
 * The floor: the same blocks appended and read back by the same engine parts, decoded, and nothing done with
 * them. No state, no commit, no guarantee: what is unavoidable for anything that sends records through Redis
 * Streams in blocks.
 */
import { Appender, LogReader, type Entry } from '../../engine/log/index.js'
import { decodeBlock } from '../../engine/record/block.js'
import { Keyspace } from '../../engine/record/keys.js'
import { closeRedis, openRedis } from '../../engine/redis/index.js'
import { offer, type Contender } from './contender.js'

const partitions = 8

/** Blocks appended and read, no state. */
export const floor: Contender = {
  async run({ redisUrl, measured }, keys) {
    const [writing, reading] = await Promise.all([openRedis(redisUrl, 'floor'),
      openRedis(redisUrl, 'floor-reader')])
    const keyspace = new Keyspace('floor')
    const appender = new Appender({ redis: writing, keys: keyspace, topic: 'counts', partitions,
      durability: 'memory' })
    const reader = new LogReader(reading, 64)
    let delivered = 0
    let wake: () => void = () => undefined
    const all = new Promise<void>(resolve => { wake = resolve })
    for (let partition = 0; partition < partitions; partition++) {
      const taker = {
        stream: keyspace.log(partition, 'counts'), position: '0-0', hasRoom: true,
        take(entries: Entry[]) {
          for (const { id, block } of entries) delivered += decodeBlock(id, block).length
          taker.position = entries[entries.length - 1].id
          if (delivered >= keys.length) wake()
        },
      }
      reader.add(taker)
    }
    await measured(async () => {
      await offer(keys, chunk => appender.append(chunk.map(key => ({ key, eventTime: 0, value: { n: 1 } }))))
      await all
    })
    await reader.stop()
    closeRedis(writing)
    closeRedis(reading)
    return delivered
  },
}
