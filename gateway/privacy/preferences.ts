/**
 * What a person decided about their data. SPEC sections 7 and 10. Pure: how it is read from the documents of
 * the registry, how a change becomes documents, and how it is told.
 *
 * Kept as one document per field, so that two changes at once lose neither's fields:
 *
 *   policy · retention_days · allowed_apps · blocked_apps · custom_permissions · consent:<name>
 *   changed             when and by whom the last change was made
 *   enrolled:<app id>   since when an app writes that nobody was asked about (ladder.ts, D10)
 *
 * C1  What was never said reads as the default: balanced, personalization alone, 365 days, no app named.
 * C2  Enrolments are no field of a change: only the ladder makes them.
 */

/** The last rung of the ladder. */
export type Policy = 'strict' | 'balanced' | 'permissive'

/** What a person consents to, with the defaults. */
const consentDefaults = { personalization: true, analytics: false, research: false, sharing: false } as const

/** A consent's name. */
export type Consent = keyof typeof consentDefaults

const consentNames = Object.keys(consentDefaults) as readonly Consent[]

/** What an app may by the person's own word; what is not said is left to the next rung. */
interface CustomPermission {
  readonly read?: boolean
  readonly write?: boolean
}

/** Everything that a person decided, defaults filled in. */
export interface Preferences {
  readonly policy: Policy
  /** The person said so; else it is the default. */
  readonly isPolicyStated: boolean
  readonly consents: Readonly<Record<Consent, boolean>>
  readonly retentionDays: number
  readonly allowedApps: ReadonlySet<string>
  readonly blockedApps: ReadonlySet<string>
  readonly customPermissions: ReadonlyMap<string, CustomPermission>
  /** Apps that write without being asked about, and since when (ms UTC). */
  readonly enrolledApps: ReadonlyMap<string, number>
  readonly changed: Change | null
}

interface Change {
  /** ms UTC. */
  readonly at: number
  readonly by: string
}

/** What a change may name; what it does not name stays. */
export interface PreferenceChange {
  readonly policy?: Policy
  readonly consents?: Partial<Readonly<Record<Consent, boolean>>>
  readonly retention_days?: number
  readonly allowed_apps?: readonly string[]
  readonly blocked_apps?: readonly string[]
  readonly custom_permissions?: Readonly<Record<string, CustomPermission>>
}

/** A document of a person: its name and what it says. */
export type PreferenceDocument = readonly [id: string, doc: unknown]

/** How long records are kept when the person did not say. */
const retentionDaysDefault = 365

const consentPrefix = 'consent:'
const enrolledPrefix = 'enrolled:'

/** The preferences that documents tell. */
export function preferencesOf(documents: readonly PreferenceDocument[]): Preferences {
  const docs = new Map(documents)
  const policy = docs.get('policy') as Policy | undefined
  const consents = consentNames.map(name =>
    [name, docs.get(consentPrefix + name) as boolean | undefined ?? consentDefaults[name]] as const)
  const custom = docs.get('custom_permissions') as Record<string, CustomPermission> | undefined
  return {
    policy: policy ?? 'balanced',
    isPolicyStated: policy !== undefined,
    consents: Object.fromEntries(consents) as Record<Consent, boolean>,
    retentionDays: docs.get('retention_days') as number | undefined ?? retentionDaysDefault,
    allowedApps: new Set(docs.get('allowed_apps') as string[] | undefined),
    blockedApps: new Set(docs.get('blocked_apps') as string[] | undefined),
    customPermissions: new Map(Object.entries(custom ?? {})),
    enrolledApps: new Map(documents.filter(([id]) => id.startsWith(enrolledPrefix))
      .map(([id, since]) => [id.slice(enrolledPrefix.length), since as number])),
    changed: docs.get('changed') as Change | undefined ?? null,
  }
}

/** The documents that a change puts. */
export function documentsOf(change: PreferenceChange, { at, by }: Change): PreferenceDocument[] {
  const { consents = {}, ...fields } = change
  return [
    ...Object.entries(fields).filter(([, value]) => value !== undefined),
    ...Object.entries(consents).map(([name, is]): PreferenceDocument => [consentPrefix + name, is]),
    ['changed', { at, by }],
  ]
}

/** The document that says since when an app writes. */
export function enrolmentOf(appId: string, since: number): PreferenceDocument {
  return [enrolledPrefix + appId, since]
}

/** The apps that a change names. */
export function appsNamedBy(change: PreferenceChange): string[] {
  return [
    ...change.allowed_apps ?? [], ...change.blocked_apps ?? [],
    ...Object.keys(change.custom_permissions ?? {}),
  ]
}

/** The preferences as the API tells them. */
export function preferencesJson(person: string, preferences: Preferences): Readonly<Record<string, unknown>> {
  const { changed } = preferences
  return {
    user_id: person,
    policy: preferences.policy,
    is_policy_stated: preferences.isPolicyStated,
    consents: preferences.consents,
    retention_days: preferences.retentionDays,
    allowed_apps: [...preferences.allowedApps],
    blocked_apps: [...preferences.blockedApps],
    custom_permissions: Object.fromEntries(preferences.customPermissions),
    enrolled_apps: [...preferences.enrolledApps].map(([app, since]) =>
      ({ app_id: app, since: new Date(since).toISOString() })),
    changed_at: changed === null ? null : new Date(changed.at).toISOString(),
    changed_by: changed?.by ?? null,
  }
}
