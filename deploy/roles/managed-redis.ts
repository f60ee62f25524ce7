/**
 * The Redis that `hinata up` starts: found on the machine, on a free port of the loopback, safe settings, its
 * data in `<data-dir>/redis`. A Redis that an earlier `up` left behind (killed without a chance to stop it)
 * is shut down in order first: two must never write one folder.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { HinataError } from '../../engine/index.js'
import { freePort } from './free-port.js'

/** A running Redis of our own. */
export interface ManagedRedis {
  readonly url: string
  readonly process: ChildProcess
  stop(): Promise<void>
}

const startMsMax = 120_000
/**
 * The append-only file is rewritten from here on, when it has doubled. With Redis' own 64 MB a stream of
 * 71,558 new records had it rewritten four times in half a minute, for one to three seconds each.
 */
const rewriteBytesMin = '512mb'
const preferredPort = 6379

/** Starts it. `program` is the path of redis-server. Throws PROCESS_FAILED. */
export async function startManagedRedis(
  program: string, dataDir: string, appendfsync: string, port?: number,
): Promise<ManagedRedis> {
  const folder = resolve(dataDir, 'redis')
  mkdirSync(folder, { recursive: true })
  const portFile = join(folder, 'port')
  const lastPort = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : preferredPort
  if (existsSync(portFile)) await shutDownLeftover(lastPort, folder)
  const chosen = port ?? await freePort(lastPort)
  const child = spawn(program, [
    '--port', String(chosen), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes',
    '--appendfsync', appendfsync, '--maxmemory-policy', 'noeviction', '--logfile', join(folder, 'redis.log'),
    '--auto-aof-rewrite-min-size', rewriteBytesMin, '--rdbcompression', 'no',
  ], { stdio: 'ignore', detached: true }) // its own process group: Ctrl-C must reach us first
  await untilAnswering(child, chosen, join(folder, 'redis.log'))
  writeFileSync(portFile, String(chosen))
  return {
    url: `redis://127.0.0.1:${chosen}`,
    process: child,
    stop: () => new Promise(done => {
      if (child.exitCode !== null || child.signalCode !== null) return done()
      child.once('exit', () => done())
      child.kill('SIGTERM') // writes and syncs the append-only file, then ends
    }),
  }
}

async function untilAnswering(child: ChildProcess, port: number, log: string): Promise<void> {
  const deadline = Date.now() + startMsMax
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.pid === undefined) break
    if ((await ask(port, 'PING\r\n')).startsWith('+PONG')) return
    await new Promise(done => setTimeout(done, 20))
  }
  child.kill('SIGTERM')
  throw new HinataError('PROCESS_FAILED', { role: 'redis-server', reason: 'it does not answer', log })
}

async function shutDownLeftover(port: number, folder: string): Promise<void> {
  const isOurs = (await ask(port, 'CONFIG GET dir\r\n')).includes(folder)
  if (!isOurs) return
  await ask(port, 'SHUTDOWN NOSAVE\r\n')
  while ((await ask(port, 'PING\r\n')) !== '') await new Promise(done => setTimeout(done, 20))
}

/** Sends one inline command; the first bytes of the answer, or '' when nobody listens. */
function ask(port: number, command: string): Promise<string> {
  return new Promise(done => {
    const socket = connect(port, '127.0.0.1', () => socket.write(command))
    socket.setTimeout(1_000, () => { socket.destroy(); done('') })
    socket.once('data', data => { socket.destroy(); done(String(data)) })
    socket.once('error', () => done(''))
    socket.once('close', () => done(''))
  })
}
