/**
 * What `npm start` runs after the build: `hinata up` in ./data, on the usual ports if they are free, and on
 * an empty data folder the tour: a sample streams in, a prompt grows, queries answer.
 */
import { loadConfig } from './config/index.js'
import { up } from './cli/commands/up.js'
import { freePort } from './roles/free-port.js'
import { runTour } from './tour/index.js'

const wanted = loadConfig()
const flags = {
  port: String(await freePort(wanted.integer('gateway.port'))),
  clickhousePort: String(await freePort(wanted.integer('clickhouse.port'))),
}

up(loadConfig(flags), async system => {
  if (!system.isAdminKeyNew) return
  await runTour({
    gatewayUrl: system.gateway, clickhouseUrl: system.clickhouse, adminKey: system.adminKey,
    out: process.stdout,
    isTerminal: process.stdout.isTTY,
  })
}).then(() => process.exit(0), (error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
