/** The node role: runs the HiNATA topology with its sinks. */
import type { Logger } from 'pino'
import { threadedClickhouseSink } from '../../analytics/index.js'
import {
  HinataError, openTopologyClient, startJobs, startNode, type TopologyClient,
} from '../../engine/index.js'
import { coldJob, hotJob, retentionJob } from '../../storage/index.js'
import type { Config } from '../config/index.js'
import { topologyOfVersion } from './pipeline-version.js'
import { assertContentStays, isRetentionToKeep, retentionOf } from './retention.js'
import type { RunningRole } from './role.js'

/** Starts a node. Throws what stands in its way. */
export async function startNodeRole(config: Config, log: Logger): Promise<RunningRole> {
  const url = config.text('clickhouse.url')
  if (url === '') {
    throw new HinataError('CONFIG_INVALID', { path: 'clickhouse.url',
      reason: 'a node needs it, or CLICKHOUSE_URL.' })
  }
  const retention = retentionOf(config)
  assertContentStays(config)
  const password = config.text('clickhouse.password')
  const clickhouse = { url, ...(password === '' ? {} : { username: 'default', password }) }
  const rowNames = config.text('privacy.row_names') === 'drawn' ? 'drawn' : 'ids'
  const sink = threadedClickhouseSink({ ...clickhouse, rowNames })
  const topology = await topologyOfVersion(config, requiredRedis(config), [sink])
  const node = await startNode({
    redisUrl: requiredRedis(config), topology, namespace: config.text('redis.namespace'),
    host: config.text('engine.host'), threads: config.integer('engine.threads'),
    leaseMs: config.integer('engine.lease_ms'), stallMs: config.integer('engine.stall_ms'),
  })
  const open = (): Promise<TopologyClient> => openTopologyClient({
    redisUrl: requiredRedis(config), topology, namespace: config.text('redis.namespace'),
  })
  const wanted = [
    ...config.text('storage.hot') === 'by_command' ? [] : [hotJob(clickhouse, open)],
    ...config.text('storage.cold') === 'by_command' ? [] : [coldJob(clickhouse)],
    ...isRetentionToKeep(retention) ? [retentionJob(clickhouse, retention, open)] : [],
  ]
  const jobs = wanted.length === 0 ? undefined
    : await startJobs(requiredRedis(config), config.text('redis.namespace'), wanted)
  log.info(`node(${node.id}): version ${topology.version}, rows go to ${new URL(url).host}`)
  return { url: node.id, async stop() {
    await node.stop()
    await jobs?.stop()
  } }
}

/** The Redis of a role that is started alone. Throws CONFIG_INVALID. */
export function requiredRedis(config: Config): string {
  const url = config.text('redis.url')
  if (url === '') {
    throw new HinataError('CONFIG_INVALID', { path: 'redis.url',
      reason: 'this role needs it, or REDIS_URL.' })
  }
  return url
}
