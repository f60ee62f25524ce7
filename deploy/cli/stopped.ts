/** What commands work on that need the system stopped: its Redis and its ClickHouse, started for as long. */
import { join, resolve } from 'node:path'
import type { AnalyticsOptions } from '../../analytics/index.js'
import type { Config } from '../config/index.js'
import { startEmbeddedClickhouse } from '../embedded/index.js'
import { startManagedRedis } from '../roles/managed-redis.js'
import { findSystemFile } from '../roles/system-file.js'
import { ensureRedis } from '../system.mjs'
import { pipelineAt, type PipelinePlace } from './pipeline.js'

/** The given Redis, that of the running system (which refuses), or the data folder's, started for this. */
export async function withStoppedRedis(
  config: Config, work: (place: PipelinePlace) => Promise<void>,
): Promise<void> {
  const given = config.text('redis.url') || findSystemFile(config.text('system.data_dir'))?.redis
  if (given) return work(pipelineAt(config, given))
  const redis = await startManagedRedis(ensureRedis(), resolve(config.text('system.data_dir')),
    config.text('redis.appendfsync'))
  try {
    await work(pipelineAt(config, redis.url))
  } finally {
    await redis.stop()
  }
}

/** The same for ClickHouse. */
export async function withStoppedClickhouse(
  config: Config, work: (place: AnalyticsOptions) => Promise<void>,
): Promise<void> {
  const running = runningClickhouse(config)
  if (running) return work(running)
  const dataDir = join(config.text('system.data_dir'), 'clickhouse')
  const server = await startEmbeddedClickhouse({ host: '127.0.0.1', port: 0, dataDir })
  try {
    await work({ url: server.url })
  } finally {
    await server.stop()
  }
}

/** The ClickHouse that is given, or that of the running system. */
export function runningClickhouse(config: Config): AnalyticsOptions | undefined {
  const url = config.text('clickhouse.url') || findSystemFile(config.text('system.data_dir'))?.clickhouse
  const password = config.text('clickhouse.password')
  return url ? { url, ...(password === '' ? {} : { username: 'default', password }) } : undefined
}

/** A name for what is made now, of its time. */
export function nameOfNow(): string {
  return new Date().toISOString().slice(0, 19).replace(/[:T]/g, '-')
}
