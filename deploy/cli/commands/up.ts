/** hinata up: starts the whole system and keeps it running until it is told to end. */
import { ensureRedis } from '../../system.mjs'
import type { Config } from '../../config/index.js'
import { untilToldToEnd } from '../../roles/role.js'
import { startSystem, type RunningSystem } from '../../roles/system.js'

/** Runs it. `onReady` is called once everything runs; what it throws ends the system. */
export async function up(config: Config, onReady?: (system: RunningSystem) => Promise<void>): Promise<void> {
  const say = (line: string): void => { process.stdout.write(`${line}\n`) }
  const told = untilToldToEnd()
  const system = await startSystem(config, ensureRedis, say)
  if (system.isAdminKeyNew) {
    say(`Administrator's key     ${system.adminKey}\n${' '.repeat(24)}(kept in ${system.dataDir}/admin.key)`)
  }
  try {
    await Promise.race([told, onReady?.(system)])
    say('Running. Ctrl-C drains and stops.')
    process.send?.({ ready: system.gateway })
    await told
    say('Draining …')
  } finally {
    await system.stop()
  }
  say(`Stopped; everything is kept in ${system.dataDir}`)
}
