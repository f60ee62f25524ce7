/** A whole system for tests of what its users see: `hinata up` in a process of its own, on free ports. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where it is. */
export interface RunningSystem {
  readonly gateway: string
  readonly clickhouse: string
  readonly adminKey: string
  /** Drains and ends it; its exit code. */
  stop(): Promise<number | null>
}

const command = fileURLToPath(new URL('../../../deploy/cli/hinata.js', import.meta.url))

/** Starts it on an empty data folder and waits until it runs. */
export async function startHinata(): Promise<RunningSystem> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hinata-up-'))
  const ports = ['--port', '0', '--clickhouse-port', '0']
  const child = spawn(process.execPath, [command, 'up', ...ports, '--data-dir', dataDir],
    { stdio: ['ignore', 'pipe', 'pipe'] })
  process.once('exit', () => child.kill('SIGTERM'))
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  let said = ''
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      said += String(chunk)
      if (said.includes('Running.')) resolve()
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    void ended.then(code => reject(new Error(`hinata up ended with ${code}:\n${said}`)))
  })
  const places = await readFile(join(dataDir, 'hinata.json'), 'utf8')
  const { gateway, clickhouse } = JSON.parse(places) as { gateway: string, clickhouse: string }
  const adminKey = (await readFile(join(dataDir, 'admin.key'), 'utf8')).trim()
  return {
    gateway, clickhouse, adminKey,
    async stop() {
      child.kill('SIGTERM')
      const code = await ended
      await rm(dataDir, { recursive: true, force: true })
      return code
    },
  }
}
