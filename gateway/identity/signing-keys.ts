/**
 * The keys that sign tokens of persons: Ed25519, made here, kept in Redis, known to every gateway.
 *
 *            rotate()                    every token of it has ended
 *   current ───────────▶ retired ─────────────────────────────────────▶ gone
 *      └───────────────────┴── revoke(): at once, with every token of it ──▶ gone
 *
 * Owns: documents of kind `signing-key`, by key id.
 * Y1  The newest key that is not retired signs. A retired one verifies, until the last token that any gateway
 *     signed with it has ended.
 * Y2  A key id that is not known is looked up: so a gateway takes the first token of a key that another one
 *     has just made. Who sends unknown keys on purpose is stopped by the limit of attempts.
 * Y3  With a secret, what signs is stored sealed (AES-256-GCM); what verifies is public anyway.
 */
import {
  createCipheriv, createDecipheriv, createPrivateKey, createPublicKey, generateKeyPairSync, hkdfSync,
  randomBytes, type KeyObject,
} from 'node:crypto'
import { HinataError, type Clock, type Registry } from '../../engine/index.js'
import type { GatewayLimits } from '../limits.js'

interface KeyDocument {
  readonly public_key: string
  readonly private_key: string
  readonly is_sealed: boolean
  readonly made_at: number
  readonly retired_at?: number
}

interface SigningKey {
  readonly kid: string
  readonly publicKey: KeyObject
  /** Null when its seal cannot be opened: then it only verifies. */
  readonly privateKey: KeyObject | null
  readonly madeAt: number
  readonly isRetired: boolean
}

/** Makes, finds and turns the signing keys. */
export class SigningKeys {
  readonly #registry: Registry
  readonly #clock: Clock
  readonly #limits: GatewayLimits
  readonly #secret: string | undefined
  #keys: readonly SigningKey[] = []
  #readAt = -Infinity
  #making: Promise<string> | null = null

  constructor(registry: Registry, clock: Clock, limits: GatewayLimits, secret: string | undefined) {
    this.#registry = registry
    this.#clock = clock
    this.#limits = limits
    this.#secret = secret
  }

  /** The key that signs now; the first one is made when it is first needed. */
  async current(): Promise<{ readonly kid: string, readonly privateKey: KeyObject }> {
    if (this.#clock.now() - this.#readAt > this.#limits.appCacheMs) await this.#load()
    const found = this.#newest()
    if (found !== null) return found
    await (this.#making ??= this.#make().finally(() => { this.#making = null }))
    const made = this.#newest()
    if (made === null) throw new HinataError('IDENTITY_UNAVAILABLE')
    return made
  }

  /** What verifies tokens of this key; null when there is no such key any longer. */
  async find(kid: string): Promise<KeyObject | null> {
    const isKnown = this.#keys.some(key => key.kid === kid)
    if (!isKnown || this.#clock.now() - this.#readAt > this.#limits.appCacheMs) await this.#load()
    return this.#keys.find(key => key.kid === kid)?.publicKey ?? null
  }

  /** Makes a new key, which signs from now on; the others verify what they have signed. Answers its id. */
  async rotate(): Promise<string> {
    const present = await this.#registry.list('signing-key') as [string, KeyDocument][]
    const kid = await this.#make()
    await this.#retire(present)
    await this.#load()
    return kid
  }

  async #make(): Promise<string> {
    await this.#load()
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const kid = randomBytes(9).toString('base64url')
    const der = privateKey.export({ format: 'der', type: 'pkcs8' })
    const document: KeyDocument = {
      public_key: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      private_key: (this.#secret === undefined ? der : seal(der, kid, this.#secret)).toString('base64'),
      is_sealed: this.#secret !== undefined,
      made_at: Math.max(this.#clock.now(), ...this.#keys.map(({ madeAt }) => madeAt + 1)),
    }
    await this.#registry.put('signing-key', kid, document)
    await this.#load()
    return kid
  }

  /** Ends every key but the newest, and with it every token that they signed. */
  async revokeRetired(): Promise<void> {
    await this.#load()
    const current = this.#newest()?.kid
    for (const { kid } of this.#keys) if (kid !== current) await this.#registry.remove('signing-key', kid)
    await this.#load()
  }

  /** Forgets what was read, so that the next look is at Redis. */
  forget(): void {
    this.#readAt = -Infinity
  }

  /** What verifies, in the form of RFC 7517. */
  async jwks(): Promise<{ readonly keys: readonly Readonly<Record<string, unknown>>[] }> {
    await this.current()
    return {
      keys: this.#keys.map(({ kid, publicKey }) =>
        ({ ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA', use: 'sig' })),
    }
  }

  /**
   * Retires keys that were there before a new one: so of rotations at once one key at least goes on. A
   * gateway that has not heard of it yet signs with a retired key for `appCacheMs` at most.
   */
  async #retire(keys: readonly [kid: string, document: KeyDocument][]): Promise<void> {
    const lifeMs = this.#limits.tokenMsMax + this.#limits.appCacheMs
    for (const [kid, document] of keys) {
      if (document.retired_at !== undefined) continue
      await this.#registry.put('signing-key', kid, { ...document, retired_at: this.#clock.now() }, lifeMs)
    }
  }

  #newest(): { readonly kid: string, readonly privateKey: KeyObject } | null {
    for (const { kid, privateKey, isRetired } of this.#keys) {
      if (privateKey !== null && !isRetired) return { kid, privateKey }
    }
    return null
  }

  async #load(): Promise<void> {
    const found = await this.#registry.list('signing-key') as [string, KeyDocument][]
    this.#keys = found.map(([kid, document]) => this.#read(kid, document))
      .sort((a, b) => b.madeAt - a.madeAt)
    this.#readAt = this.#clock.now()
  }

  #read(kid: string, document: KeyDocument): SigningKey {
    const publicKey = createPublicKey(
      { key: Buffer.from(document.public_key, 'base64'), format: 'der', type: 'spki' })
    const kept = Buffer.from(document.private_key, 'base64')
    const der = document.is_sealed ? unseal(kept, kid, this.#secret) : kept
    const privateKey = der === null ? null : createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    return {
      kid, publicKey, privateKey, madeAt: document.made_at, isRetired: document.retired_at !== undefined,
    }
  }
}

const [ivBytes, tagBytes] = [12, 16]

/** nonce · tag · sealed bytes; the key id is bound to them. */
function seal(bytes: Buffer, kid: string, secret: string): Buffer {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(secret), iv).setAAD(Buffer.from(kid))
  const sealed = Buffer.concat([cipher.update(bytes), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed])
}

function unseal(kept: Buffer, kid: string, secret: string | undefined): Buffer | null {
  if (secret === undefined) return null
  const [iv, tag] = [kept.subarray(0, ivBytes), kept.subarray(ivBytes, ivBytes + tagBytes)]
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(secret), iv, { authTagLength: tagBytes })
    .setAAD(Buffer.from(kid)).setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(kept.subarray(ivBytes + tagBytes)), decipher.final()])
  } catch {
    return null // sealed with another secret: it only verifies
  }
}

function sealingKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'hinata signing keys', 32))
}
