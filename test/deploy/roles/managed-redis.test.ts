/**
 * R1: what a power cut can leave of the append-only file is either loaded up to the cut, or refused with the
 * fix, and refused again until the fix was done. The fixes named are done here.
 */
import { spawnSync } from 'node:child_process'
import { appendFile, copyFile, mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startManagedRedis, type ManagedRedis } from '../../../deploy/roles/managed-redis.js'
import { ensureRedis } from '../../../deploy/system.mjs'
import { HinataError } from '../../../engine/index.js'
import { closeRedis, openRedis, send } from '../../../engine/redis/index.js'
import { freePort } from '../../support/redis.js'

const keys = 9

t.test('a cut tail is loaded up to the cut', async t => {
  const { start, file } = await written(t)
  await truncate(file(1), (await readFile(file(1))).length - 3)
  t.equal(await countOf(await start()), keys - 1)
})

t.test('R1: a file cut inside the sequence is refused until what follows it is given up', async t => {
  const { dataDir, start, file } = await written(t)
  const manifest = join(dataDir, 'redis', 'appendonlydir', 'appendonly.aof.manifest')
  const before = await readFile(manifest, 'utf8')
  await copyFile(file(1), file(2)) // as a power cut leaves it while the file is rewritten
  await appendFile(manifest, 'file appendonly.aof.2.incr.aof seq 2 type i\n')
  await truncate(file(1), (await readFile(file(1))).length - 3)
  const marker = join(dataDir, 'redis', 'DAMAGED')
  for (const attempt of ['the first start', 'the second, which Redis itself would do over the hole']) {
    const error = await refusalOf(start)
    t.equal(error.code, 'REDIS_FILE_DAMAGED', attempt)
    t.match(error.message, 'the truncated file is not the last file')
    t.match(error.message, `delete from ${manifest} the lines behind that of appendonly.aof.1.incr.aof`)
    t.match(error.message, marker)
  }
  await writeFile(manifest, before)
  await rm(marker)
  t.equal(await countOf(await start()), keys - 1, 'what stood before the cut is there, what followed is not')
})

t.test('R1: a file that is damaged inside is refused; the named program cuts it there', async t => {
  const { dataDir, start, file } = await written(t)
  const bytes = await readFile(file(1))
  const handle = await open(file(1), 'r+')
  await handle.write('?', bytes.lastIndexOf('*3'))
  await handle.close()
  const error = await refusalOf(start)
  t.equal(error.code, 'REDIS_FILE_DAMAGED')
  const [, manifest] = /redis-check-aof --fix (\S+);/.exec(error.message)!
  t.equal(spawnSync('redis-check-aof', ['--fix', manifest], { input: 'y\n' }).status, 0)
  await rm(join(dataDir, 'redis', 'DAMAGED'))
  t.equal(await countOf(await start()), keys - 1)
})

t.test('a start that fails for another reason marks nothing', async t => {
  const { dataDir, start, file } = await written(t)
  const manifest = join(dataDir, 'redis', 'appendonlydir', 'appendonly.aof.manifest')
  const error = await refusalOf(() => startManagedRedis(ensureRedis(), dataDir, 'never-heard-of', 0))
  t.equal(error.code, 'PROCESS_FAILED')
  t.ok(await readFile(manifest) && await readFile(file(1)))
  t.equal(await countOf(await start()), keys)
})

/** A folder with an append-only file of some writes, whose Redis has ended. */
async function written(t: Test): Promise<{
  dataDir: string, file: (sequence: number) => string, start: () => Promise<ManagedRedis>,
}> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hinata-managed-'))
  const running: ManagedRedis[] = []
  t.teardown(async () => {
    for (const redis of running) await redis.stop()
    await rm(dataDir, { recursive: true, force: true })
  })
  const start = async (): Promise<ManagedRedis> => {
    const redis = await startManagedRedis(ensureRedis(), dataDir, 'always', await freePort())
    running.push(redis)
    return redis
  }
  const redis = await start()
  const connection = await openRedis(redis.url, 'test')
  for (let key = 0; key < keys; key++) await send(connection, 'SET', [`key ${key}`, 'x'])
  closeRedis(connection)
  await redis.stop()
  return { dataDir, start, file: sequence =>
    join(dataDir, 'redis', 'appendonlydir', `appendonly.aof.${sequence}.incr.aof`) }
}

async function countOf({ url }: ManagedRedis): Promise<unknown> {
  const connection = await openRedis(url, 'test')
  const count = await send(connection, 'DBSIZE', [])
  closeRedis(connection)
  return count
}

async function refusalOf(start: () => Promise<ManagedRedis>): Promise<HinataError> {
  try {
    await start()
  } catch (error) {
    if (error instanceof HinataError) return error
    throw error
  }
  throw new Error('it started')
}
