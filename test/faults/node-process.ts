/**
 * A node in a process of its own, to be killed: `node node-process.js <redis url> <namespace> <lease ms>
 * [sales, or options of the topology of orders as JSON]`.
 * Tells its parent when it has started and what changes; SIGTERM drains it.
 */
import { channels, startNode, type StateChange } from '../../engine/index.js'
import { openRedis } from '../../engine/redis/index.js'
import { ordersTopology } from './orders.js'
import { salesTopology } from './sales.js'

const [redisUrl, namespace, leaseMs, which = 'orders'] = process.argv.slice(2)

channels.state.subscribe(change => {
  const { subject, message } = change as StateChange
  process.send?.(`${subject}: ${message}`)
})
const sink = await openRedis(redisUrl, 'sink')
type OrdersOptions = Parameters<typeof ordersTopology>[2]
const ordersOptions = (which.startsWith('{') ? JSON.parse(which) : {}) as OrdersOptions
const topology = which === 'sales' ? salesTopology(sink, namespace)
  : ordersTopology(sink, namespace, ordersOptions)
const node = await startNode({ redisUrl, namespace, topology, leaseMs: Number(leaseMs) })
process.send?.(`started ${node.id}`)
process.once('SIGTERM', () => void node.stop().then(() => process.exit(0)))
