/** A Redis of our own that ends is started again, also when a start fails; then the system goes on. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig } from '../../../deploy/config/index.js'
import { startSystem } from '../../../deploy/roles/system.js'
import { ensureRedis } from '../../../deploy/system.mjs'
import { closeRedis, openRedis, send } from '../../../engine/redis/index.js'
import { until } from '../../support/until.js'

t.setTimeout(120_000)

t.test('a Redis whose next start fails is started once more', async t => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hinata-system-'))
  t.teardown(() => rm(dataDir, { recursive: true, force: true }))
  const starts = join(dataDir, 'starts')
  const program = join(dataDir, 'redis-server-that-fails')
  await writeFile(program, `#!/bin/sh\necho start >> ${starts}\n`
    + `[ "$(wc -l < ${starts})" = 2 ] && exit 1\nexec ${ensureRedis()} "$@"\n`, { mode: 0o755 })
  const config = loadConfig({ port: '0', clickhousePort: '0', dataDir }, undefined,
    { HINATA_PARTITIONS: '2' })
  const said: string[] = []
  const system = await startSystem(config, () => program, line => said.push(line))
  t.teardown(() => system.stop())
  const redis = await openRedis(system.redis, 'test')
  const [, pid] = /process_id:(\d+)/.exec(String(await send(redis, 'INFO', ['server'])))!
  closeRedis(redis)
  process.kill(Number(pid), 'SIGKILL')
  await until('a start has failed', () => said.some(line => line.includes('redis-server ended')))
  const again = await until('Redis is back', () => openRedis(system.redis, 'test').catch(() => undefined))
  t.not(/process_id:(\d+)/.exec(String(await send(again, 'INFO', ['server'])))![1], pid)
  closeRedis(again)
  const headers = { authorization: `Bearer ${system.adminKey}` }
  await until('the gateway is well', () => fetch(`${system.gateway}/health`, {
    headers, signal: AbortSignal.timeout(5_000),
  }).then(answer => answer.ok, () => false))
})
