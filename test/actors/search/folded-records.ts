/**
 * Builders for the tests of search: folded records as the person's actor emits them, and a view that holds
 * them.
 */
import { searchLimits, type SearchLimits } from '../../../actors/search/limits.js'
import type { SearchAnswer, SearchArgs } from '../../../actors/search/index.js'
import { openSearchView } from '../../../actors/search/view.js'
import { quantise, staticHash } from '../../../actors/embedding/index.js'
import { recordsFolded } from '../../../actors/person/outputs.js'
import type { FoldedRecord, HinataRecord } from '../../../actors/record/record.js'
import { encodeValue, type ShardModule } from '../../../engine/index.js'

/** Whose records they are. */
export const person = 'ada'
/** One day, ms. */
export const day = 86_400_000
/** The day before the record of sequence 1, ms UTC. */
export const start = Date.UTC(2024, 0, 1)

type Given = { readonly id: string } & Partial<HinataRecord> & Partial<Omit<FoldedRecord, 'record'>>

/** A record of sequence `sequence`, one day after the one before unless told otherwise. */
export function folded(sequence: number, given: Given): FoldedRecord {
  const { id, timestamp, source, highlight, note, address, tag, access, raw_data: _, ...engine } = given
  const eventTime = engine.event_time ?? start + sequence * day
  const record: HinataRecord = {
    id,
    timestamp: timestamp ?? new Date(eventTime).toISOString(),
    source: source ?? 'notes',
    highlight: highlight ?? '',
    note: note ?? '',
    address: address ?? '',
    tag: tag ?? [],
    access: access ?? 'private',
  }
  const row = staticHash.embedBatch([`${record.highlight} ${record.note}`])
  return {
    user_id: person,
    app: 'app',
    received_at: eventTime,
    accepted_at: eventTime,
    position: `${eventTime}-0:0`,
    revision: 1,
    content_hash: id,
    enhanced_tags: [],
    recommended_highlights: [],
    semantic_analysis: {
      main_topics: [], key_concepts: [], sentiment: { label: 'neutral', score: 0 }, complexity_level: 'low',
    },
    sensitivity: 'public',
    quality_score: 0.5,
    quality_parts: { depth: 0, information: 0, engagement: 0, complexity: 0, novelty: 1 },
    attention_weight: 0,
    attention_metrics: {
      highlight_frequency: 0, note_density: 0, address_revisit: 0, time_investment: 0,
      interaction_depth: 'low',
    },
    psp_influence_weight: 0.5,
    psp_relevance: 0,
    priority_score: 0,
    cluster_id: 'c1',
    storage_tier: 'hot',
    embedding: { model: staticHash.id, version: staticHash.version, dim: staticHash.dim },
    vector: new Uint8Array(quantise(row).buffer),
    processing: { version: 1, steps: [] },
    ...engine,
    record,
    event_time: eventTime,
    sequence,
  }
}

/** A view that holds these records of `person`, restored from rows. */
export function viewOf(records: readonly FoldedRecord[], limits: Partial<SearchLimits> = {}): ShardModule {
  const view = openSearchView({ ...searchLimits, ...limits })
  load(view, person, records)
  return view
}

/** Asks for a key that the view lacks, and restores it. */
export function load(view: ShardModule, key: string, records: readonly FoldedRecord[]): void {
  view.query({ name: 'size', key, args: {} })
  view.restore(key, records.map(encodeValue))
}

/** Hands committed records to the view. */
export function apply(view: ShardModule, records: readonly FoldedRecord[], key = person): void {
  view.apply(records.map(value => ({ output: recordsFolded.output, key, value })))
}

/** Asks a loaded person; fails when it is missing. */
export function ask(view: ShardModule, name: string, args: unknown, key = person): unknown {
  const answer = view.query({ name, key, args })
  if ('isMissing' in answer) throw new Error(`${key} is missing`)
  return answer.result
}

/** Searches with a limit of 10 and no least relevance unless told otherwise. */
export function searchFor(view: ShardModule, args: Partial<SearchArgs>): SearchAnswer {
  return ask(view, 'search', { limit: 10, minRelevance: 0, now: start + 400 * day, ...args }) as SearchAnswer
}

/** Ids of the results, best first. */
export function idsFor(view: ShardModule, args: Partial<SearchArgs>): string[] {
  return searchFor(view, args).results.map(({ id }) => id)
}
