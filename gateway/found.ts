/** Asking the search view: one place that knows its query and its answer. */
import type { SearchAnswer } from '../actors/search/index.js'
import type { Edge } from './edge.js'

/** What to search for. Times are ms UTC, scores 0..1. */
interface SearchQuestion {
  readonly query?: string
  readonly vector?: readonly number[]
  readonly filters?: Readonly<Record<string, unknown>>
  readonly limit: number
  readonly minRelevance: number
}

/** Asks the owner of the person. Throws OWNER_UNKNOWN, QUERY_TIMEOUT, VECTOR_DIMENSION. */
export async function findRecords(
  edge: Edge, person: string, question: SearchQuestion,
): Promise<SearchAnswer> {
  const args = { ...question, now: edge.clock.now() }
  return await edge.client.ask('search', person, 'search', args) as SearchAnswer
}
