/**
 * The Redis that `hinata up` starts: found on the machine, on a free port of the loopback, safe settings, its
 * data in `<data-dir>/redis`. A Redis that an earlier `up` left behind (killed without a chance to stop it)
 * is shut down in order first: two must never write one folder.
 *
 * R1  A Redis that refused its append-only file is not started again before somebody has mended it: Redis
 *     cuts a file in the middle of the sequence where it is broken, ends, and would load the files behind the
 *     hole at its next start, as if nothing were missing.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { HinataError } from '../../engine/errors/index.js'
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
/** Says, in the folder, what Redis refused; whoever mended it deletes it (R1). */
const markerName = 'DAMAGED'
/** What Redis logs before it ends because of a file. A tail that is cut off is none of these. */
const damages = ['reading the append only file', 'not the last file', 'RDB preamble of the AOF file',
  'AOF manifest', 'append log file', "AOF file \\S+ doesn't exist"]
const damage = new RegExp(`[^\\n#*]*(?:${damages.join('|')})[^\\n]*`, 'gi')

/** Starts it. `program` is the path of redis-server. Throws PROCESS_FAILED, REDIS_FILE_DAMAGED. */
export async function startManagedRedis(
  program: string, dataDir: string, appendfsync: string, port?: number,
): Promise<ManagedRedis> {
  const folder = resolve(dataDir, 'redis')
  mkdirSync(folder, { recursive: true })
  refuseDamaged(folder)
  const portFile = join(folder, 'port')
  const lastPort = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : preferredPort
  if (existsSync(portFile)) await shutDownLeftover(lastPort, folder)
  const chosen = port ?? await freePort(lastPort)
  const log = join(folder, 'redis.log')
  const toldBefore = existsSync(log) ? statSync(log).size : 0
  const child = spawn(program, [
    '--port', String(chosen), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes',
    '--appendfsync', appendfsync, '--maxmemory-policy', 'noeviction', '--logfile', log,
    '--auto-aof-rewrite-min-size', rewriteBytesMin, '--rdbcompression', 'no',
  ], { stdio: 'ignore', detached: true }) // its own process group: Ctrl-C must reach us first
  await untilAnswering(child, chosen, log).catch((error: unknown) => {
    markDamage(folder, existsSync(log) ? readFileSync(log).subarray(toldBefore).toString() : '')
    refuseDamaged(folder)
    throw error
  })
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
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) break
    if ((await ask(port, 'PING\r\n')).startsWith('+PONG')) return
    await new Promise(done => setTimeout(done, 20))
  }
  child.kill('SIGTERM')
  throw new HinataError('PROCESS_FAILED', { role: 'redis-server', reason: 'it does not answer', log })
}

/** Notes what Redis said of its files in `told`, if it did. */
function markDamage(folder: string, told: string): void {
  const reason = told.match(damage)?.at(-1)?.trim()
  if (reason === undefined) return
  const [, cut] = /Truncating the AOF (\S+)/.exec(told) ?? []
  writeFileSync(join(folder, markerName), `${reason}\n${reason.includes('not the last') && cut ? cut : ''}`)
}

/** Throws REDIS_FILE_DAMAGED when Redis refused its files and nobody has mended them (R1). */
function refuseDamaged(folder: string): void {
  const marker = join(folder, markerName)
  if (!existsSync(marker)) return
  const [reason, cut] = readFileSync(marker, 'utf8').split('\n')
  const manifest = join(folder, 'appendonlydir', 'appendonly.aof.manifest')
  const fix = cut ? `delete from ${manifest} the lines behind that of ${cut}, so that nothing follows its cut`
    : `redis-check-aof --fix ${manifest}`
  throw new HinataError('REDIS_FILE_DAMAGED', { reason, folder, fix, marker })
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
