/** What the HTTP routes answer. SPEC section 7. Used for openapi.json and by the tests. */
import { Type } from '@sinclair/typebox'

const rows = Type.Array(Type.Record(Type.String(), Type.Unknown()))
const anyObject = Type.Record(Type.String(), Type.Unknown())

/** Every refusal has this form. */
export const errorAnswer = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    details: Type.Optional(anyObject),
    request_id: Type.String(),
  }),
})

/** A refused record of a batch. */
const refusedRecord = Type.Object({
  index: Type.Integer(),
  id: Type.Union([Type.String(), Type.Null()]),
  code: Type.String(),
  message: Type.String(),
})

/** POST /api/apps/register */
export const registrationAnswer = Type.Object({
  status: Type.Literal('registered'),
  app_id: Type.String(),
  api_key: Type.String({ description: 'Shown once; only its hash is kept.' }),
  granted_permissions: Type.Array(Type.String()),
  rate_limit: Type.Union([anyObject, Type.Null()]),
})

/** GET /api/apps */
export const appsAnswer = Type.Object({ apps: rows })

/** POST /api/apps/{id}/rotate-key */
export const rotationAnswer = Type.Object({
  app_id: Type.String(),
  api_key: Type.String({ description: 'Shown once; only its hash is kept.' }),
  old_key_until: Type.String({ description: 'The key that asked, or was replaced, holds until then.' }),
})

/** Of the window with the least left. */
const limitLeft = Type.Union([
  Type.Object({ most: Type.Integer(), left: Type.Integer(), resets_in_s: Type.Integer() }), Type.Null(),
], { description: 'null: not limited.' })

/** GET /api/apps/{id}/metrics */
export const appMetricsAnswer = Type.Object({
  app_id: Type.String(),
  since: Type.String({ description: 'The last hour, in steps of five minutes.' }),
  requests: Type.Object({
    total: Type.Integer(), failed: Type.Integer(),
    errors: Type.Record(Type.String(), Type.Integer(), {
      description: 'By code, of requests and of refused records.',
    }),
    latency_ms: Type.Object({
      p50: Type.Union([Type.Number(), Type.Null()]), p99: Type.Union([Type.Number(), Type.Null()]),
    }),
  }),
  records: Type.Object({
    accepted: Type.Integer(), duplicates: Type.Integer(), rejected: Type.Integer(),
  }),
  limits: Type.Object({ requests: limitLeft, records: limitLeft }),
})

/** POST /api/auth/user-token */
export const userTokenAnswer = Type.Object({
  token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds.' }),
})

/** POST /api/auth/rotate-signing-key */
export const signingKeyAnswer = Type.Object({ kid: Type.String() })

/** GET /.well-known/jwks.json */
export const jwksAnswer = Type.Object({ keys: rows })

/** POST /api/tenants */
export const tenantAnswer = Type.Object({
  tenant: Type.String(), app_id: Type.String(),
  api_key: Type.String({ description: 'The key of its administrator. Shown once; only its hash is kept.' }),
})

/** GET /api/tenants */
export const tenantsAnswer = Type.Object({ tenants: Type.Array(Type.String()) })

/** Something was ended. */
export const revokedAnswer = Type.Object({ status: Type.Literal('revoked') })

/** POST /api/hinata/submit */
export const submissionAnswer = Type.Object({
  status: Type.Union(['accepted', 'completed', 'partial', 'rejected'].map(name => Type.Literal(name))),
  job_id: Type.String(),
  processed_count: Type.Integer({ description: 'Accepted records.' }),
  duplicates: Type.Integer(),
  errors: Type.Array(refusedRecord),
  durability: Type.String(),
  processing_time: Type.Number({ description: 'Seconds.' }),
  enhanced_hinata: Type.Optional(rows),
})

/** GET /api/hinata/enhanced/{job_id} */
export const enhancedAnswer = Type.Object({
  status: Type.Union(['processing', 'completed'].map(name => Type.Literal(name))),
  enhanced_hinata: rows,
  processing_metrics: Type.Object({
    total: Type.Integer(), completed: Type.Integer(), pending: Type.Integer(), failed: Type.Integer(),
    latency_ms: Type.Union([Type.Number(), Type.Null()]),
  }),
})

/** POST /api/hinata/search */
export const searchAnswer = Type.Object({
  total_results: Type.Integer(),
  results: Type.Array(Type.Object({
    hinata_id: Type.String(),
    relevance_score: Type.Number(),
    content_summary: Type.String(),
    metadata: anyObject,
  })),
  query_time: Type.Number({ description: 'Seconds.' }),
})

/** POST /api/hinata/query-relevant */
export const relevantAnswer = Type.Object({
  relevant_hinata: rows,
  total_results: Type.Integer(),
  query_time: Type.Number({ description: 'Seconds.' }),
})

/** POST /api/psp/context */
export const contextAnswer = Type.Object({
  context: anyObject,
  last_updated: Type.Union([Type.String(), Type.Null()]),
  active_components_count: Type.Integer(),
})

/** GET /api/psp/current */
export const pspAnswer = anyObject

/** POST /api/psp/feedback, PUT and DELETE /api/psp/components/{id} */
export const commandAnswer = Type.Object({
  status: Type.Union(['done', 'unchanged', 'accepted'].map(name => Type.Literal(name)), {
    description: 'accepted: it is in the log, and will be obeyed when its turn comes.',
  }),
  command_id: Type.String(),
  component: Type.Union([anyObject, Type.Null()], {
    description: 'As it is after the command; null while that is not known.',
  }),
})

/** GET /api/hinata/{id} */
export const recordAnswer = anyObject

/** GET /api/hinata/recommendations */
export const recommendationsAnswer = Type.Object({
  recommendations: Type.Array(Type.Object({
    hinata_id: Type.String(),
    relevance_score: Type.Number(),
    reason: Type.String(),
    highlight: Type.String(),
    source: Type.String(),
  })),
})

/** POST /api/enhancement/personalized */
export const personalizedAnswer = Type.Object({
  personalized_prompt: Type.String(),
  knowledge_components: rows,
  is_knowledge_available: Type.Boolean({ description: 'False while the search index cannot be asked.' }),
  psp_summary: anyObject,
  usage: Type.Object({ tokens: Type.Integer(), budget: Type.Integer() }),
  processing_time: Type.Number({ description: 'Seconds.' }),
})

/** DELETE /api/users/{id} and /api/hinata/{id}, GET /api/erasures/{id} */
export const receiptAnswer = Type.Object({
  erasure_id: Type.String(),
  status: Type.Union([Type.Literal('pending'), Type.Literal('done')]),
  scope: Type.String({ description: 'person, record or retention.' }),
  person_hash: Type.String({ description: 'SHA-256 of the person\'s key.' }),
  asked_at: Type.String(),
  done_at: Type.Union([Type.String(), Type.Null()]),
  removed: Type.Union([anyObject, Type.Null()], { description: 'What was removed where, without content.' }),
  files: Type.String({ description: 'Whether the files of Redis were written anew: rewritten or pending.' }),
  versions_behind: Type.Array(Type.String(), {
    description: 'Versions of the pipeline that nobody runs: they pass the erasure when they run again.',
  }),
})

/** POST /api/users/{id}/import */
export const importAnswer = Type.Object({
  accepted: Type.Integer(),
  duplicates: Type.Integer(),
  rejected: Type.Array(refusedRecord),
})

/** GET /health and /ready */
export const healthAnswer = Type.Object({
  status: Type.Union(['healthy', 'unhealthy', 'ready', 'not_ready'].map(name => Type.Literal(name))),
  problems: Type.Array(Type.Object({ code: Type.String(), message: Type.String(), fix: Type.String() })),
})

/** GET /api/status; SPEC section 12. */
export const statusAnswer = Type.Object({
  status: Type.Union(['healthy', 'degraded', 'unhealthy'].map(name => Type.Literal(name))),
  gateway: anyObject,
  nodes: rows,
  pipelines: rows,
  problems: rows,
})
