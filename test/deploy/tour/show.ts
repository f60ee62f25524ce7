/** Runs the tour in a process of its own; arguments: gateway, ClickHouse, administrator's key. */
import { runTour } from '../../../deploy/tour/index.js'

const [gatewayUrl = '', clickhouseUrl = '', adminKey = ''] = process.argv.slice(2)

await runTour({ gatewayUrl, clickhouseUrl, adminKey, out: process.stdout, isTerminal: process.stdout.isTTY })
process.exit()
