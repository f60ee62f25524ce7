/**
 * The append-only file is cut at every byte of the last commits, as a power cut may leave it, and loaded.
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
import { addRun, newOutcome, type Fault, type Outcome } from './fault.js'
import { Rig } from './rig.js'

/** Records whose appends and commits are cut. */
const recordsCut = { quick: 2, full: 6 }
const recordsBefore = 40
const settings = ['--appendfsync', 'always', '--enable-debug-command', 'yes']
const startsAtOnce = 3
/** Bytes from one cut to the next. */
const stride = { quick: 149, full: 1 }

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
      const { starts, different } = await startAtEveryByte(server.dir, file, whole, from, stride[size])
      for (const bytes of different) addRun(outcome, await continueFrom(rig, server.dir, file, bytes), 0)
      outcome.runs = starts
      return outcome
    } finally {
      await rig.close()
      await server.stop()
    }
  },
}

/** The length of one cut of each sort, by what Redis holds after it was started on it. */
async function startAtEveryByte(
  dir: string, file: string, whole: Buffer, from: number, stride: number,
): Promise<{ starts: number, different: number[] }> {
  const seen = new Map<string, number>()
  let next = from
  let starts = 0
  await Promise.all(Array.from({ length: startsAtOnce }, async () => {
    const own = await mkdtemp(join(tmpdir(), 'hinata-cut-'))
    await cp(dir, own, { recursive: true })
    while (next <= whole.length) {
      const bytes = next
      next = next < whole.length ? Math.min(next + stride, whole.length) : Infinity
      await writeFile(join(own, file), whole.subarray(0, bytes))
      const server = await startOn(own)
      const redis = await openRedis(server.url, 'cut')
      const digest = String(await send(redis, 'DEBUG', ['DIGEST']))
      closeRedis(redis)
      await server.kill()
      starts++
      seen.set(digest, Math.min(bytes, seen.get(digest) ?? Infinity))
    }
    await rm(own, { recursive: true, force: true })
  }))
  return { starts, different: [...seen.values()] }
}

/** Starts a Redis on a folder; another process may have taken its port in between, so it tries twice. */
function startOn(dir: string): ReturnType<typeof startRedis> {
  return startRedis(settings, dir).catch(() => startRedis(settings, dir))
}

/** Starts a Redis on a copy cut to so many bytes, checks it as it is, and goes on to the end. */
async function continueFrom(
  rig: Rig, from: string, file: string, bytes: number,
): Promise<Omit<Outcome, 'runs'>> {
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
