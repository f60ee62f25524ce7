/**
 * The disk of Redis is full for a while: a small file system of its own (tmpfs), filled up while records
 * flow. With appendfsync everysec Redis refuses writes, which apps see as REDIS_REFUSES, and goes on when
 * there is room; with always it ends, and is started again. Nothing that was acknowledged may be gone.
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '../support/redis.js'
import { until } from '../support/until.js'
import { addRun, newOutcome, type Fault } from './fault.js'
import { Rig } from './rig.js'

const rounds = { quick: 1, full: 5 }
const diskMegabytes = 24
const recordsBefore = 500

/** With one way to write the append-only file. */
export function fullDisk(appendfsync: 'everysec' | 'always'): Fault {
  return {
    name: `a full disk, appendfsync ${appendfsync}`,
    guarantees: 'G1 G2 G5',
    skipped: () => (process.getuid?.() === 0 ? undefined : 'a file system can be mounted by root alone'),
    async run(size) {
      const dir = await mkdtemp(join(tmpdir(), 'hinata-disk-'))
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMegabytes}m`, 'tmpfs', dir])
      if (mounted.status !== 0) throw new Error(`tmpfs could not be mounted: ${String(mounted.stderr)}`)
      const outcome = newOutcome()
      try {
        const server = await startRedis(['--appendfsync', appendfsync], join(dir))
        try {
          await fillAgain(server, join(dir, 'filler'), appendfsync, rounds[size], outcome)
        } finally {
          await server.kill()
        }
        return outcome
      } finally {
        spawnSync('umount', ['-l', dir])
        await rm(dir, { recursive: true, force: true })
      }
    },
  }
}

async function fillAgain(
  server: Awaited<ReturnType<typeof startRedis>>, filler: string, appendfsync: string, times: number,
  outcome: ReturnType<typeof newOutcome>,
): Promise<void> {
  const rig = await Rig.open({ url: server.url, seed: 11, partitions: 4, isRelaying: true })
  try {
    const node = await rig.startNode()
    rig.startFlow()
    for (let round = 0; round < times; round++) {
      const before = await rig.folded()
      await until('records flow', async () => await rig.folded() > before + recordsBefore)
      const met = rig.refusals.get('REDIS_REFUSES') ?? 0
      await writeFile(filler, Buffer.alloc(diskMegabytes * 1_024 * 1_024)).catch(() => undefined) // full
      if (appendfsync === 'everysec') {
        await until('the sender is refused', () => (rig.refusals.get('REDIS_REFUSES') ?? 0) > met)
        await rm(filler)
      } else {
        await until('Redis has ended', () => !isAlive(server.pid))
        await rm(filler)
        await server.restart()
      }
    }
    await rig.stopFlow()
    const catchUpMs = await rig.settled()
    await node.stop()
    addRun(outcome, await rig.check(catchUpMs), times)
  } finally {
    await rig.close()
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
