/**
 * Who may do what: one function, two tables. HTTP routes and WebSocket frames name an access; nothing else in
 * the gateway decides. docs/PERMISSIONS.md is written from these tables, and tests try every cell.
 *
 * P1  A role that its table names with `no` is refused, and so is one that is named with a condition which
 *     does not hold: default deny.
 * P2  Nobody reaches a person or an app of another tenant; a person reaches only themself, and names
 *     themself.
 */
import { HinataError } from '../../engine/index.js'
import { parsePersonId } from '../../actors/record/index.js'
import { tenantOfApp } from './tenant.js'
import type { Permission, Principal, Role } from './principal.js'

/** What is needed: nothing, any credential, an app, being the person, the operator, or a permission. */
export type Access = Permission | 'open' | 'known' | 'app' | 'owner' | 'operator'

/** `granted`: if the caller was granted the permission. `owner`: if they are who they say (`isOwner`). */
type Verdict = 'yes' | 'granted' | 'owner' | 'no'

/** Accesses that are no permission. */
type Sort = 'open' | 'known' | 'app' | 'owner' | 'operator'

/** Which roles an access lets in. */
const rolesTable: Readonly<Record<Sort | 'permission',
  Readonly<Record<Role, Verdict>>>> = {
  open: { nobody: 'yes', person: 'yes', app: 'yes', administrator: 'yes', operator: 'yes' },
  known: { nobody: 'no', person: 'yes', app: 'yes', administrator: 'yes', operator: 'yes' },
  app: { nobody: 'no', person: 'no', app: 'yes', administrator: 'yes', operator: 'yes' },
  owner: { nobody: 'no', person: 'owner', app: 'no', administrator: 'yes', operator: 'yes' },
  permission: {
    nobody: 'no', person: 'granted', app: 'granted', administrator: 'granted', operator: 'granted',
  },
  operator: { nobody: 'no', person: 'no', app: 'no', administrator: 'no', operator: 'yes' },
}

/** Whom a role may name: nothing, itself, or all of its tenant. */
const reachTable: Readonly<Record<Role, Readonly<Record<'persons' | 'apps', 'none' | 'own' | 'tenant'>>>> = {
  nobody: { persons: 'none', apps: 'none' },
  person: { persons: 'own', apps: 'own' },
  app: { persons: 'tenant', apps: 'own' },
  administrator: { persons: 'tenant', apps: 'tenant' },
  operator: { persons: 'tenant', apps: 'tenant' },
}

/** What the frames of a WebSocket need. A subscription counts by its topic. */
export const frameAccess = {
  submit: 'hinata_submit', 'subscribe psp': 'psp_read', 'subscribe records': 'hinata_query',
  'subscribe dead': 'hinata_submit', 'subscribe stats': 'known',
} as const satisfies Readonly<Record<string, Access>>

/** Whom a request names, as it came; undefined: nobody. */
interface Target {
  readonly person?: unknown
  readonly app?: unknown
}

/**
 * Returns if this caller may do this to that person or app. Throws TOKEN_MISSING, PERMISSION_MISSING,
 * ROLE_FORBIDDEN, USER_ID_INVALID, PERSON_MISMATCH, APP_MISMATCH.
 */
export function authorise(access: Access, principal: Principal, target: Target): void {
  const { role, permissions } = principal
  const verdict = verdictOf(access, role)
  if (verdict === 'no') {
    if (role === 'nobody') throw new HinataError('TOKEN_MISSING')
    throw new HinataError('ROLE_FORBIDDEN', { expected: expectedOf(access), found: role })
  }
  if (verdict === 'owner' && !principal.isOwner) {
    const found = 'a token that an app made'
    throw new HinataError('ROLE_FORBIDDEN', { expected: expectedOf(access), found })
  }
  if (verdict === 'granted' && !permissions.has(access as Permission)) {
    throw new HinataError('PERMISSION_MISSING', { permission: access })
  }
  if (target.person !== undefined) assertReachesPerson(principal, target.person)
  if (target.app !== undefined) assertReachesApp(principal, String(target.app))
}

/** Whether an access lets a role in. */
function verdictOf(access: Access, role: Role): Verdict {
  return rolesTable[isSort(access) ? access : 'permission'][role]
}

function isSort(access: Access): access is Sort {
  return access === 'open' || access === 'known' || access === 'app' || access === 'owner'
    || access === 'operator'
}

function assertReachesPerson({ role, person }: Principal, named: unknown): void {
  if ('refusal' in parsePersonId(named)) throw new HinataError('USER_ID_INVALID')
  const { persons } = reachTable[role]
  // the tenant needs no check: the engine is asked for the person of the caller's tenant (T3)
  if (persons === 'tenant' || (persons === 'own' && named === person)) return
  throw new HinataError('PERSON_MISMATCH')
}

function assertReachesApp({ role, appId, tenant }: Principal, named: string): void {
  const { apps } = reachTable[role]
  if (apps === 'own' && named === appId) return
  if (apps === 'tenant' && (named === appId || tenantOfApp(named) === tenant)) return
  throw new HinataError('APP_MISMATCH', { found: named.slice(0, 100) })
}

function expectedOf(access: Access): string {
  switch (access) {
    case 'operator': return 'the operator\'s key'
    case 'owner': return 'the person, by a token that an administrator or the tenant\'s issuer made'
    case 'app': return 'an app\'s key'
    default: return 'a credential'
  }
}
