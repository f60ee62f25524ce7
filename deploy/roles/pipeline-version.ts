/** The HiNATA topology in the version that a node is configured to run. */
import { assertUseLite } from '../../actors/embedding/index.js'
import { HinataError, openVersions, type Sink, type Topology, type Versions } from '../../engine/index.js'
import {
  codeVersion, embedderOf, embedders, hinataTopology, settingsOfEmbedder,
} from '../../pipelines/hinata.js'
import type { Config } from '../config/index.js'
import { encryptionOf } from './encryption.js'

/**
 * With the settings that the version was declared with. Throws VERSION_UNKNOWN when it is neither declared
 * nor the version of the code, EMBEDDER_FIXED, EMBEDDER_MISSING.
 */
export async function topologyOfVersion(
  config: Config, redisUrl: string, sinks: readonly Sink[],
): Promise<Topology> {
  const encryption = encryptionOf(config)
  const own = hinataTopology({ partitions: config.integer('log.partitions'), sinks, encryption })
  const version = config.integer('engine.pipeline_version') || own.version
  const versions = await openVersions({ redisUrl, topology: own,
    namespace: config.text('redis.namespace') })
  try {
    if (version === own.version) await beginWithEmbedder(config, versions)
    const declared = await versions.find(version)
    if (!declared && version !== own.version) throw new HinataError('VERSION_UNKNOWN', { version })
    const settings = declared?.settings ?? {}
    if (embedderOf(settings) === 'use-lite') assertUseLite()
    return hinataTopology({ partitions: own.source.partitions, sinks, version, encryption, settings })
  } finally {
    versions.close()
  }
}

/**
 * A system that begins now has the embedder that is asked for; one that has begun keeps the one it has.
 * Throws EMBEDDER_FIXED when another one is asked for than its live version has, EMBEDDER_MISSING.
 */
export async function beginWithEmbedder(config: Config, versions: Versions): Promise<void> {
  const asked = embedders.find(one => one === config.text('models.embedder'))
  if (asked === undefined) return
  if (asked === 'use-lite') {
    assertUseLite()
    await versions.begin(settingsOfEmbedder(asked))
  }
  const declared = await versions.declared()
  const live = new Set((await versions.pointers()).map(({ version }) => version))
  for (const version of live) {
    const found = embedderOf(declared.find(one => one.version === version)?.settings ?? {})
    const next = Math.max(codeVersion, ...live, ...declared.map(one => one.version)) + 1
    if (found !== asked) throw new HinataError('EMBEDDER_FIXED', { version, found, asked, next })
  }
}
