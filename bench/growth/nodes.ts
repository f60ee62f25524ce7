/** The keyed counter over several nodes, each a process; the records come from another one. */
import { openTopologyClient } from '../../engine/index.js'
import type { Contender } from '../keyed-counter/contender.js'
import { countersTopology, offerTo, settled, sumOf } from '../keyed-counter/hinata.js'
import { startNodeChild, untilShared } from './node-children.js'

const partitions = 16

/** One node. */
export const nodes1 = over(1)
/** Two nodes. */
export const nodes2 = over(2)
/** Four nodes. */
export const nodes4 = over(4)

function over(count: number): Contender {
  return {
    async run({ redisUrl, watch, measured }, keys) {
      const topology = countersTopology(partitions)
      const client = await openTopologyClient({ redisUrl, topology })
      const nodes = await Promise.all(Array.from({ length: count },
        () => startNodeChild(redisUrl, partitions)))
      for (const { pid } of nodes) watch(pid)
      await untilShared(client, count, partitions)
      await measured(async () => {
        await offerTo(client, keys)
        await settled(client, keys)
      })
      const delivered = await sumOf(client, keys)
      await client.close()
      for (const node of nodes) await node.stop()
      return delivered
    },
  }
}
