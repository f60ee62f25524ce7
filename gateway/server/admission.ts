/**
 * Letting a request in: who asks, whether they may, how often, and whose data it then is.
 *
 *   credential ─▶ principal ─▶ authorise(access, principal, whom it names) ─▶ limit ─▶ ladder ─▶ person's key
 *
 * M1  A route that takes a person names it `user_id` in its input, or by its path (/api/users/:id/…); an app
 *     `app_id`, or by its path (/api/apps/:id/…). There is no other way, so no route can forget it.
 * M2  What it does with the data of that person is asked of the ladder, unless it administers (actionOf).
 * M3  A handler is given keys of the caller's tenant in place of ids (T3).
 */
import { parsePersonId } from '../../actors/record/index.js'
import type { Taken } from '../../engine/index.js'
import type { Edge } from '../edge.js'
import { authorise } from '../identity/authorise.js'
import { nobody, type Principal } from '../identity/principal.js'
import { keyOf } from '../identity/tenant.js'
import type { Visit } from '../privacy/access-log.js'
import { allowed } from '../privacy/decisions.js'
import { actionOf, type Action } from '../privacy/ladder.js'
import { sightOf, type Sight } from '../privacy/minimisation.js'
import type { Route } from '../route.js'

/** A request that may be handled. */
interface Admitted {
  readonly input: unknown
  readonly path: Readonly<Record<string, string>>
  /** What the limits say; null where they do not count. */
  readonly taken: Taken | null
  readonly sight: Sight
  readonly reach: (key: string, action: Action) => Promise<Sight>
}

const named = /^\/api\/(users|apps)\/:(\w+)/

/** Who sent this header from that address. */
export async function principalOf(
  authorization: string, address: string, route: Route, edge: Edge,
): Promise<Principal> {
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
  if (route.access === 'open' && token === '') return nobody
  return edge.identity.authenticate(token, address)
}

/** Lets a request in, or throws what `authorise`, the limits and the ladder throw. Fills in the visit. */
export async function admit(edge: Edge, route: Route, visit: Visit, asked: {
  readonly input: unknown, readonly path: Readonly<Record<string, string>>,
}): Promise<Admitted> {
  const { principal } = visit
  const [, place, parameter = ''] = named.exec(route.path) ?? []
  const fields = route.input === null ? {} : asked.input as { user_id?: unknown, app_id?: unknown }
  const person = place === 'users' ? asked.path[parameter] : fields.user_id
  const isPerson = typeof person === 'string' && !('refusal' in parsePersonId(person))
  const key = isPerson ? keyOf(principal.tenant, person) : null
  const action = route.action ?? actionOf(route.access, route.method)
  visit.key = key
  visit.action = action ?? 'administer'
  authorise(route.access, principal, {
    person, app: place === 'apps' ? asked.path[parameter] : fields.app_id,
  })
  const taken = route.access === 'open' ? null : await edge.limiter.request(principal, key)
  const reach = (whom: string, what: Action): Promise<Sight> => reaching(edge, visit, whom, what)
  const sight = key === null || action === null ? { isNarrow: false, seesRawData: true }
    : await reach(key, action)
  const { input, path } = asked
  if (key === null) return { input, path, taken, sight, reach }
  if (place === 'users') return { input, path: { ...path, [parameter]: key }, taken, sight, reach }
  return { input: { ...fields, user_id: key }, path, taken, sight, reach }
}

async function reaching(edge: Edge, visit: Visit, key: string, action: Action): Promise<Sight> {
  const decision = await edge.decisions.decide(visit.principal, key, action)
  visit.key = key
  visit.action = action
  visit.rung = decision.rung
  return sightOf(allowed(decision, key, action), visit.principal)
}
