/** The HiNATA topology in the version that a node is configured to run. */
import { HinataError, openVersions, type Sink, type Topology } from '../../engine/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import type { Config } from '../config/index.js'
import { encryptionOf } from './encryption.js'

/**
 * With the settings that the version was declared with. Throws VERSION_UNKNOWN when it is neither declared
 * nor the version of the code.
 */
export async function topologyOfVersion(
  config: Config, redisUrl: string, sinks: readonly Sink[],
): Promise<Topology> {
  const encryption = encryptionOf(config)
  const own = hinataTopology({ partitions: config.integer('log.partitions'), sinks, encryption })
  const version = config.integer('engine.pipeline_version') || own.version
  const versions = await openVersions({ redisUrl, topology: own,
    namespace: config.text('redis.namespace') })
  const declared = await versions.find(version).finally(() => versions.close())
  if (!declared && version !== own.version) throw new HinataError('VERSION_UNKNOWN', { version })
  return hinataTopology({ partitions: own.source.partitions, sinks, version, encryption,
    settings: declared?.settings ?? {} })
}
