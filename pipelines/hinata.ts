/**
 * The HiNATA pipeline, declared: records are enriched in threads, folded by the person's actor, indexed for
 * search, and handed to the sinks; commands about a person go the same way, to the same actor. Declarations
 * only; a node runs them.
 */
import { deadLetters, personsErased, recordsFolded } from '../actors/person/outputs.js'
import { isStagedCommand, isStagedRecord } from '../actors/person/staged.js'
import type { SubmittedCommand } from '../actors/person/commands.js'
import { personWith } from '../actors/person/person.js'
import { scoringOf } from '../actors/person/scoring.js'
import type { SubmittedRecord } from '../actors/record/record.js'
import { HinataError, topic, type Encryption, type Sink, type Topology } from '../engine/index.js'

/**
 * Version of what the pipeline computes: a change of enrichment, scores or the PSP's rules is a new version.
 */
export const codeVersion = 2
/** Embedders that a version of the pipeline can have for what persons say of themselves (decisions/0057). */
export const embedders = ['static-hash', 'use-lite'] as const
/** One of them. */
export type EmbedderId = (typeof embedders)[number]
/** The setting of a version that says which: the embedder's place in that list. */
const embedderSetting = 'embedder'
/**
 * Records that go to a thread at once: enough to pay for the hand-over, few enough that all threads get some.
 */
const enrichBatchMax = 64

/**
 * The topology with its topic in `partitions` parts and its outputs handed to `sinks`; in a version of its
 * own with `settings`, which name constants of the scoring (actors/person/scoring.ts), and the embedder
 * (settingsOfEmbedder). Throws CONFIG_INVALID.
 */
export function hinataTopology(options: {
  readonly partitions: number
  readonly sinks: readonly Sink[]
  readonly version?: number
  readonly settings?: Readonly<Record<string, number>>
  /** What persons told is encrypted in Redis. */
  readonly encryption?: Encryption
}): Topology {
  const { [embedderSetting]: place = 0, ...scoring } = options.settings ?? {}
  const person = personWith(scoringOf(scoring))
  return {
    name: 'hinata',
    version: options.version ?? codeVersion,
    source: topic<SubmittedRecord | SubmittedCommand>('records', { partitions: options.partitions }),
    stages: [{
      name: 'enrich',
      batchMax: enrichBatchMax,
      module: stageModules[embedderAt(place)],
    }],
    target: { actor: person, message: 'recorded', where: isStagedRecord },
    routes: [{ actor: person, message: 'commanded', where: isStagedCommand }],
    actors: [person],
    sinks: options.sinks,
    views: [{
      name: 'search',
      module: new URL('../actors/search/shard.js', import.meta.url),
      outputs: [recordsFolded, personsErased],
      restoreFrom: { actor: person, table: 'records' },
      shards: 1,
    }],
    deadLetters,
    erasures: personsErased,
    ...(options.encryption ? { encryption: options.encryption } : {}),
  }
}

const stageModules: Readonly<Record<EmbedderId, URL>> = {
  'static-hash': new URL('../actors/person/enrich-stage.js', import.meta.url),
  'use-lite': new URL('../actors/person/enrich-stage-lite.js', import.meta.url),
}

/** The settings of a version with this embedder. */
export function settingsOfEmbedder(embedder: EmbedderId): Readonly<Record<string, number>> {
  return embedder === embedders[0] ? {} : { [embedderSetting]: embedders.indexOf(embedder) }
}

/** The embedder of a version with these settings. Throws CONFIG_INVALID. */
export function embedderOf(settings: Readonly<Record<string, number>>): EmbedderId {
  return embedderAt(settings[embedderSetting] ?? 0)
}

function embedderAt(place: number): EmbedderId {
  const embedder = embedders[place]
  if (embedder !== undefined) return embedder
  throw new HinataError('CONFIG_INVALID', { path: `setting ${embedderSetting}`,
    reason: `a place in ${embedders.join(', ')} expected, found ${place}.` })
}
