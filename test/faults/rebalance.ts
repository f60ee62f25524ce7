/**
 * The longest pause of a key while nodes come and go:
 * `node dist/test/faults/rebalance.js --nodes 1,3,1 --seconds 60`.
 */
import { parseArgs } from 'node:util'
import { runRebalance } from './rebalance-run.js'

const { values } = parseArgs({ options: {
  nodes: { type: 'string', default: '1,3,1' }, seconds: { type: 'string', default: '60' },
} })
const { wrong, shares, ...figures } = await runRebalance(
  values.nodes.split(',').map(Number), Number(values.seconds))
process.stdout.write(`${JSON.stringify({ nodes: values.nodes, ...figures, wrong, shares })}\n`)
process.exit(wrong.length === 0 ? 0 : 1)
