/** hinata up: starts the whole system and keeps it running until it is told to end. */
import { ensureRedis } from '../../system.mjs'
import type { Config } from '../../config/index.js'
import { untilToldToEnd } from '../../roles/role.js'
import { startSystem } from '../../roles/system.js'

/** Runs it. */
export async function up(config: Config): Promise<void> {
  const say = (line: string): void => { process.stdout.write(`${line}\n`) }
  const system = await startSystem(config, ensureRedis, say)
  if (system.isAdminKeyNew) say(`Administrator's key     ${system.adminKey}   (kept in ${system.dataDir}/admin.key)`)
  say('Running. Ctrl-C drains and stops.')
  process.send?.({ ready: system.gateway })
  await untilToldToEnd()
  say('Draining …')
  await system.stop()
  say('Stopped; everything is kept in ' + system.dataDir)
}
