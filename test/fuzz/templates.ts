/** Inputs that fit, from which the fuzzer starts: requests of every kind, frames, records. */
import type { Draw } from './draw.js'
import type { Value } from './values.js'

/** A request as it should be. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: Value
}

const persons = ['ada', 'bob', 'cy', 'dé', '李', 'a b']

/** A good record; few ids, so that duplicates and revisions come as well. */
function record(draw: Draw): Record<string, Value> {
  return {
    id: `r${draw.below(40)}`, timestamp: `2026-03-${10 + draw.below(18)}T10:00:00Z`, source: 'fuzz',
    highlight: draw.pick(['Git rebase moves commits.', 'Looms weave.', '']),
    note: draw.pick(['I want to understand looms because they are old.', 'I like tea.', 'call 555-1234']),
    address: draw.pick(['https://example.test/a?utm_source=x', 'app://notes/7']), tag: ['git', 'loom'],
    access: draw.pick(['private', 'shared', 'public', 'restricted']), raw_data: { user_context: { a: [1] } },
  }
}

/** A request that fits. */
export function request(draw: Draw): Request {
  const user_id = draw.pick(persons)
  const query = `user_id=${encodeURIComponent(user_id)}`
  const hinata_batch = Array.from({ length: 1 + draw.below(3) }, () => record(draw))
  return draw.pick<Request>([
    { method: 'POST', path: '/api/hinata/submit', body: { user_id, hinata_batch } },
    { method: 'POST', path: '/api/hinata/submit', body: { user_id, hinata_batch,
      processing_options: { priority_level: 'low', enable_ai_enhancement: true } } },
    { method: 'POST', path: '/api/hinata/search', body: { user_id, query_text: 'looms', limit: 5,
      min_relevance_score: 0, filters: { tags: ['git'], time_range: { from: '2026-01-01T00:00:00Z' } } } },
    { method: 'POST', path: '/api/hinata/search', body: { user_id, semantic_vector: [0.1, 0.2] } },
    { method: 'POST', path: '/api/hinata/query-relevant', body: { user_id, question: 'what?', limit: 2 } },
    { method: 'GET', path: `/api/hinata/recommendations?${query}&limit=3` },
    { method: 'GET', path: '/api/hinata/enhanced/job_1' },
    { method: 'POST', path: '/api/psp/context', body: { user_id, current_request: 'help me',
      context_type: 'all' } },
    { method: 'GET', path: `/api/psp/current?${query}&scope=account&as_of=2026-03-01T00:00:00Z` },
    { method: 'POST', path: '/api/enhancement/personalized', body: { user_id, question: 'how?',
      context_limit: 3,
      token_budget: 300 } },
    { method: 'POST', path: '/api/apps/register', body: { app_name: 'a', app_version: '1', developer: 'd',
      description: 'x', requested_permissions: ['psp_read'], webhook_url: 'https://example.test/h' } },
    { method: 'POST', path: '/api/auth/user-token', body: { user_id, expires_in: 60 } },
    { method: 'GET', path: `/api/users/${encodeURIComponent(user_id)}/export` },
    { method: 'GET', path: '/api/status' }, { method: 'GET', path: '/openapi.json' },
  ])
}

/** A frame that fits. */
export function frame(draw: Draw): Record<string, Value> {
  const user_id = draw.pick(persons)
  const id = `s${draw.below(5)}`
  return draw.pick<Record<string, Value>>([
    { type: 'submit', seq: draw.below(1_000_000), user_id, records: [record(draw), record(draw)] },
    { type: 'submit', seq: draw.below(1_000_000), user_id, records: [record(draw)] },
    { type: 'subscribe', id, topic: draw.pick(['psp', 'records', 'stats', 'dead']), user_id },
    { type: 'subscribe', id, topic: 'records', user_id, from: '0-0' },
    { type: 'unsubscribe', id },
    { type: 'ping' },
    { type: 'hello', token: 'byo_x', producer: 'p', resume: 'c_1' },
  ])
}
