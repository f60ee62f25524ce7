/** Records for a prompt: how many its budget can hold, and what of a found record is quoted. */
import type { Knowledge } from '../psp/index.js'
import { RESULTS_MAX } from './limits.js'
import type { SearchArgs, SearchResult } from './request.js'

/** Records below this relevance are not worth a prompt's tokens. */
const QUOTED_RELEVANCE_MIN = 0.3
/** A short note with its bullet: a budget of one-line notes shall not be left half empty. */
const QUOTE_TOKENS_MIN = 15

/** What to search for, for a prompt of `budget` tokens. */
export function searchForPrompt(budget: number): Pick<SearchArgs, 'limit' | 'minRelevance'> {
  const limit = Math.max(1, Math.min(RESULTS_MAX, Math.ceil(budget / QUOTE_TOKENS_MIN)))
  return { limit, minRelevance: QUOTED_RELEVANCE_MIN }
}

/** What a prompt may quote of a found record. */
export function knowledgeOf({ id, highlight, note, relevance, event_time }: SearchResult): Knowledge {
  return { id, title: highlight, text: note, relevance, at: event_time }
}
