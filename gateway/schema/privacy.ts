/** What the routes about privacy take and answer. SPEC sections 7 and 10. */
import { Type, type TSchema } from '@sinclair/typebox'
import { limitTable } from '../limits.js'

const closed = { additionalProperties: false }
const appsMax = limitTable.appsListedMax.value
const appId = Type.String({ minLength: 1, maxLength: 100 })
const apps = Type.Array(appId, { maxItems: appsMax })
const rows = Type.Array(Type.Record(Type.String(), Type.Unknown()))
const instant = Type.String({ maxLength: 40, description: 'ISO 8601 with an offset or Z.' })
const policy = Type.Union([Type.Literal('strict'), Type.Literal('balanced'), Type.Literal('permissive')], {
  description: 'For apps that nothing else is said of: nothing, read, or read and write.',
})
const custom = Type.Record(Type.String({ minLength: 1, maxLength: 100 }), Type.Object({
  read: Type.Optional(Type.Boolean()), write: Type.Optional(Type.Boolean()),
}, closed), { maxProperties: appsMax, description: 'By app id; what is left out is left to the policy.' })
const consents = {
  personalization: 'The PSP may be given to apps, as prompt, context and whole.',
  analytics: 'Rows for analysts name the person.',
  research: 'Kept for those who build on it; nothing here passes data on for research.',
  sharing: 'Apps see the raw data that other apps sent.',
} as const

function consentsOf<T extends TSchema>(of: (description: string) => T): Record<keyof typeof consents, T> {
  return {
    personalization: of(consents.personalization), analytics: of(consents.analytics),
    research: of(consents.research), sharing: of(consents.sharing),
  }
}

/** PUT /api/users/{id}/privacy */
export const preferenceChange = Type.Object({
  policy: Type.Optional(policy),
  consents: Type.Optional(Type.Object(
    consentsOf(description => Type.Optional(Type.Boolean({ description }))), closed)),
  retention_days: Type.Optional(Type.Integer({
    minimum: 1, maximum: 36_500, default: 365, description: 'How long records are kept.',
  })),
  allowed_apps: Type.Optional(apps),
  blocked_apps: Type.Optional(apps),
  custom_permissions: Type.Optional(custom),
}, closed)

/** GET and PUT /api/users/{id}/privacy */
export const preferencesAnswer = Type.Object({
  user_id: Type.String(),
  policy,
  is_policy_stated: Type.Boolean({ description: 'False: it is the default, and apps may still enrol.' }),
  consents: Type.Object(consentsOf(description => Type.Boolean({ description }))),
  retention_days: Type.Integer(),
  allowed_apps: Type.Array(Type.String()),
  blocked_apps: Type.Array(Type.String()),
  custom_permissions: Type.Record(Type.String(), Type.Unknown()),
  enrolled_apps: Type.Array(Type.Object({ app_id: Type.String(), since: Type.String() }), {
    description: 'Apps that write since before the person stated a policy.',
  }),
  changed_at: Type.Union([Type.String(), Type.Null()]),
  changed_by: Type.Union([Type.String(), Type.Null()]),
})

/** The query of a report. */
export const reportQuery = Type.Object({
  from: Type.Optional(instant),
  to: Type.Optional(instant),
  limit: Type.Optional(Type.String({ pattern: '^(1000|[1-9]\\d{0,2})$', description: '1 to 1000; 100.' })),
}, closed)

/** GET /api/users/{id}/access */
export const accessAnswer = Type.Object({
  user_id: Type.String(), from: Type.String(), to: Type.String(), by_app: rows, accesses: rows,
})

/** GET /api/apps/{id}/calls */
export const callsAnswer = Type.Object({
  app_id: Type.String(), from: Type.String(), to: Type.String(), calls: rows,
})
