/** One fault by name, for whoever looks into it: `node dist/test/faults/run.js cut-calls [--full]`. */
import { faults } from './faults.js'

const [wanted, size] = process.argv.slice(2)
const began = process.cpuUsage()
const outcome = await faults[wanted].run(size === '--full' ? 'full' : 'quick')
const { user, system } = process.cpuUsage(began)
process.stdout.write(`${JSON.stringify({ ...outcome, cpuSeconds: (user + system) / 1e6 }, null, 2)}\n`)
