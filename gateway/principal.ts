/**
 * Who is calling: an app with its permissions. SPEC section 7.
 */
import { HinataError } from '../engine/index.js'

/** Granted on request. */
export const ordinaryPermissions =
  ['hinata_submit', 'hinata_query', 'psp_read', 'psp_context', 'enhancement_access'] as const

/** Granted only when an administrator registers the app. */
export const elevatedPermissions = ['user_data_read', 'storage_access', 'admin'] as const

/** What an app may do. */
export type Permission = typeof ordinaryPermissions[number] | typeof elevatedPermissions[number]

/** Who is calling. */
export interface Principal {
  readonly appId: string
  readonly permissions: ReadonlySet<Permission>
}

/** The administrator: every permission. */
export const administrator: Principal = {
  appId: 'administrator',
  permissions: new Set([...ordinaryPermissions, ...elevatedPermissions]),
}

/** Nobody: what open routes see when no key was sent. */
export const nobody: Principal = { appId: '', permissions: new Set() }

/** Throws PERMISSION_MISSING unless the principal has the permission. */
export function requirePermission(principal: Principal, permission: Permission): void {
  if (!principal.permissions.has(permission)) throw new HinataError('PERMISSION_MISSING', { permission })
}

/**
 * Throws APP_MISMATCH when a request names another app than its key belongs to; administrators may name any.
 */
export function requireApp(principal: Principal, appId: string | undefined): void {
  if (appId === undefined || appId === principal.appId || principal.permissions.has('admin')) return
  throw new HinataError('APP_MISMATCH', { found: appId })
}
