/**
 * The append-only file is cut at every byte of the last commits, and of its beginning down to nothing, as a
 * power cut may leave it, and loaded.
 *
 * What Redis then holds must be a whole number of appends and commits: it is started on every length and what
 * it holds is told apart by a digest. Of each different one everything in it must agree with everything else,
 * and after the sender has sent again what it has, the end must be that of a run without a cut.
 */
import { cp, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeRedis, openRedis, send } from '../../engine/redis/index.js'
import { startRedis } from '../support/redis.js'
import { addRun, newOutcome, type Fault, type Run } from './fault.js'
import { Rig } from './rig.js'

/** Records whose appends and commits are cut. */
const recordsCut = { quick: 2, full: 6 }
const recordsBefore = 40
const settings = ['--appendfsync', 'always', '--enable-debug-command', 'yes']
const startsAtOnce = 3
/** Bytes from one cut to the next. */
const stride = { quick: 149, full: 1 }
/** Bytes of the file's beginning that are cut as well: nothing, the leases, the first append. */
const headBytes = 2_000

/** See the top of the file. */
export const cutFile: Fault = {
  name: 'the append-only file cut at every byte of the last commits',
  guarantees: 'G1 G2 G7',
  async run(size, tell) {
    const server = await startRedis(settings)
    const rig = await Rig.open({ url: server.url, seed: 9, partitions: 2, accounts: 3, isRelaying: true })
    const outcome = newOutcome()
    try {
      const node = await rig.startNode()
      await rig.send(recordsBefore)
      await rig.settled()
      const file = await lastPart(server.dir)
      const path = join(server.dir, file)
      const from = (await readFile(path)).length
      for (let sent = 0; sent < recordsCut[size]; sent += 2) {
        await rig.send(2)
        await rig.settled()
      }
      await node.stop()
      await server.kill()
      const whole = await readFile(path)
      const cuts = [...lengths(0, headBytes, stride[size]), ...lengths(from, whole.length, stride[size])]
      const different = await startAtEach(server.dir, file, whole, cuts, tell)
      for (const bytes of different) addRun(outcome, await continueFrom(rig, server.dir, file, bytes), 0)
      outcome.runs = cuts.length
      return outcome
    } finally {
      await rig.close()
      await server.stop()
    }
  },
}

/** Lengths from `first` to `last`, both included. */
function lengths(first: number, last: number, step: number): number[] {
  return [...Array.from({ length: Math.ceil((last - first) / step) }, (_, i) => first + i * step), last]
}

/** The length of one cut of each sort, by what Redis holds after it was started on it. */
async function startAtEach(
  dir: string, file: string, whole: Buffer, cuts: number[], tell: Parameters<Fault['run']>[1],
): Promise<number[]> {
  const seen = new Map<string, number>()
  let done = 0
  const next = cuts.values()
  await Promise.all(Array.from({ length: startsAtOnce }, async () => {
    const own = await mkdtemp(join(tmpdir(), 'hinata-cut-'))
    try {
      await cp(dir, own, { recursive: true })
      for (const bytes of next) {
        await writeFile(join(own, file), whole.subarray(0, bytes))
        const digest = await digestOf(own).catch((error: Error) => {
          throw new Error(`cut to ${bytes} of ${whole.length} bytes: ${error.message}`)
        })
        tell?.(++done, cuts.length)
        seen.set(digest, Math.min(bytes, seen.get(digest) ?? Infinity))
      }
    } finally {
      await rm(own, { recursive: true, force: true })
    }
  }))
  return [...seen.values()]
}

/** What a Redis holds that is started on the folder. */
async function digestOf(dir: string): Promise<string> {
  const server = await startRedis(settings, dir)
  try {
    const redis = await openRedis(server.url, 'cut')
    const digest = String(await send(redis, 'DEBUG', ['DIGEST']))
    closeRedis(redis)
    return digest
  } finally {
    await server.kill()
  }
}

/** Starts a Redis on a copy cut to so many bytes, checks it as it is, and goes on to the end. */
async function continueFrom(
  rig: Rig, from: string, file: string, bytes: number,
): Promise<Run> {
  const dir = await mkdtemp(join(tmpdir(), 'hinata-cut-'))
  await cp(from, dir, { recursive: true })
  await truncate(join(dir, file), bytes)
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

/** The part of the append-only file that grows, as a path in the folder. */
async function lastPart(dir: string): Promise<string> {
  const folder = 'appendonlydir'
  return join(folder, (await readdir(join(dir, folder))).find(name => name.endsWith('.incr.aof'))!)
}
