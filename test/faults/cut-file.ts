/**
 * The append-only file is cut at every byte of the last commits, as a power cut may leave it, and loaded.
 *
 * What Redis then holds must be a whole number of appends and commits: every byte is loaded and told apart by
 * a digest; of each different one, a Redis is started on the cut file, everything in it must agree with
 * everything else, and after the sender has sent again what it has, the end must be that of a run without a
 * cut.
 */
import { cp, mkdtemp, open, readFile, readdir, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeRedis, openRedis, send } from '../../engine/redis/index.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { addRun, newOutcome, type Fault, type Outcome } from './fault.js'
import { Rig } from './rig.js'

/** Records whose appends and commits are cut. */
const recordsCut = { quick: 6, full: 30 }
const recordsBefore = 40
const settings = ['--appendfsync', 'always', '--enable-debug-command', 'yes']
const folder = 'appendonlydir'

/** See the top of the file. */
export const cutFile: Fault = {
  name: 'the append-only file cut at every byte of the last commits',
  guarantees: 'G1 G2 G7',
  async run(size) {
    const server = await startRedis(settings)
    const rig = await Rig.open({ url: server.url, seed: 9, partitions: 2, accounts: 3, isRelaying: true })
    const outcome = newOutcome()
    try {
      const node = await rig.startNode()
      await rig.send(recordsBefore)
      await rig.settled()
      const file = join(server.dir, folder, await lastPart(server.dir))
      const from = (await readFile(file)).length
      for (let sent = 0; sent < recordsCut[size]; sent += 2) {
        await rig.send(2)
        await rig.settled()
      }
      await node.stop()
      const whole = await readFile(file)
      const different = await loadAtEveryByte(server, file, whole, from)
      await writeWhole(file, whole, whole.length)
      await server.kill()
      for (const bytes of different) addRun(outcome, await continueFrom(rig, server, file, bytes), 0)
      outcome.runs = whole.length - from + 1
      return outcome
    } finally {
      await rig.close()
      await server.stop()
    }
  },
}

/** The length of one cut of each sort, by what Redis holds after loading it. */
async function loadAtEveryByte(
  server: TestRedis, file: string, whole: Buffer, from: number,
): Promise<number[]> {
  const redis = await openRedis(server.url, 'cut')
  const seen = new Map<string, number>()
  for (let bytes = from; bytes <= whole.length; bytes++) {
    await writeWhole(file, whole, bytes)
    await send(redis, 'DEBUG', ['LOADAOF'])
    const digest = String(await send(redis, 'DEBUG', ['DIGEST']))
    if (!seen.has(digest)) seen.set(digest, bytes)
  }
  closeRedis(redis)
  return [...seen.values()]
}

/** Starts a Redis on a copy cut to so many bytes, checks it as it is, and goes on to the end. */
async function continueFrom(
  rig: Rig, server: TestRedis, file: string, bytes: number,
): Promise<Omit<Outcome, 'runs'>> {
  const dir = await mkdtemp(join(tmpdir(), 'hinata-cut-'))
  await cp(server.dir, dir, { recursive: true })
  await truncate(join(dir, file.slice(server.dir.length)), bytes)
  const cut = await startRedis(settings, dir)
  try {
    const heir = await Rig.open({ ...rig.options, url: cut.url, heirOf: rig })
    try {
      const found = await heir.verify()
      const node = await heir.startNode()
      await heir.resend()
      const catchUpMs = await heir.settled()
      await node.stop()
      const run = await heir.check(catchUpMs)
      for (const kind of ['lost', 'doubled', 'changed'] as const) run[kind] += found[kind]
      run.wrong.unshift(...found.wrong.map(what => `cut to ${bytes} bytes: ${what}`))
      return run
    } finally {
      await heir.close()
    }
  } finally {
    await cut.stop()
  }
}

/** Puts the first bytes of the file in its place; Redis has it open. */
async function writeWhole(file: string, whole: Buffer, bytes: number): Promise<void> {
  const handle = await open(file, 'r+')
  await handle.write(whole, 0, bytes, 0)
  await handle.truncate(bytes)
  await handle.close()
}

/** The name of the part of the append-only file that grows. */
async function lastPart(dir: string): Promise<string> {
  return (await readdir(join(dir, folder))).find(name => name.endsWith('.incr.aof'))!
}
