/**
 * A client sends over a link that is cut at random: `node dist/test/faults/cut-link.js --records 1000000
 * --cuts 200 --seed 1`. Ends with 1 when a record was lost, doubled, refused or out of order.
 */
import { parseArgs } from 'node:util'
import { cutLink } from './cut-link-run.js'

const { values } = parseArgs({ options: {
  records: { type: 'string', default: '1000000' }, cuts: { type: 'string', default: '200' },
  seed: { type: 'string', default: '1' },
} })
const [records, cuts, seed] = [Number(values.records), Number(values.cuts), Number(values.seed)]

let told = 0
const outcome = await cutLink({
  records, cuts, seed,
  onProgress(done, cutsDone) {
    if (done - told < records / 20) return
    told = done
    process.stderr.write(`${done} of ${records} records, ${cutsDone} cuts\n`)
  },
})
process.stdout.write(`${JSON.stringify({ seed, ...outcome })}\n`)
const { lost, duplicates, disordered, refused } = outcome
process.exit(lost + duplicates + disordered + refused === 0 && outcome.cuts >= cuts ? 0 : 1)
