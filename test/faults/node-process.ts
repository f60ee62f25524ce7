/**
 * A node in a process of its own, to be killed: `node node-process.js <redis url> <namespace> <lease ms>
 * [options of the topology as JSON]`.
 * Tells its parent when it has started and what changes; SIGTERM drains it.
 */
import { channels, startNode, type StateChange } from '../../engine/index.js'
import { openRedis } from '../../engine/redis/index.js'
import { ordersTopology } from './orders.js'

const [redisUrl, namespace, leaseMs, options = '{}'] = process.argv.slice(2)

channels.state.subscribe(change => {
  const { subject, message } = change as StateChange
  process.send?.(`${subject}: ${message}`)
})
const topology = ordersTopology(await openRedis(redisUrl, 'sink'), namespace,
  JSON.parse(options) as { partitions?: number, relays?: boolean })
const node = await startNode({ redisUrl, namespace, topology, leaseMs: Number(leaseMs) })
process.send?.(`started ${node.id}`)
process.once('SIGTERM', () => void node.stop().then(() => process.exit(0)))
