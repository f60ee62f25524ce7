/**
 * A node in a process of its own, to be killed: `node node-process.js <redis url> <namespace> <lease ms>
 * [sales, or options of the topology of orders as JSON]`.
 * Tells its parent when it has started, what changes and what it committed; SIGTERM drains it.
 */
import { channels, type StateChange } from '../../engine/index.js'
import { startNodeIn } from '../../engine/internal.js'
import { openRedis } from '../../engine/redis/index.js'
import { machine } from '../../engine/topology/surroundings.js'
import { witnessed } from './commit-witness.js'
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
const connect: typeof machine.connect = async (url, role) =>
  witnessed(await machine.connect(url, role), commit => process.send?.(commit))
const node = await startNodeIn({ ...machine, connect },
  { redisUrl, namespace, topology, leaseMs: Number(leaseMs) })
process.send?.(`started ${node.id}`)
process.once('disconnect', () => process.exit(0)) // all that it told is on its way
process.once('SIGTERM', () => void node.stop().then(() => process.disconnect()))
