/**
 * The longest pause of a key while nodes come and go, and what moves:
 * `node dist/test/faults/rebalance.js --nodes 1,3,1 --seconds 60 [--keys 48]`.
 */
import { parseArgs } from 'node:util'
import { runRebalance } from './rebalance-run.js'

const { values } = parseArgs({ options: {
  nodes: { type: 'string', default: '1,3,1' }, seconds: { type: 'string', default: '60' },
  keys: { type: 'string', default: '48' },
} })
const { steps, catchUpMs: max, ...found } = await runRebalance({
  counts: values.nodes.split(',').map(Number), seconds: Number(values.seconds), keys: Number(values.keys) })
for (const { nodes, shares, moved, least } of steps) {
  process.stdout.write(`${nodes} nodes own ${shares.join(', ')}; ${moved} moved, at least ${least} had to\n`)
}
process.stdout.write(`${JSON.stringify({ max, ...found })}\n`)
process.exit(found.wrong.length === 0 ? 0 : 1)
