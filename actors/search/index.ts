/**
 * Search: what the edge asks of the view `search`, and what it answers. The view itself is the module
 * shard.ts.
 */
export { knowledgeOf, searchForPrompt } from './quotes.js'
export type {
  NeighboursArgs, SearchAnswer, SearchArgs, SearchFilters, SearchResult, SizeAnswer,
} from './request.js'
