/**
 * A node in a process of its own, to be stuck and frozen: `node health-node.js <redis url> <stall ms>`. Its
 * stage never returns from the item `never`.
 */
import { startNode } from '../../engine/index.js'
import { shopTopology } from '../engine/topology/shop.js'

const [redisUrl, stallMs] = process.argv.slice(2)

/** The topology that the node runs and the test asks. */
export const stuckTopology = shopTopology(2, { stages: [{
  name: 'stuck', batchMax: 8, module: new URL('./stuck-stage.js', import.meta.url),
}] })

if (redisUrl !== undefined && process.send) {
  const at = { redisUrl, topology: stuckTopology }
  const node = await startNode({ ...at, leaseMs: 1_000, stallMs: Number(stallMs) })
  process.send(node.id)
}
