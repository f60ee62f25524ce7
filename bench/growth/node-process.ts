/**
 * A node of the keyed counter in a process of its own: `fork('node-process.js', [Redis URL, partitions])`. It
 * says when it has started, and stops when it is told anything.
 */
import { startNode } from '../../engine/index.js'
import { countersTopology } from '../keyed-counter/hinata.js'

const [, , redisUrl, partitions] = process.argv
const node = await startNode({ redisUrl, topology: countersTopology(Number(partitions)) })
process.once('message', () => void node.stop().then(() => process.exit(0)))
process.once('disconnect', () => process.exit(0))
process.send!('started')
