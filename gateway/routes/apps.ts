/** Registration of apps, and their keys. */
import { HinataError, type Taken } from '../../engine/index.js'
import type { Edge } from '../edge.js'
import { operator } from '../identity/principal.js'
import { route, type Route } from '../route.js'
import {
  appMetricsAnswer, appsAnswer, registrationAnswer, revokedAnswer, rotationAnswer,
} from '../schema/answers.js'
import { keyRotation, nothing, registration } from '../schema/requests.js'

/** Routes about apps. */
export function appRoutes(edge: Edge): Route[] {
  return [registerRoute(edge), listRoute(edge), rotateRoute(edge), revokeRoute(edge), metricsRoute(edge)]
}

function registerRoute(edge: Edge): Route {
  const { identity, limits } = edge
  return route({
    method: 'post', path: '/api/apps/register', access: 'open', input: registration,
    answer: registrationAnswer,
    summary: 'Registers an app in the caller\'s tenant and shows its key, once.',
    async handle({ input, principal, address }) {
      if (!principal.permissions.has('admin')) await edge.attempts.registering(address)
      const { appId, apiKey, granted } = await identity.apps.register(input, principal)
      await writeDown(edge, appId)
      return {
        status: 201,
        json: {
          status: 'registered', app_id: appId, api_key: apiKey, granted_permissions: granted,
          rate_limit: limits.requestsPerHourMax === 0 ? null : {
            requests_per_hour: limits.requestsPerHourMax, requests_per_minute: limits.requestsPerMinuteMax,
          },
        },
      }
    },
  })
}

function listRoute({ identity }: Edge): Route {
  return route({
    method: 'get', path: '/api/apps', access: 'admin', input: null, answer: appsAnswer,
    summary: 'The apps of the administrator\'s tenant.',
    handle: async ({ principal }) => ({ json: { apps: await identity.apps.list(principal.tenant) } }),
  })
}

function rotateRoute(edge: Edge): Route {
  const { identity, limits } = edge
  return route({
    method: 'post', path: '/api/apps/:id/rotate-key', access: 'app', input: keyRotation,
    answer: rotationAnswer,
    summary: 'A new key for the app, shown once; the present one holds for a stated time.',
    async handle({ input, principal, path: { id = '' } }) {
      if (principal.until !== Infinity) {
        throw new HinataError('ROLE_FORBIDDEN', { expected: 'the app\'s newest key', found: 'a rotated key' })
      }
      const overlapMs = input.overlap_s === undefined ? limits.overlapMsDefault : input.overlap_s * 1_000
      const { apiKey, oldUntil } = await identity.apps.rotate(id, Math.min(overlapMs, limits.overlapMsMax))
      await identity.changed()
      await writeDown(edge, id)
      return {
        json: { app_id: id, api_key: apiKey, old_key_until: new Date(oldUntil).toISOString() },
      }
    },
  })
}

function revokeRoute(edge: Edge): Route {
  const { identity } = edge
  return route({
    method: 'post', path: '/api/apps/:id/revoke', access: 'admin', input: nothing, answer: revokedAnswer,
    summary: 'Ends an app: its keys, its connections, and the tokens of persons through it.',
    async handle({ path: { id = '' } }) {
      await identity.apps.revoke(id)
      await identity.changed()
      await writeDown(edge, id)
      return { json: { status: 'revoked' } }
    },
  })
}

/** Hands an app as it stands to the access log. */
async function writeDown({ accessLog, clock, identity }: Edge, appId: string): Promise<void> {
  const row = await identity.apps.row(appId, clock.now())
  if (row !== null) accessLog.app(row)
}

function metricsRoute({ identity, limiter, usage }: Edge): Route {
  return route({
    method: 'get', path: '/api/apps/:id/metrics', access: 'app', input: null, answer: appMetricsAnswer,
    summary: 'What an app asked and sent within the last hour, at all gateways, and what its limits leave.',
    async handle({ path: { id = '' } }) {
      const app = id === operator.appId ? operator : await identity.apps.get(id)
      if (app === null) throw new HinataError('APP_UNKNOWN', { app: id.slice(0, 100) })
      const [used, requests, records] = await Promise.all(
        [usage.of(id), limiter.left('requests', app), limiter.left('records', app)])
      const { accepted, duplicates, rejected, failed, errors, p50, p99 } = used
      return {
        json: {
          app_id: id, since: new Date(used.since).toISOString(),
          requests: { total: used.requests, failed, errors, latency_ms: { p50, p99 } },
          records: { accepted, duplicates, rejected },
          limits: { requests: leftOf(requests), records: leftOf(records) },
        },
      }
    },
  })
}

function leftOf(taken: Taken | null): Readonly<Record<string, number>> | null {
  return taken === null ? null
    : { most: taken.most, left: taken.left, resets_in_s: Math.ceil(taken.resetMs / 1_000) }
}
