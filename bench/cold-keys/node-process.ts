/** The node, in a process of its own: `fork('node-process.js', [Redis URL])`; it ends with its parent. */
import { startNode } from '../../engine/index.js'
import { partitions, topology } from './topology.js'

const node = await startNode({ redisUrl: process.argv[2], topology })
process.once('disconnect', () => void node.stop().then(() => process.exit(0)))
while (node.partitions.length < partitions) await new Promise(resolve => setTimeout(resolve, 5))
process.send!('started')
