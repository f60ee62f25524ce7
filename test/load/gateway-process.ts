/**
 * A gateway with its node and its Redis in a process of their own, so that what is measured is theirs and not
 * the sender's: `fork('gateway-process.js', ['light' | 'whole'])`. It answers each message `measure`.
 */
import { hinataTopology } from '../../pipelines/hinata.js'
import { closeRedis, openRedis, send } from '../../engine/redis/index.js'
import { lightTopology } from '../gateway/light.js'
import { startSystem } from '../gateway/system.js'
import type { Measured } from './gateway-child.js'

const isLight = process.argv[2] === 'light'
const unlimited = 1_000_000_000
const system = await startSystem({
  topology: isLight ? lightTopology : hinataTopology({ partitions: 1, sinks: [] }),
  limits: { recordsPerMinuteMax: unlimited, recordsPerHourMax: unlimited, connectionsPerAppMax: unlimited,
    appRecordsPerMinuteMax: unlimited, appRecordsPerHourMax: unlimited },
})

const redis = await openRedis(system.redis.url, 'load')

async function measured(): Promise<Measured> {
  globalThis.gc?.()
  const lag = await system.client.lag()
  const memory = await send(redis, 'INFO', ['memory'])
  const { user, system: kernel } = process.cpuUsage()
  const { rss, heapUsed, external } = process.memoryUsage()
  return {
    bytes: rss, heapBytes: heapUsed, externalBytes: external,
    redisBytes: Number(/used_memory:(\d+)/.exec(String(memory))?.[1] ?? 0),
    cpuMs: (user + kernel) / 1_000,
    appended: lag.reduce((sum, one) => sum + one.appended, 0),
    folded: lag.reduce((sum, one) => sum + one.folded, 0),
    dead: lag.reduce((sum, one) => sum + one.dead, 0),
  }
}

process.on('message', () => void measured().then(found => process.send?.(found)))
process.once('disconnect', () => {
  closeRedis(redis)
  void system.stop().then(() => process.exit(0))
})
process.send?.({ url: system.gateway.url, token: await system.key() })
