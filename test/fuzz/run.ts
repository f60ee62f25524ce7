/**
 * Fuzzes a gateway: `node dist/test/fuzz/run.js --inputs 1000000 --seed 1`; `--only INDEX` makes one input of
 * that seed again, `--light` leaves the real pipeline out. Ends with 1 when anything was found.
 */
import { parseArgs } from 'node:util'
import { fuzz } from './campaign.js'

const { values } = parseArgs({ options: {
  inputs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' },
  only: { type: 'string' }, light: { type: 'boolean' },
} })

const startedAt = performance.now()
const outcome = await fuzz({
  inputs: Number(values.inputs), seed: Number(values.seed), isLight: values.light,
  ...(values.only === undefined ? {} : { only: Number(values.only) }),
  onFinding: finding => process.stdout.write(`${JSON.stringify(finding)}\n`),
  onProgress: ({ total, findings }) => process.stderr.write(`${total} inputs, ${findings.length} findings\n`),
})
process.stdout.write(`${JSON.stringify({
  seed: Number(values.seed), inputs: outcome.total, ...outcome.inputs, findings: outcome.findings.length,
  seconds: Math.round((performance.now() - startedAt) / 1_000),
    refusals: Object.fromEntries(outcome.refusals),
})}\n`)
process.exit(outcome.findings.length === 0 ? 0 : 1)
