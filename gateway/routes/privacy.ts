/** What a person decides about their data, and who accessed them. */
import { HinataError } from '../../engine/index.js'
import type { Edge } from '../edge.js'
import type { Principal } from '../identity/principal.js'
import { personOf } from '../identity/tenant.js'
import { instantOf } from '../instant.js'
import type { AccessStore, ReportRange } from '../privacy/access-store.js'
import {
  appsNamedBy, preferencesJson, type PreferenceChange, type Preferences,
} from '../privacy/preferences.js'
import { route, type Route } from '../route.js'
import {
  accessAnswer, callsAnswer, preferenceChange, preferencesAnswer, reportQuery,
} from '../schema/privacy.js'
import type { Checked } from '../schema/check.js'

/** How far back a report reaches that names no instant. */
const reportDaysDefault = 90
const dayMs = 24 * 60 * 60 * 1_000
const reportRowsDefault = 100

/** Routes about privacy. */
export function privacyRoutes(edge: Edge): Route[] {
  return [readRoute(edge), changeRoute(edge), accessRoute(edge), callsRoute(edge)]
}

function readRoute({ decisions }: Edge): Route {
  return route({
    method: 'get', path: '/api/users/:id/privacy', access: 'owner', input: null, answer: preferencesAnswer,
    summary: 'What a person decided about their data, defaults filled in.',
    async handle({ path: { id = '' } }) {
      return { json: preferencesJson(personOf(id), await decisions.preferencesOf(id)) }
    },
  })
}

function changeRoute(edge: Edge): Route {
  return route({
    method: 'put', path: '/api/users/:id/privacy', access: 'owner', input: preferenceChange,
    answer: preferencesAnswer,
    summary: 'Changes what the body names and leaves the rest. Answers when every gateway decides by it.',
    async handle({ input, path: { id = '' }, principal }) {
      const change: PreferenceChange = input
      await assertApps(edge, change, principal)
      const changed = await edge.decisions.change(id, change, actorOf(principal))
      if (change.consents?.analytics !== undefined) await tellAnalytics(edge, id, changed)
      return { json: preferencesJson(personOf(id), changed) }
    },
  })
}

function accessRoute(edge: Edge): Route {
  return route({
    method: 'get', path: '/api/users/:id/access', access: 'owner', input: reportQuery, answer: accessAnswer,
    summary: 'Who read and wrote what of a person, why, and by which rung it was decided.',
    async handle({ input, path: { id = '' } }) {
      const range = rangeOf(edge, input)
      const { accesses, by_app: byApp } = await storeOf(edge).accessesOf(id, range)
      const named = await Promise.all(byApp.map(async row =>
        ({ ...row, app_name: (await edge.identity.apps.row(String(row.app), 0))?.app_name ?? null })))
      return { json: { user_id: personOf(id), ...told(range), by_app: named, accesses } }
    },
  })
}

function callsRoute(edge: Edge): Route {
  return route({
    method: 'get', path: '/api/apps/:id/calls', access: 'app', input: reportQuery, answer: callsAnswer,
    summary: 'What an app called, how often, how it ended, and how long it took.',
    async handle({ input, path: { id = '' } }) {
      const range = rangeOf(edge, input)
      return { json: { app_id: id, ...told(range), calls: await storeOf(edge).callsOf(id, range) } }
    },
  })
}

/** What is kept now, so that of two changes at once the later is told by either. */
async function tellAnalytics({ shownPersons }: Edge, key: string, kept: Preferences): Promise<void> {
  await shownPersons?.put(key, kept.consents.analytics, kept.changed?.at ?? 0)
}

/** Throws APP_UNKNOWN: a list that names no app of the tenant would protect from nobody. */
async function assertApps(edge: Edge, change: PreferenceChange, { tenant }: Principal): Promise<void> {
  for (const app of new Set(appsNamedBy(change))) {
    if (!await edge.identity.apps.isOf(tenant, app)) throw new HinataError('APP_UNKNOWN', { app })
  }
}

function actorOf({ person, appId }: Principal): string {
  return person === null ? appId : 'the person'
}

function storeOf({ accessStore }: Edge): AccessStore {
  if (accessStore === null) throw new HinataError('ACCESS_LOG_MISSING')
  return accessStore
}

function rangeOf({ clock }: Edge, { from, to, limit }: Checked<typeof reportQuery>): ReportRange {
  const end = to === undefined ? clock.now() : instantOf('to', to)
  return {
    from: from === undefined ? end - reportDaysDefault * dayMs : instantOf('from', from), to: end,
    limit: limit === undefined ? reportRowsDefault : Number(limit),
  }
}

function told({ from, to }: ReportRange): { readonly from: string, readonly to: string } {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}
