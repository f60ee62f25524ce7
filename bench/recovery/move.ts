/**
 * A second node comes, and half of the partitions move to it while records arrive: how long until both have
 * their share, and how long a record of a moving partition waits at most.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { openTopologyClient, type TopologyClient } from '../../engine/index.js'
import { freePort } from '../../deploy/roles/free-port.js'
import { startManagedRedis } from '../../deploy/roles/managed-redis.js'
import { ensureRedis } from '../../deploy/system.mjs'
import { join } from 'node:path'
import { startNodeChild, untilShared } from '../growth/node-children.js'
import { countersTopology, offerTo, settled, sumOf } from '../keyed-counter/hinata.js'

const partitions = 16
const settleMsMax = 60_000

/** In milliseconds, with so many persons whose counters lie in Redis. */
export async function moveWith(persons: number): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'hinata-bench-'))
  const redis = await startManagedRedis(ensureRedis(), folder, 'everysec', await freePort(0))
  const topology = countersTopology(partitions)
  const client = await openTopologyClient({ redisUrl: redis.url, topology })
  const one = await startNodeChild(redis.url, partitions)
  const keys = Array.from({ length: persons }, (_, i) => `key-${i}`)
  await offerTo(client, keys)
  await settled(client, keys)
  const probes = probesOf(client, keys)
  let isMoving = true
  const waiting = probes.map(key => probe(client, key, () => isMoving))
  const startedAt = performance.now()
  const two = await startNodeChild(redis.url, partitions)
  const joinedAt = performance.now()
  await untilShared(client, 2, partitions)
  const sharedAt = performance.now()
  isMoving = false
  const probed = await Promise.all(waiting)
  const counted = await sumOf(client, probes)
  await client.close()
  for (const node of [one, two]) await node.stop()
  await redis.stop()
  rmSync(folder, { recursive: true, force: true })
  const sent = probed.reduce((sum, { records }) => sum + records, 0)
  if (counted !== sent + probes.length) throw new Error(`${counted} counted of ${sent + probes.length}`)
  return { shared: sharedAt - startedAt, joined: joinedAt - startedAt,
    'longest wait': Math.max(...probed.map(({ longestMs }) => longestMs)) }
}

/** One key of each partition. */
function probesOf(client: TopologyClient, keys: readonly string[]): string[] {
  return [...new Map(keys.map(key => [client.partitionOf(key), key])).values()]
}

/** Sends one record after the other, each when the one before is folded. */
async function probe(
  client: TopologyClient, key: string, goesOn: () => boolean,
): Promise<{ records: number, longestMs: number }> {
  let [records, longestMs] = [0, 0]
  while (goesOn()) {
    const sentAt = performance.now()
    await client.append([{ key, eventTime: 0, value: { n: 1 } }])
    if (!await client.settled(key, settleMsMax)) throw new Error(`${key} is not folded`)
    longestMs = Math.max(longestMs, performance.now() - sentAt)
    records++
  }
  return { records, longestMs }
}
