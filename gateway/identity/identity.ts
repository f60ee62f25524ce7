/**
 * Whose credential it is. One per gateway; HTTP and WebSocket share it.
 *
 * I1  A credential that was looked up is believed for `appCacheMs` at most, and not beyond its own end. A
 *     change at this gateway ends every belief at once, at another within `identityPollMs` (plus a read).
 * I2  Closed: when Redis does not answer within `identityMsMax`, nobody who is not believed is let in.
 * I3  Remembers at most `appsCachedMax` credentials, by their hash.
 * I4  Failed attempts are counted per address; beyond the limit nothing more is looked up for that address.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { HinataError, type Clock, type Registry } from '../../engine/index.js'
import { Deadlines } from '../deadlines.js'
import type { GatewayLimits } from '../limits.js'
import type { Attempts } from '../rate/attempts.js'
import { Apps } from './apps.js'
import { hashOf } from './keys.js'
import { operator, type Principal } from './principal.js'
import { SigningKeys } from './signing-keys.js'
import { UserTokens, type TrustedIssuer } from './user-tokens.js'
import { within } from './within.js'

/** How callers are told apart. */
export interface IdentityOptions {
  /** Whoever holds it is the operator. None: there is no operator. */
  readonly adminKey?: string
  /** Seals the keys that sign tokens. */
  readonly tokenSecret?: string
  readonly issuers?: readonly TrustedIssuer[]
}

interface Remembered {
  readonly principal: Principal
  readonly until: number
}

/** Tells who is calling. Pair `start` with `stop`. */
export class Identity {
  readonly apps: Apps
  readonly signingKeys: SigningKeys
  readonly userTokens: UserTokens
  readonly #registry: Registry
  readonly #clock: Clock
  readonly #deadlines: Deadlines
  readonly #limits: GatewayLimits
  readonly #attempts: Attempts
  readonly #operatorHash: Buffer | null
  readonly #remembered = new Map<string, Remembered>()
  readonly #stopping = new AbortController()
  #generation = ''
  #age = 0
  #onChange: () => Promise<boolean> = () => Promise.resolve(true)

  constructor(
    registry: Registry, clock: Clock, limits: GatewayLimits, attempts: Attempts, options: IdentityOptions,
  ) {
    this.#registry = registry
    this.#clock = clock
    this.#deadlines = new Deadlines(clock, limits.identityMsMax)
    this.#limits = limits
    this.#attempts = attempts
    this.#operatorHash = options.adminKey === undefined ? null : hashOf(options.adminKey)
    this.apps = new Apps(registry, clock)
    this.signingKeys = new SigningKeys(registry, clock, limits, options.tokenSecret)
    this.userTokens = new UserTokens({
      registry, clock, limits, apps: this.apps, signingKeys: this.signingKeys, issuers: options.issuers ?? [],
    })
  }

  /**
   * Who sent this from that address. Throws TOKEN_MISSING, TOKEN_UNKNOWN, TOKEN_EXPIRED, ATTEMPTS_TOO_MANY,
   * IDENTITY_UNAVAILABLE.
   */
  async authenticate(token: string, address: string): Promise<Principal> {
    if (token === '') throw new HinataError('TOKEN_MISSING')
    const name = hashOf(token)
    const believed = this.#believed(name)
    if (believed !== null) return believed
    this.#attempts.assertFree(address)
    try {
      return await this.#look(token, name)
    } catch (thrown) {
      const isFailed = thrown instanceof HinataError && thrown.code === 'TOKEN_UNKNOWN'
      if (isFailed) await this.#attempts.failed(address)
      throw thrown
    }
  }

  /**
   * Who an open connection is now; it was let in, so its address is not asked for. Throws TOKEN_UNKNOWN,
   * TOKEN_EXPIRED, IDENTITY_UNAVAILABLE.
   */
  async renewed(token: string): Promise<Principal> {
    const name = hashOf(token)
    return this.#believed(name) ?? this.#look(token, name)
  }

  /** Says that a key, an app or a token changed: no gateway believes what it knew. */
  async changed(): Promise<void> {
    this.#forget()
    await this.#registry.put('identity', 'generation', randomBytes(9).toString('base64url'))
  }

  /**
   * Looks for changes of other gateways. `onChange` looks at the open connections again and answers whether
   * it could; if not, it is called again.
   */
  start(onChange: () => Promise<boolean>): void {
    this.#onChange = onChange
    void this.#watch()
  }

  stop(): void {
    this.#stopping.abort()
  }

  #believed(hash: Buffer): Principal | null {
    if (this.#operatorHash !== null && timingSafeEqual(hash, this.#operatorHash)) return operator
    const known = this.#remembered.get(hash.toString('base64'))
    return known !== undefined && known.until > this.#clock.now() ? known.principal : null
  }

  async #look(token: string, hash: Buffer): Promise<Principal> {
    const age = this.#age
    const principal = await within(this.#deadlines, this.#find(token))
    if (principal === null) throw new HinataError('TOKEN_UNKNOWN')
    if (age === this.#age) this.#remember(hash.toString('base64'), principal)
    return principal
  }

  #find(token: string): Promise<Principal | null> {
    return token.includes('.') ? this.userTokens.find(token) : this.apps.find(token)
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping
    let isDue = false
    while (!signal.aborted) {
      try {
        const found = await this.#registry.get('identity', 'generation') as string | null ?? ''
        if (found !== this.#generation) {
          this.#generation = found
          this.#forget()
          isDue = true
        }
        if (isDue) isDue = !await this.#onChange()
      } catch {
        isDue = true // Redis is away: what is believed ends by its age (I1)
      }
      await this.#clock.wait(this.#limits.identityPollMs, signal)
    }
  }

  #forget(): void {
    this.#age += 1
    this.#remembered.clear()
    this.signingKeys.forget()
    this.userTokens.forget()
  }

  #remember(name: string, principal: Principal): void {
    this.#remembered.delete(name)
    if (this.#remembered.size >= this.#limits.appsCachedMax) {
      const [oldest] = this.#remembered.keys()
      if (oldest !== undefined) this.#remembered.delete(oldest)
    }
    const until = Math.min(principal.until, this.#clock.now() + this.#limits.appCacheMs)
    this.#remembered.set(name, { principal, until })
  }
}
