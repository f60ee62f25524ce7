/** A real Redis for tests: on a free port, with its own folder, safe settings; stopped by its process id. */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Ports that tests listen on: below those that the kernel gives to outgoing connections, of which one may
 * take a port between our look and the start of Redis. Each process walks through them from its own place.
 */
const ports = { from: 12_000, to: 32_000 }
let nextPort = randomInt(ports.from, ports.to)
const startsMax = 5
/** Characters of its log that an error quotes. */
const toldMax = 2_000

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
  const { port, server: first } = await launchSomewhere(dir, extra)
  let server = first
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

/** A port that was free a moment ago; another one at every call. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = nextPort++
    if (nextPort === ports.to) nextPort = ports.from
    const isFree = await new Promise<boolean>(resolve => {
      const server = createServer()
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}

/** Another process may take the port in between: then on the next one. */
async function launchSomewhere(
  dir: string, extra: string[], tries = startsMax,
): Promise<{ port: number, server: ChildProcess }> {
  const port = await freePort()
  try {
    return { port, server: await launch(port, dir, extra) }
  } catch (error) {
    if (tries === 1 || !String(error).includes('Address already in use')) throw error
    return launchSomewhere(dir, extra, tries - 1)
  }
}

async function launch(port: number, dir: string, extra: string[]): Promise<ChildProcess> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '',
    '--appendonly', 'yes', '--maxmemory-policy', 'noeviction', ...extra]
  const child = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'ignore'] })
  if (running.size === 0) process.once('exit', endAll)
  running.add(child)
  const forget = (): void => {
    running.delete(child)
    if (running.size === 0) process.off('exit', endAll)
  }
  let told = ''
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      forget()
      reject(new Error(`redis-server ended with ${code}:\n${told}`))
    })
    child.stdout!.on('data', (chunk: Buffer) => {
      told = (told + String(chunk)).slice(-toldMax)
      if (told.includes('Ready to accept connections')) resolve()
    })
  })
  child.removeAllListeners('close')
  child.once('exit', forget)
  return child
}

/** What must not outlive this process. */
const running = new Set<ChildProcess>()

function endAll(): void {
  for (const child of running) child.kill('SIGKILL')
}
