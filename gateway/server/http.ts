/**
 * The HTTP edge: serves the route table over uWebSockets.
 *
 *   request ─▶ route? ─▶ body (bounded) ─▶ whose key? ─▶ fits? ─▶ may they, how often? ─▶ handler ─▶ answer
 *                 └────────────┴───────────────┴───────────┴───────────────┴──────────────┴─▶ error
 *
 * X1  Every request is answered exactly once, or its app went away.
 * X2  An error has the form {error: {code, message, details?, request_id}}; its status follows from the
 *     table's kind.
 * X3  Without a CORS configuration no cross-origin header is ever sent.
 * X4  Every answer carries the request's id and the headers of `safetyHeaders`.
 */
import { randomUUID } from 'node:crypto'
import type uws from 'uWebSockets.js'
import { HinataError, type ErrorKind } from '../../engine/index.js'
import { Deadlines } from '../deadlines.js'
import type { Edge } from '../edge.js'
import { publicErrorOf } from '../failure.js'
import { newVisit, type Visit } from '../privacy/access-log.js'
import { limitHeaders, RateLimited } from '../rate/limiter.js'
import { hasBody, type Answer, type Route } from '../route.js'
import { checkerOf, type Checker, type Schema } from '../schema/check.js'
import { addressOf } from './address.js'
import { admit, principalOf } from './admission.js'
import { Body, parseJson } from './body.js'
import { corsHeaders, type Cors } from './cors.js'
import type { App } from './listen.js'
import { Presence, sendStream, sendText, type Reply } from './reply.js'
import { safetyHeaders } from './safety-headers.js'

interface Watches {
  readonly requests: Deadlines
  readonly bodies: Deadlines
}

/** What is read of a request while uWebSockets still has it. */
interface Arrived {
  readonly route: Route | null
  readonly method: string
  readonly url: string
  readonly path: Readonly<Record<string, string>>
  readonly query: string
  readonly authorization: string
  readonly address: string
  readonly contentType: string
  readonly contentLength: string
  readonly requestId: string
  /** Whose data it turns out to be about, for the access log. */
  readonly visit: Visit
}

const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 400, unauthenticated: 401, forbidden: 403, missing: 404, conflict: 409, too_large: 413,
  unsupported: 415, limited: 429, unavailable: 503, setup: 500, usage: 500, internal: 500,
}

const requestIdPattern = /^[\w.-]{1,64}$/

/** Serves the routes; everything else is ROUTE_UNKNOWN. */
export function serveRoutes(app: App, routes: readonly Route[], edge: Edge, cors: Cors | null): void {
  const watches: Watches = { requests: new Deadlines(edge.clock, edge.limits.requestMsMax),
    bodies: new Deadlines(edge.clock, edge.limits.bodyWindowMs) }
  for (const route of routes) {
    const checker = route.input === null ? null : checkerOf(route.input)
    app[route.method === 'delete' ? 'del' : route.method](route.path, (response, request) => {
      const arrived = arrivedOf(response, request, route, edge)
      const reply = replyOf(response, request, edge, cors, arrived.requestId)
      void serve(response, arrived, reply, edge, checker, watches)
    })
  }
  if (cors !== null) {
    app.options('/*', (response, request) => {
      const { requestId } = arrivedOf(response, request, null, edge)
      void sendText(replyOf(response, request, edge, cors, requestId), 204, 'text/plain', '')
    })
  }
  app.any('/*', (response, request) => {
    const arrived = arrivedOf(response, request, null, edge)
    const reply = replyOf(response, request, edge, cors, arrived.requestId)
    void serve(response, arrived, reply, edge, null, watches)
  })
}

async function serve(response: uws.HttpResponse, arrived: Arrived, reply: Reply, edge: Edge,
  checker: Checker<Schema> | null, watches: Watches): Promise<void> {
  const startedAt = performance.now()
  const body = new Body(edge.intake, edge.limits, watches.bodies)
  let status: number
  let code: string | null = null
  try {
    const done = await watches.requests.within(answer(response, arrived, reply, edge, checker, body),
      () => new HinataError('UPSTREAM_UNAVAILABLE'))
    status = done.status ?? 200
    if ('stream' in done) await sendStream(reply, status, done.type, done.stream)
    else if ('json' in done) await sendText(reply, status, 'application/json', JSON.stringify(done.json))
    else await sendText(reply, status, done.type, done.text)
  } catch (thrown) {
    ({ status, code } = await sendError(reply, thrown, edge, arrived.requestId))
  } finally {
    body.release()
  }
  const { route, method, visit, address, requestId } = arrived
  const tookMs = performance.now() - startedAt
  edge.metrics.countRequest(route?.path ?? 'unknown', status, tookMs)
  if (visit.principal.appId !== '') edge.usage.countRequest(visit.principal.appId, { tookMs, code })
  const what = route === null ? 'unknown' : `${method.toUpperCase()} ${route.path}`
  edge.accessLog.request(visit, {
    what, purpose: route?.access ?? '', address, requestId, status, tookMs: Math.round(tookMs),
  })
}

async function answer(response: uws.HttpResponse, arrived: Arrived, reply: Reply, edge: Edge,
  checker: Checker<Schema> | null, body: Body): Promise<Answer> {
  const { route, requestId, path } = arrived
  if (route === null) {
    throw new HinataError(
      'ROUTE_UNKNOWN', { method: arrived.method.toUpperCase(), path: arrived.url.slice(0, 200) }
    )
  }
  const reading = hasBody(route) ? body.read(response, arrived.contentLength) : null
  const [bytes, principal] = await Promise.all(
    [reading, principalOf(arrived.authorization, arrived.address, route, edge)])
  if (edge.isDraining() && route.access !== 'open') throw new HinataError('STOPPING')
  const foreign = bytes === null ? queryOf(arrived.query) : parseJson(bytes, arrived.contentType)
  const input = checker === null ? null : checker.parse(foreign)
  arrived.visit.principal = principal
  const { taken, ...admitted } = await admit(edge, route, arrived.visit, { input, path })
  if (taken !== null) reply.headers.push(...limitHeaders(taken))
  const { address } = arrived
  return route.handle({ ...admitted, principal, requestId, address })
}

async function sendError(
  reply: Reply, thrown: unknown, edge: Edge, requestId: string,
): Promise<{ readonly status: number, readonly code: string }> {
  const { code, kind, message, details } = publicErrorOf(thrown, edge, `request ${requestId}`)
  const refused = { status: statusOfKind[kind], code }
  if (reply.presence.isGone) return refused
  const hasDetails = Object.keys(details).length > 0
  const body = { error: { code, message, ...(hasDetails ? { details } : {}), request_id: requestId } }
  const isBusy = kind === 'limited' || kind === 'unavailable'
  const seconds = details.seconds ?? Math.ceil(edge.limits.retryAfterMs / 1_000)
  const retryAfter = isBusy ? [['Retry-After', String(seconds)] as const] : []
  if (thrown instanceof RateLimited) reply.headers.push(...limitHeaders(thrown.taken))
  const isUnread = kind === 'too_large' || code === 'BODY_SLOW'
  await sendText(reply, statusOfKind[kind], 'application/json', JSON.stringify(body), retryAfter, isUnread)
  return refused
}

function arrivedOf(
  response: uws.HttpResponse, request: uws.HttpRequest, route: Route | null, edge: Edge,
): Arrived {
  const names = route === null ? [] : [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '')
  const givenId = request.getHeader('x-request-id')
  return {
    route,
    method: request.getMethod(),
    url: request.getUrl(),
    path: Object.fromEntries(names.map((name, i) => [name, decoded(request.getParameter(i))])),
    query: request.getQuery(),
    authorization: request.getHeader('authorization'),
    address: addressOf(response, request, edge.trustedProxies),
    contentType: request.getHeader('content-type'),
    contentLength: request.getHeader('content-length'),
    requestId: requestIdPattern.test(givenId) ? givenId : randomUUID(),
    visit: newVisit(),
  }
}

function replyOf(response: uws.HttpResponse, request: uws.HttpRequest, edge: Edge, cors: Cors | null,
  requestId: string): Reply {
  return {
    response,
    presence: new Presence(response),
    headers: [
      ...safetyHeaders(edge.isEncrypted), ['X-Request-Id', requestId],
      ...corsHeaders(cors, request.getHeader('origin')),
    ],
    acceptEncoding: request.getHeader('accept-encoding'),
    compressBytesMin: edge.limits.compressBytesMin,
  }
}

function queryOf(query: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(query))
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // not percent-encoded: the text as it stands
  }
}
