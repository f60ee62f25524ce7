/**
 * Reading what is known about a person: committed state, straight from Redis; it works while no node owns the
 * person.
 */
import { person } from '../actors/person/person.js'
import { readPsp, requestOf, type Psp, type PspCells, type Request, type Scope } from '../actors/psp/index.js'
import { HinataError } from '../engine/index.js'
import type { Edge } from './edge.js'
import type { Principal } from './identity/principal.js'
import { personOf } from './identity/tenant.js'
import { assertPerson } from './submission.js'

/** What a PSP is made of: the other half of a person's state, the window of recent records, stays packed. */
const pspCells = ['profile', 'components', 'buffer', 'topics', 'habits', 'clusters'] as const

/** The cells of a person. Throws USER_ID_INVALID, PERSON_UNKNOWN. */
export async function cellsOf(edge: Edge, personId: string): Promise<PspCells> {
  assertPerson(personId)
  const cells = await edge.client.state(person, personId, pspCells)
  if (cells === null) throw new HinataError('PERSON_UNKNOWN', { person: personOf(personId) })
  return cells
}

/** The PSP of a person as an app sees it now. */
export async function pspNow(edge: Edge, personId: string, principal: Principal): Promise<Psp> {
  return readPsp(
    await cellsOf(edge, personId), { now: edge.clock.now(), scope: scopeOf('app', undefined, principal) }
  )
}

/**
 * Reads a request for a person. It is embedded as the person's components are: one with `use-lite`, if any
 * component has what it means. Throws EMBEDDER_MISSING, OVERLOADED.
 */
export async function requestFor({ embedder }: Edge, { components }: Psp, text: string): Promise<Request> {
  const isMeant = components.some(({ meaning }) => meaning !== undefined)
  return requestOf(text, isMeant ? await embedder.embed(text) : undefined)
}

/** The scope that a request asks for; whether it may name the app was decided when it was let in. */
export function scopeOf(scope: 'account' | 'app', appId: string | undefined, principal: Principal): Scope {
  return scope === 'account' ? { scope } : { scope, app: appId ?? principal.appId }
}
