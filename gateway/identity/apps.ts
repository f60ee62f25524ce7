/**
 * Apps: registration, their keys, rotation and revocation.
 *
 * Owns: documents of kind `app` (by app id) and `app-key` (by the first half of the key's hash, in hex).
 * K1  A key is shown once and never stored: only its SHA-256 is, and hashes are compared in constant time.
 * K2  The key that the app's document names holds without end. Another one was rotated: it holds until its
 *     stated time, and cannot rotate again, so that a key that leaked does not outlive its end.
 * K3  A revoked app has no key: its document says so, whatever keys there are.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { HinataError, type Clock, type Registry } from '../../engine/index.js'
import type { AppRow } from '../privacy/access-store.js'
import { hashOf, indexOf, newKey } from './keys.js'
import {
  elevatedPermissions, ordinaryPermissions, type Permission, type Principal,
} from './principal.js'
import { appIdIn, tenantOfApp } from './tenant.js'

/** What an app says about itself. */
interface Registration {
  readonly app_name: string
  readonly app_version: string
  readonly developer: string
  readonly description: string
  readonly requested_permissions: readonly string[]
  readonly webhook_url?: string
}

/** What registration gives back; the key is not to be had again. */
interface Registered {
  readonly appId: string
  readonly apiKey: string
  readonly granted: readonly Permission[]
}

/** What rotation gives back; the key is not to be had again. `oldUntil` is ms UTC. */
interface Rotated {
  readonly apiKey: string
  readonly oldUntil: number
}

interface AppDocument extends Registration {
  readonly granted_permissions: readonly Permission[]
  /** The key that holds without end. Its index in `app-key` follows from it. */
  readonly key_hash: string
  readonly registered_at: number
  readonly revoked_at?: number
}

/** A key's document; keys that were never rotated may have the bare app id. */
type KeyDocument = string | { readonly app: string, readonly hash: string, readonly until: number | null }

/** Registers apps and tells whose key it is. */
export class Apps {
  readonly #registry: Registry
  readonly #clock: Clock

  constructor(registry: Registry, clock: Clock) {
    this.#registry = registry
    this.#clock = clock
  }

  /** Makes an app and its key, in the caller's tenant. Elevated permissions only if an administrator asks. */
  async register(registration: Registration, by: Principal): Promise<Registered> {
    return this.#put(registration, by.tenant, grantedOf(registration.requested_permissions, by))
  }

  /** Makes the first administrator of a tenant. */
  async registerAdministrator(tenant: string): Promise<Registered> {
    return this.#put({
      app_name: 'administrator', app_version: '1', developer: '', description: `Administers ${tenant}.`,
      requested_permissions: [],
    }, tenant, [...ordinaryPermissions, ...elevatedPermissions])
  }

  /** A new key; the app's present one holds `overlapMs` longer. Throws APP_UNKNOWN. */
  async rotate(appId: string, overlapMs: number): Promise<Rotated> {
    const document = await this.#known(appId)
    const apiKey = newKey()
    const hash = hashOf(apiKey)
    const old = Buffer.from(document.key_hash, 'hex')
    const oldUntil = this.#clock.now() + overlapMs
    // in this order: until the last line the old key is the app's, and may try again
    await this.#putKey(appId, hash, null)
    await this.#putKey(appId, old, oldUntil, overlapMs)
    await this.#registry.put('app', appId, { ...document, key_hash: hash.toString('hex') })
    return { apiKey, oldUntil }
  }

  /** Ends an app: none of its keys, and no token of a person through it, holds any longer. */
  async revoke(appId: string): Promise<void> {
    const document = await this.#known(appId)
    await this.#registry.put('app', appId, { ...document, revoked_at: this.#clock.now() })
    await this.#registry.remove('app-key', indexOf(Buffer.from(document.key_hash, 'hex')))
  }

  /** The apps of a tenant, without anything secret. */
  async list(tenant: string): Promise<Readonly<Record<string, unknown>>[]> {
    const all = await this.#registry.list('app') as [string, AppDocument][]
    return all.filter(([id]) => tenantOfApp(id) === tenant).map(([id, document]) => ({
      app_id: id, app_name: document.app_name, app_version: document.app_version,
      developer: document.developer, granted_permissions: document.granted_permissions,
      registered_at: new Date(document.registered_at).toISOString(), is_revoked: 'revoked_at' in document,
    }))
  }

  /** Whose key it is; null when it is nobody's, or holds no longer. */
  async find(key: string): Promise<Principal | null> {
    const hash = hashOf(key)
    const found = await this.#registry.get('app-key', indexOf(hash)) as KeyDocument | null
    if (found === null) return null
    const appId = typeof found === 'string' ? found : found.app
    const document = await this.#registry.get('app', appId) as AppDocument | null
    if (document === null || document.revoked_at !== undefined) return null
    const kept = typeof found === 'string' ? document.key_hash : found.hash
    if (!timingSafeEqual(Buffer.from(kept, 'hex'), hash)) return null
    if (kept === document.key_hash) return principalOf(appId, document, Infinity)
    const until = typeof found === 'string' ? null : found.until
    return until === null || until <= this.#clock.now() ? null : principalOf(appId, document, until)
  }

  /** An app as it stands now; null when it is unknown or revoked. */
  async get(appId: string): Promise<Principal | null> {
    const document = await this.#registry.get('app', appId) as AppDocument | null
    return document === null || document.revoked_at !== undefined ? null
      : principalOf(appId, document, Infinity)
  }

  /** All apps of all tenants, for the access log. `at` is now, ms UTC. */
  async rows(at: number): Promise<AppRow[]> {
    const all = await this.#registry.list('app') as [string, AppDocument][]
    return all.map(([id, document]) => rowOf(id, document, at))
  }

  /** One app for the access log; null when it is unknown. */
  async row(appId: string, at: number): Promise<AppRow | null> {
    const document = await this.#registry.get('app', appId) as AppDocument | null
    return document === null ? null : rowOf(appId, document, at)
  }

  /** Whether the tenant has, or had, an app of this id. */
  async isOf(tenant: string, appId: string): Promise<boolean> {
    return tenantOfApp(appId) === tenant && await this.#registry.get('app', appId) !== null
  }

  async #put(
    registration: Registration, tenant: string, granted: readonly Permission[],
  ): Promise<Registered> {
    const appId = appIdIn(tenant, `app_${randomBytes(9).toString('base64url')}`)
    const apiKey = newKey()
    const hash = hashOf(apiKey)
    const document: AppDocument = {
      ...registration, granted_permissions: granted, key_hash: hash.toString('hex'),
      registered_at: this.#clock.now(),
    }
    await this.#registry.put('app', appId, document)
    await this.#putKey(appId, hash, null)
    return { appId, apiKey, granted }
  }

  async #putKey(app: string, hash: Buffer, until: number | null, ttlMs?: number): Promise<void> {
    const document: KeyDocument = { app, hash: hash.toString('hex'), until }
    await this.#registry.put('app-key', indexOf(hash), document, ttlMs)
  }

  async #known(appId: string): Promise<AppDocument> {
    const document = await this.#registry.get('app', appId) as AppDocument | null
    if (document === null || document.revoked_at !== undefined) {
      throw new HinataError('APP_UNKNOWN', { app: appId.slice(0, 100) })
    }
    return document
  }
}

function rowOf(app: string, document: AppDocument, at: number): AppRow {
  return {
    at, tenant: tenantOfApp(app), app, app_name: document.app_name, app_version: document.app_version,
    developer: document.developer, granted_permissions: document.granted_permissions,
    registered_at: document.registered_at, is_revoked: document.revoked_at !== undefined,
  }
}

function principalOf(appId: string, document: AppDocument, until: number): Principal {
  const permissions = new Set(document.granted_permissions)
  return {
    tenant: tenantOfApp(appId), role: permissions.has('admin') ? 'administrator' : 'app', appId, person: null,
    isOwner: false, permissions, until,
  }
}

function grantedOf(requested: readonly string[], by: Principal): Permission[] {
  const mayElevate = by.permissions.has('admin')
  const granted = new Set<Permission>()
  for (const name of requested) {
    const ordinary = ordinaryPermissions.find(permission => permission === name)
    const elevated = elevatedPermissions.find(permission => permission === name)
    if (ordinary === undefined && elevated === undefined) {
      throw new HinataError('REQUEST_INVALID', {
        reason: `requested_permissions: ${name} is not a permission. Known: ` +
          `${[...ordinaryPermissions, ...elevatedPermissions].join(', ')}.`,
      })
    }
    if (ordinary !== undefined) granted.add(ordinary)
    if (elevated !== undefined && mayElevate) granted.add(elevated)
  }
  return [...granted]
}
