/** A real Redis for tests: on a free port, with its own folder, safe settings; stopped by its process id. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A running Redis. */
export interface TestRedis {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Where its data is. */
  readonly dir: string
  /** Ends the process as a power cut would; the data stays. */
  kill(): Promise<void>
  /** Starts it again on the same port and data. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts Redis. `extra` are further arguments, e.g. ['--appendfsync', 'always']; `given` is a folder that has
 * data, or that lies elsewhere. The folder is removed at the end.
 */
export async function startRedis(extra: string[] = [], given?: string): Promise<TestRedis> {
  const dir = given ?? await mkdtemp(join(tmpdir(), 'hinata-redis-'))
  const port = await freePort()
  let server = await launch(port, dir, extra)
  const end = (signal: NodeJS.Signals): Promise<void> => new Promise(resolve => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve()
    server.once('exit', () => resolve())
    server.kill(signal)
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    dir,
    get pid() { return server.pid! },
    kill: () => end('SIGKILL'),
    async restart() { server = await launch(port, dir, extra) },
    async stop() {
      await end('SIGKILL')
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

async function launch(port: number, dir: string, extra: string[]): Promise<ChildProcess> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '',
    '--appendonly', 'yes', '--maxmemory-policy', 'noeviction', ...extra]
  const child = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'ignore'] })
  if (running.size === 0) process.once('exit', endAll)
  running.add(child)
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`redis-server ended with ${code}`)))
    child.stdout!.on('data', (chunk: Buffer) => {
      if (String(chunk).includes('Ready to accept connections')) resolve()
    })
  })
  child.removeAllListeners('exit')
  child.once('exit', () => {
    running.delete(child)
    if (running.size === 0) process.off('exit', endAll)
  })
  return child
}

/** What must not outlive this process. */
const running = new Set<ChildProcess>()

function endAll(): void {
  for (const child of running) child.kill('SIGKILL')
}
