/**
 * Letting a request in: who asks, whether they may, how often, and whose data it then is.
 *
 *   credential ─▶ principal ─▶ authorise(access, principal, whom it names) ─▶ limit ─▶ person's key
 *
 * M1  A route that takes a person names it `user_id` in its input, or by its path (/api/users/:id/…); an app
 *     `app_id`, or by its path (/api/apps/:id/…). There is no other way, so no route can forget it.
 * M2  A handler is given keys of the caller's tenant in place of ids (T3).
 */
import type { Taken } from '../../engine/index.js'
import type { Edge } from '../edge.js'
import { authorise } from '../identity/authorise.js'
import { nobody, type Principal } from '../identity/principal.js'
import { keyOf } from '../identity/tenant.js'
import type { Route } from '../route.js'

/** A request that may be handled. */
interface Admitted {
  readonly input: unknown
  readonly path: Readonly<Record<string, string>>
  /** What the limits say; null where they do not count. */
  readonly taken: Taken | null
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

/** Lets a request in, or throws what `authorise` and the limits throw. */
export async function admit(edge: Edge, route: Route, principal: Principal, asked: {
  readonly input: unknown, readonly path: Readonly<Record<string, string>>,
}): Promise<Admitted> {
  const [, place, parameter = ''] = named.exec(route.path) ?? []
  const fields = route.input === null ? {} : asked.input as { user_id?: unknown, app_id?: unknown }
  const person = place === 'users' ? asked.path[parameter] : fields.user_id
  authorise(route.access, principal, {
    person, app: place === 'apps' ? asked.path[parameter] : fields.app_id,
  })
  const key = typeof person === 'string' ? keyOf(principal.tenant, person) : null
  const taken = route.access === 'open' ? null : await edge.limiter.request(principal, key)
  if (key === null) return { ...asked, taken }
  if (place === 'users') return { input: asked.input, path: { ...asked.path, [parameter]: key }, taken }
  return { input: { ...fields, user_id: key }, path: asked.path, taken }
}
