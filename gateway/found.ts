/**
 * Asking the search view: one place that knows its query and its answer, and fills in texts that are not at
 * hand there.
 */
import type { SearchAnswer, SearchResult } from '../actors/search/index.js'
import { contentsOf } from './contents.js'
import type { Edge } from './edge.js'

/** What to search for. Times are ms UTC, scores 0..1. */
interface SearchQuestion {
  readonly query?: string
  readonly vector?: readonly number[]
  readonly filters?: Readonly<Record<string, unknown>>
  readonly limit: number
  readonly minRelevance: number
}

/** Characters of a note that an answer shows, as the search view cuts them. */
const noteCharsMax = 400

/**
 * Asks the owner of the person; a result whose text could not be had has still `cooled`. Throws
 * OWNER_UNKNOWN, QUERY_TIMEOUT, VECTOR_DIMENSION.
 */
export async function findRecords(
  edge: Edge, person: string, question: SearchQuestion,
): Promise<SearchAnswer> {
  const args = { ...question, now: edge.clock.now() }
  const { total, results } = await edge.client.ask('search', person, 'search', args) as SearchAnswer
  const cold = results.filter(isTextAway).map(({ id }) => id)
  const contents = await contentsOf(edge, person, cold)
  const filled = results.map(result => {
    const content = contents.get(result.cooled)
    if (content === undefined) return result
    const { highlight, note } = content
    return { ...result, highlight, note: note.slice(0, noteCharsMax), cooled: '' }
  })
  return { total, results: filled }
}

/** Its text left the hot tier, and ClickHouse was not there to give it. */
export function isTextAway({ cooled }: Pick<SearchResult, 'cooled'>): boolean {
  return cooled !== ''
}
