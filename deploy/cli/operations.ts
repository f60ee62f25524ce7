/**
 * The operations of the running system that a command is for: straight in its Redis, found by --redis-url or
 * by the data folder.
 */
import { openOperations, type Operations } from '../../engine/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import type { Config } from '../config/index.js'
import { encryptionOf } from '../roles/encryption.js'
import { readSystemFile } from '../roles/system-file.js'

/** The Redis of the running system. Throws SYSTEM_NOT_FOUND. */
export function redisOf(config: Config): string {
  return config.text('redis.url') || readSystemFile(config.text('system.data_dir')).redis
}

/** Runs `work` with them; `version` instead of the live one for its halts. Throws SYSTEM_NOT_FOUND. */
export async function withOperations<T>(
  config: Config, work: (operations: Operations) => Promise<T>, version?: number,
): Promise<T> {
  const redisUrl = redisOf(config)
  const operations = await openOperations({
    redisUrl, namespace: config.text('redis.namespace'), version,
    topology: hinataTopology({ partitions: config.integer('log.partitions'), sinks: [],
      encryption: encryptionOf(config) }),
  })
  try {
    return await work(operations)
  } finally {
    operations.close()
  }
}
