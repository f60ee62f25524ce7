/**
 * Reading what is known about a person: committed state, straight from Redis; it works while no node owns the
 * person.
 */
import { person } from '../actors/person/person.js'
import { readPsp, type Psp, type PspCells, type Scope } from '../actors/psp/index.js'
import { HinataError } from '../engine/index.js'
import type { Edge } from './edge.js'
import { requireApp, type Principal } from './principal.js'
import { assertPerson } from './submission.js'

/** The cells of a person. Throws USER_ID_INVALID, PERSON_UNKNOWN. */
export async function cellsOf(edge: Edge, personId: string): Promise<PspCells> {
  assertPerson(personId)
  const cells = await edge.client.state(person, personId)
  if (cells === null) throw new HinataError('PERSON_UNKNOWN', { person: personId })
  return cells
}

/** The PSP of a person as an app sees it now. */
export async function pspNow(edge: Edge, personId: string, principal: Principal): Promise<Psp> {
  return readPsp(
    await cellsOf(edge, personId), { now: edge.clock.now(), scope: scopeOf('app', undefined, principal) }
  )
}

/** The scope that a request asks for. Throws APP_MISMATCH when it names another app. */
export function scopeOf(scope: 'account' | 'app', appId: string | undefined, principal: Principal): Scope {
  requireApp(principal, appId)
  return scope === 'account' ? { scope } : { scope, app: appId ?? principal.appId }
}
