/** A backlog that lies in the log before anybody reads it, drained: the keyed counter, one node. */
import { openTopologyClient, startNode } from '../../engine/index.js'
import { Appender } from '../../engine/log/index.js'
import { Keyspace } from '../../engine/record/keys.js'
import { closeRedis, openRedis } from '../../engine/redis/index.js'
import { offer, type Contender } from '../keyed-counter/contender.js'
import { countersTopology, settled, sumOf } from '../keyed-counter/hinata.js'

const partitions = 8

/** From the start of the node until everything is committed. */
export const hinataDrain: Contender = {
  async run({ redisUrl, measured }, keys) {
    const topology = countersTopology(partitions)
    const client = await openTopologyClient({ redisUrl, topology })
    await fill(redisUrl, topology.source.topic, keys)
    let node: Awaited<ReturnType<typeof startNode>> | undefined
    await measured(async () => {
      node = await startNode({ redisUrl, topology })
      await settled(client, keys)
    })
    const delivered = await sumOf(client, keys)
    await client.close()
    await node?.stop()
    return delivered
  },
}

/** Past the client, which refuses what is too far ahead of the folding. */
async function fill(redisUrl: string, topic: string, keys: readonly string[]): Promise<void> {
  const redis = await openRedis(redisUrl, 'filler')
  const appender = new Appender({ redis, keys: new Keyspace('h'), topic, partitions, durability: 'memory' })
  await offer(keys, chunk => appender.append(chunk.map(key => ({ key, eventTime: 0, value: { n: 1 } }))))
  closeRedis(redis)
}
