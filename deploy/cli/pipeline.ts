/** What the commands about versions and savepoints work on: the pipeline, its Redis, names of versions. */
import { join } from 'node:path'
import { HinataError, openVersions, type Topology, type Versions } from '../../engine/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import type { Config } from '../config/index.js'
import { encryptionOf } from '../roles/encryption.js'
import { readSystemFile } from '../roles/system-file.js'

/** Where a command finds the pipeline's state. */
export interface PipelinePlace {
  readonly redisUrl: string
  readonly namespace: string
  readonly topology: Topology
}

/** The pipeline in the Redis that is given, or in that of the running system. Throws SYSTEM_NOT_FOUND. */
export function findPipeline(config: Config): PipelinePlace {
  return pipelineAt(config, config.text('redis.url') || readSystemFile(config.text('system.data_dir')).redis)
}

/** The pipeline in a Redis. */
export function pipelineAt(config: Config, redisUrl: string): PipelinePlace {
  return {
    redisUrl, namespace: config.text('redis.namespace'),
    topology: hinataTopology({ partitions: config.integer('log.partitions'), sinks: [],
      encryption: encryptionOf(config) }),
  }
}

/** Where the savepoints of a data folder are. */
export function savepointsOf(config: Config): string {
  return join(config.text('system.data_dir'), 'savepoints')
}

/** Works with the pipeline's versions and closes them. */
export async function withVersions<T>(config: Config, work: (versions: Versions) => Promise<T>): Promise<T> {
  const versions = await openVersions(findPipeline(config))
  try {
    return await work(versions)
  } finally {
    versions.close()
  }
}

/** The number of a version that is written `v2` or `2`. Throws USAGE. */
export function parseVersion(text: string): number {
  const version = Number(/^v?([1-9]\d{0,5})$/.exec(text)?.[1])
  if (Number.isInteger(version)) return version
  throw new HinataError('USAGE', { reason: `A version is written like v2, found ${text}.` })
}
