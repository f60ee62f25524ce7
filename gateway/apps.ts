/**
 * The apps that may talk to us: registration and authentication.
 *
 * Owns: documents of kind `app` (by app id) and `app-key` (by the first half of the key's hash, in hex).
 * K1  A key is shown once and never stored: only its SHA-256 is, and hashes are compared in constant time.
 * K2  A remembered key is believed for `appCacheMs`; the memory holds at most `appsCachedMax` keys.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { HinataError, type Clock, type Registry } from '../engine/index.js'
import type { GatewayLimits } from './limits.js'
import {
  administrator, elevatedPermissions, ordinaryPermissions, type Permission, type Principal
} from './principal.js'

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

interface AppDocument extends Registration {
  readonly granted_permissions: readonly Permission[]
  readonly key_hash: string
  readonly registered_at: number
}

interface Remembered {
  readonly principal: Principal
  readonly until: number
}

const keyPrefix = 'byo_'
const keyBytes = 32

/** Registers apps and tells whose key it is. */
export class Apps {
  readonly #remembered = new Map<string, Remembered>()
  readonly #registry: Registry
  readonly #clock: Clock
  readonly #limits: GatewayLimits
  readonly #adminHash: Buffer | null

  constructor(registry: Registry, clock: Clock, limits: GatewayLimits, adminKey: string | undefined) {
    this.#registry = registry
    this.#clock = clock
    this.#limits = limits
    this.#adminHash = adminKey === undefined ? null : hashOf(adminKey)
  }

  /** Makes an app and its key. Elevated permissions are granted only if an administrator asks. */
  async register(registration: Registration, by: Principal): Promise<Registered> {
    const granted = grantedOf(registration.requested_permissions, by)
    const appId = `app_${randomBytes(9).toString('base64url')}`
    const apiKey = keyPrefix + randomBytes(keyBytes).toString('base64url')
    const hash = hashOf(apiKey).toString('hex')
    const document: AppDocument =
      { ...registration, granted_permissions: granted, key_hash: hash, registered_at: this.#clock.now() }
    await this.#registry.put('app', appId, document)
    await this.#registry.put('app-key', indexOf(hash), appId)
    return { appId, apiKey, granted }
  }

  /** Whose key it is. Throws TOKEN_MISSING, TOKEN_UNKNOWN. */
  async authenticate(token: string): Promise<Principal> {
    if (token === '') throw new HinataError('TOKEN_MISSING')
    const hash = hashOf(token)
    if (this.#adminHash !== null && timingSafeEqual(hash, this.#adminHash)) return administrator
    const name = hash.toString('hex')
    const known = this.#remembered.get(name)
    if (known !== undefined && known.until > this.#clock.now()) return known.principal
    this.#remembered.delete(name)
    const principal = await this.#find(hash)
    if (principal === null) throw new HinataError('TOKEN_UNKNOWN')
    this.#remember(name, principal)
    return principal
  }

  async #find(hash: Buffer): Promise<Principal | null> {
    const appId = await this.#registry.get('app-key', indexOf(hash.toString('hex'))) as string | null
    if (appId === null) return null
    const document = await this.#registry.get('app', appId) as AppDocument | null
    if (document === null || !timingSafeEqual(Buffer.from(document.key_hash, 'hex'), hash)) return null
    return { appId, permissions: new Set(document.granted_permissions) }
  }

  #remember(name: string, principal: Principal): void {
    if (this.#remembered.size >= this.#limits.appsCachedMax) {
      const [oldest] = this.#remembered.keys()
      if (oldest !== undefined) this.#remembered.delete(oldest)
    }
    this.#remembered.set(name, { principal, until: this.#clock.now() + this.#limits.appCacheMs })
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

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

function indexOf(hexHash: string): string {
  return hexHash.slice(0, 32)
}
