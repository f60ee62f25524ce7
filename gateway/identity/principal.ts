/**
 * Who is calling: the one thing that the edge knows about a caller once it is let in. Everything that
 * decides, scopes, limits or counts takes it from here. SPEC section 7.
 *
 *   operator        has the configured key; makes tenants, turns signing keys, administers the default tenant
 *   administrator   an app of a tenant with the permission `admin`
 *   app             an app with what it was granted
 *   person          one person, through an app or the tenant's own issuer; never more than that app may
 *   nobody          no credential was sent
 */
import { defaultTenant } from './tenant.js'

/** Granted on request. */
export const ordinaryPermissions =
  ['hinata_submit', 'hinata_query', 'psp_read', 'psp_context', 'enhancement_access'] as const

/** Granted only when an administrator registers the app. */
export const elevatedPermissions = ['user_data_read', 'storage_access', 'admin'] as const

/** What an app may do. */
export type Permission = typeof ordinaryPermissions[number] | typeof elevatedPermissions[number]

/** What a person's token can carry: about one's own data everything, about others nothing. */
export const personPermissions: readonly Permission[] =
  [...ordinaryPermissions, 'user_data_read', 'storage_access']

/** What sort of caller. */
export type Role = 'nobody' | 'person' | 'app' | 'administrator' | 'operator'

/** Who is calling. */
export interface Principal {
  readonly tenant: string
  readonly role: Role
  /** The app, also that of a person's token; it carries its tenant. '' for nobody. */
  readonly appId: string
  /** Whose token it is, as apps name the person; null for everyone but persons. */
  readonly person: string | null
  /** A person's token by an administrator or by the tenant's issuer: an app could not have made it. */
  readonly isOwner: boolean
  readonly permissions: ReadonlySet<Permission>
  /** The credential holds until then, ms UTC. */
  readonly until: number
}

/** Whoever holds the configured key: every permission, in the default tenant. */
export const operator: Principal = {
  tenant: defaultTenant, role: 'operator', appId: 'administrator', person: null, isOwner: false,
  until: Infinity,
  permissions: new Set([...ordinaryPermissions, ...elevatedPermissions]),
}

/** Nobody: what open routes see when no key was sent. */
export const nobody: Principal = {
  tenant: defaultTenant, role: 'nobody', appId: '', person: null, isOwner: false, permissions: new Set(),
  until: Infinity,
}
