// npm start: builds, makes sure of Redis, starts the whole system and, on an empty data folder, shows it at
// work.
import { spawn, spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureRedis } from './system.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

process.stdout.write('Building …\n')
const built = spawnSync(process.execPath, [join(root, 'deploy', 'build.mjs')],
  { stdio: 'inherit', cwd: root })
if (built.status !== 0) process.exit(built.status ?? 1)
try {
  ensureRedis()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
const child = spawn(process.execPath, [join(root, 'dist', 'deploy', 'start.js'), ...process.argv.slice(2)],
  { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => child.kill(signal)) // and wait for it to drain
}
child.on('exit', code => process.exit(code ?? 1))
