/** What the HTTP routes take. SPEC section 7; bounds are the SPEC's. */
import { Type, type TSchema } from '@sinclair/typebox'

const closed = { additionalProperties: false }
const text = (maxLength: number): TSchema & { static: string } => Type.String({ maxLength })
const userId = Type.String({ description: 'The person, 1 to 200 printable characters.' })
const relevance = Type.Number({ minimum: 0, maximum: 1, default: 0.5 })
const texts = Type.Array(Type.String({ maxLength: 200 }), { maxItems: 64 })
const instant = Type.String({ maxLength: 40, description: 'ISO 8601 with an offset or Z.' })

/** POST /api/apps/register */
export const registration = Type.Object({
  app_name: Type.String({ minLength: 1, maxLength: 200 }),
  app_version: Type.String({ minLength: 1, maxLength: 50 }),
  developer: text(200),
  description: text(2_000),
  requested_permissions: Type.Array(Type.String({ maxLength: 50 }), { maxItems: 16 }),
  webhook_url: Type.Optional(Type.String({ pattern: '^https?://', maxLength: 2_048 })),
}, closed)

/** POST /api/apps/{id}/rotate-key */
export const keyRotation = Type.Object({
  overlap_s: Type.Optional(Type.Integer({
    minimum: 0, maximum: 604_800, default: 86_400,
    description: 'How long the present key still holds, seconds.',
  })),
}, closed)

/** POST /api/auth/user-token */
export const userTokenRequest = Type.Object({
  user_id: userId,
  expires_in: Type.Optional(Type.Integer({
    minimum: 1, maximum: 86_400, default: 3_600, description: 'Seconds.',
  })),
}, closed)

/** POST /api/auth/revoke */
export const tokenRevocation = Type.Object({ user_id: userId }, closed)

/** POST /api/auth/rotate-signing-key */
export const signingKeyRotation = Type.Object({
  revoke: Type.Optional(Type.Boolean({
    default: false, description: 'Ends all tokens that were signed before, at once.',
  })),
}, closed)

/** POST /api/tenants */
export const tenantRequest = Type.Object({
  tenant: Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$', description: 'Small letters, digits, dashes.' }),
}, closed)

/** A POST that says everything by its path. */
export const nothing = Type.Object({}, closed)

/** POST /api/hinata/submit. The records are read one by one, so that a bad one does not spoil the others. */
export const submission = Type.Object({
  app_id: Type.Optional(text(100)),
  user_id: userId,
  hinata_batch: Type.Array(Type.Unknown(), { description: '1 to 100 HiNATA records.' }),
  processing_options: Type.Optional(Type.Object({
    enable_ai_enhancement: Type.Optional(Type.Boolean()),
    extract_highlights: Type.Optional(Type.Boolean()),
    generate_semantic_tags: Type.Optional(Type.Boolean()),
    priority_level: Type.Optional(
      Type.Union([Type.Literal('low'), Type.Literal('normal'), Type.Literal('high')])
    ),
    wait_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 5_000 })),
  }, closed)),
}, closed)

/** Narrows a search. */
export const searchFilters = Type.Object({
  source: Type.Optional(texts),
  tags: Type.Optional(texts),
  time_range: Type.Optional(
    Type.Object({ from: Type.Optional(instant), to: Type.Optional(instant) }, closed)
  ),
  min_influence: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  tier: Type.Optional(texts),
  access: Type.Optional(texts),
}, closed)

/** POST /api/hinata/search */
export const searchRequest = Type.Object({
  user_id: userId,
  query_text: Type.Optional(text(2_000)),
  semantic_vector: Type.Optional(Type.Array(Type.Number(), { maxItems: 4_096 })),
  filters: Type.Optional(searchFilters),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 10 })),
  min_relevance_score: Type.Optional(relevance),
}, closed)

/** POST /api/hinata/query-relevant */
export const relevantRequest = Type.Object({
  user_id: userId,
  question: Type.String({ minLength: 1, maxLength: 2_000 }),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: 10 })),
  min_relevance_score: Type.Optional(relevance),
  include_metadata: Type.Optional(Type.Boolean({ default: true })),
}, closed)

/** POST /api/psp/context */
export const contextRequest = Type.Object({
  user_id: userId,
  current_request: text(2_000),
  include_details: Type.Optional(Type.Boolean()),
  context_type: Type.Optional(Type.Union(
    ['all', 'core', 'working', 'learning', 'context'].map(name => Type.Literal(name)), { default: 'all' })),
}, closed)

/** GET /api/psp/current */
export const currentQuery = Type.Object({
  user_id: userId,
  app_id: Type.Optional(text(100)),
  scope: Type.Optional(Type.Union([Type.Literal('account'), Type.Literal('app')], { default: 'account' })),
  as_of: Type.Optional(instant),
}, closed)

/** POST /api/psp/feedback. `rating` or `signal`; a signal stands for a rating (routes/components.ts). */
export const feedbackRequest = Type.Object({
  user_id: userId,
  component_id: Type.String({ minLength: 1, maxLength: 40 }),
  rating: Type.Optional(Type.Number({ minimum: 1, maximum: 5, description: '1 = wrong, 5 = just right.' })),
  signal: Type.Optional(Type.Union(['helpful', 'used', 'ignored', 'wrong'].map(name => Type.Literal(name)))),
}, closed)

/** PUT /api/psp/components/{id}. At least one of the last three. */
export const componentAmendment = Type.Object({
  user_id: userId,
  description: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  pinned: Type.Optional(Type.Boolean({ description: 'It stays, whatever evidence says.' })),
  restore: Type.Optional(
    Type.Literal(true, { description: 'It was removed or superseded, and holds again.' })),
}, closed)

/** DELETE /api/psp/components/{id}, GET /api/hinata/{id} */
export const personQuery = Type.Object({ user_id: userId }, closed)

/** GET /api/hinata/recommendations */
export const recommendationsQuery = Type.Object({
  user_id: userId,
  limit: Type.Optional(Type.String({ pattern: '^([1-9]|1\\d|20)$', description: '1 to 20; 5 without.' })),
  psp_context: Type.Optional(Type.String({
    minLength: 1, maxLength: 2_000, description: 'What the person is doing now, in words.',
  })),
}, closed)

/** POST /api/enhancement/personalized */
export const personalizedRequest = Type.Object({
  user_id: userId,
  question: Type.String({ minLength: 1, maxLength: 2_000 }),
  context_limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10,
    description: 'Records to quote. Without it, as many as the budget holds.' })),
  token_budget: Type.Optional(Type.Integer({ minimum: 100, maximum: 32_000, default: 2_000 })),
  include_psp_details: Type.Optional(Type.Boolean()),
}, closed)

/** GET /api/reports/weekly */
export const reportRequest = Type.Object({
  week: Type.Optional(Type.String({
    pattern: '^\\d{4}-\\d\\d-\\d\\d$', description: 'A day of the week; without it the last whole week.',
  })),
  form: Type.Optional(Type.Union(
    [Type.Literal('json'), Type.Literal('markdown'), Type.Literal('html')], { default: 'json' })),
})

/** POST /api/users/{id}/import */
export const importRequest = Type.Object({
  lines: Type.Array(Type.String({ maxLength: 1_000_000 }), {
    minItems: 1, maxItems: 100, description: 'Lines of an export, in their order.',
  }),
  readmit: Type.Optional(Type.Boolean({
    default: false, description: 'The person was erased here, and comes back.',
  })),
}, closed)
