/** Finding records of a person. The search index answers at the node that owns the person. */
import type { SearchResult } from '../../actors/search/index.js'
import { staticHash } from '../../actors/embedding/index.js'
import { HinataError } from '../../engine/index.js'
import type { Edge } from '../edge.js'
import { findRecords, isTextAway } from '../found.js'
import { instantOf } from '../instant.js'
import { seenTexts, type Sight } from '../privacy/minimisation.js'
import { route, type Route } from '../route.js'
import { relevantAnswer, searchAnswer } from '../schema/answers.js'
import type { Checked } from '../schema/check.js'
import { relevantRequest, searchRequest, type searchFilters } from '../schema/requests.js'
import { assertPerson } from '../submission.js'

/** Characters of a record that a summary shows. */
const summaryCharsMax = 240

/** Routes that find records. */
export function searchRoutes(edge: Edge): Route[] {
  return [searchRoute(edge), relevantRoute(edge)]
}

function searchRoute(edge: Edge): Route {
  return route({
    method: 'post', path: '/api/hinata/search', access: 'hinata_query', input: searchRequest,
    answer: searchAnswer,
    summary: 'Searches the records of a person by text, vector and filters.',
    async handle({ input, sight }) {
      const startedAt = performance.now()
      assertPerson(input.user_id)
      const { query_text: query, semantic_vector: vector } = input
      if (query === undefined && vector === undefined && input.filters === undefined) {
        throw new HinataError('REQUEST_INVALID', { reason: 'give query_text, semantic_vector or filters.' })
      }
      if (vector !== undefined && vector.length !== staticHash.dim) {
        throw new HinataError('VECTOR_DIMENSION', { expected: staticHash.dim, found: vector.length })
      }
      const found = await findRecords(edge, input.user_id, {
        ...(query === undefined ? {} : { query }),
        ...(vector === undefined ? {} : { vector }),
        ...(input.filters === undefined ? {} : { filters: filtersOf(input.filters) }),
        limit: input.limit ?? 10,
        minRelevance: input.min_relevance_score ?? 0.5,
      })
      return {
        json: {
          total_results: found.total,
          results: found.results.map(record => seenResult(record, sight)).map(record => ({
            hinata_id: record.id, relevance_score: record.relevance, content_summary: summaryOf(record),
            metadata: metadataOf(record),
          })),
          query_time: secondsSince(startedAt),
        },
      }
    },
  })
}

function relevantRoute(edge: Edge): Route {
  return route({
    method: 'post', path: '/api/hinata/query-relevant', access: 'hinata_query', input: relevantRequest,
    answer: relevantAnswer, summary: 'The records of a person that matter for a question.',
    async handle({ input, sight }) {
      const startedAt = performance.now()
      assertPerson(input.user_id)
      const found = await findRecords(edge, input.user_id, {
        query: input.question, limit: input.limit ?? 10, minRelevance: input.min_relevance_score ?? 0.5,
      })
      const hasMetadata = input.include_metadata ?? true
      return {
        json: {
          relevant_hinata: found.results.map(record => seenResult(record, sight)).map(record => ({
            hinata_id: record.id, relevance_score: record.relevance, highlight: record.highlight,
            note: record.note, ...(isTextAway(record) ? { is_text_away: true } : {}),
            ...(hasMetadata ? { metadata: metadataOf(record) } : {}),
          })),
          total_results: found.total,
          query_time: secondsSince(startedAt),
        },
      }
    },
  })
}

/** A result as its caller sees it; what was drawn from the text goes with the text. */
export function seenResult(record: SearchResult, sight: Sight): SearchResult {
  const seen = seenTexts(record, sight)
  return sight.isNarrow ? { ...seen, enhanced_tags: [], reason: '' } : seen
}

function filtersOf(given: Checked<typeof searchFilters>): Record<string, unknown> {
  const { time_range: range, ...filters } = given
  return {
    ...filters,
    ...(filters.tags === undefined ? {} : { tags: filters.tags.map(tag => tag.trim().toLowerCase()) }),
    ...(range?.from === undefined ? {} : { from: instantOf('filters.time_range.from', range.from) }),
    ...(range?.to === undefined ? {} : { to: instantOf('filters.time_range.to', range.to) }),
  }
}

function summaryOf(record: SearchResult): string {
  const text = [record.highlight, record.note].filter(part => part !== '').join(' — ')
  return text.length <= summaryCharsMax ? text : `${text.slice(0, summaryCharsMax - 1).trimEnd()}…`
}

function metadataOf(record: SearchResult): Record<string, unknown> {
  return {
    source: record.source, address: record.address, tags: record.tags, enhanced_tags: record.enhanced_tags,
    timestamp: new Date(record.event_time).toISOString(), psp_influence_weight: record.influence,
    attention_weight: record.attention, access: record.access, sensitivity: record.sensitivity,
    reason: record.reason, ...(isTextAway(record) ? { is_text_away: true } : {}),
  }
}

function secondsSince(startedAt: number): number {
  return Math.round(performance.now() - startedAt) / 1_000
}
