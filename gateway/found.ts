/** Asking the search view: one place that knows its query and its answer. */
import type { Edge } from './edge.js'

/** What to search for. Times are ms UTC, scores 0..1. */
interface SearchQuestion {
  readonly query?: string
  readonly vector?: readonly number[]
  readonly filters?: Readonly<Record<string, unknown>>
  readonly limit: number
  readonly minRelevance: number
}

/** A record that was found; texts are masked where the record is sensitive. */
export interface FoundRecord {
  readonly id: string
  readonly relevance: number
  readonly highlight: string
  readonly note: string
  readonly address: string
  readonly tags: readonly string[]
  readonly enhanced_tags: readonly string[]
  /** ms UTC. */
  readonly event_time: number
  readonly influence: number
  readonly attention: number
  readonly source: string
  readonly access: string
  readonly sensitivity: string
  readonly reason: string
}

/** What was found. */
interface Found {
  readonly total: number
  readonly results: readonly FoundRecord[]
}

/** Asks the owner of the person. Throws OWNER_UNKNOWN, QUERY_TIMEOUT, VECTOR_DIMENSION. */
export async function findRecords(edge: Edge, person: string, question: SearchQuestion): Promise<Found> {
  return await edge.client.ask('search', person, 'search', { ...question, now: edge.clock.now() }) as Found
}
