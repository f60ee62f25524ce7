/**
 * Everything stops and starts again, with so many persons in Redis: how long Redis loads its append-only
 * file, and how long a node then takes from its start to the first committed fold.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTopologyClient, startNode } from '../../engine/index.js'
import { freePort } from '../../deploy/roles/free-port.js'
import { startManagedRedis } from '../../deploy/roles/managed-redis.js'
import { ensureRedis } from '../../deploy/system.mjs'
import { countersTopology, offerTo, settled, sumOf } from '../keyed-counter/hinata.js'

const partitions = 16
const sampled = 1_000

/** In milliseconds. Throws when a count is missing afterwards. */
export async function restartWith(persons: number): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'hinata-bench-'))
  const topology = countersTopology(partitions)
  const keys = Array.from({ length: persons }, (_, i) => `key-${i}`)
  const open = async (): Promise<Awaited<ReturnType<typeof startManagedRedis>>> =>
    startManagedRedis(ensureRedis(), folder, 'everysec', await freePort(0))
  const first = await open()
  const client = await openTopologyClient({ redisUrl: first.url, topology })
  const node = await startNode({ redisUrl: first.url, topology })
  await offerTo(client, keys)
  await settled(client, keys)
  await client.close()
  await node.stop()
  await first.stop()
  const startedAt = performance.now()
  const second = await open()
  const loadedAt = performance.now()
  const node2 = await startNode({ redisUrl: second.url, topology })
  const client2 = await openTopologyClient({ redisUrl: second.url, topology })
  await offerTo(client2, keys.slice(0, 1))
  await settled(client2, keys.slice(0, 1))
  const foldedAt = performance.now()
  const some = keys.slice(-sampled)
  const found = await sumOf(client2, [...some, keys[0]])
  await client2.close()
  await node2.stop()
  await second.stop()
  rmSync(folder, { recursive: true, force: true })
  if (found !== some.length + 2) throw new Error(`of ${some.length + 2} counts ${found} are there`)
  return { 'first fold': foldedAt - startedAt, redis: loadedAt - startedAt, node: foldedAt - loadedAt }
}
