/**
 * Tokens of persons: JWTs of our own, and those of an issuer that a tenant trusts.
 *
 * U1  A token of ours never may more than its app may at the moment of the check: its permissions are not in
 *     it, and an app that is revoked takes its tokens along.
 *     An ordinary app speaks for nobody: its tokens are judged as the app (privacy/ladder.ts, D2).
 * U2  `revoke` ends every token of a person that was made up to that instant.
 * U3  A token names its tenant by its app (ours) or by the configuration of its issuer; no claim changes it.
 */
import { createPublicKey, randomBytes, type KeyObject } from 'node:crypto'
import { parsePersonId } from '../../actors/record/index.js'
import { HinataError, type Clock, type Registry } from '../../engine/index.js'
import type { GatewayLimits } from '../limits.js'
import type { Apps } from './apps.js'
import { readJwt, signJwt, VerifiedTokens, type Jwt } from './jwt.js'
import { operator, personPermissions, type Principal } from './principal.js'
import type { SigningKeys } from './signing-keys.js'
import { appIdIn, defaultTenant, keyOf } from './tenant.js'

/** Somebody else who vouches for the persons of a tenant. `keys` are those of its JWKS. */
export interface TrustedIssuer {
  readonly issuer: string
  readonly audience: string
  /** Default: the default tenant. */
  readonly tenant?: string
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

interface ForeignKeys {
  readonly trusted: TrustedIssuer
  readonly keys: ReadonlyMap<string, KeyObject>
}

interface Times {
  readonly iat: number
  readonly exp: number
}

const ourIssuer = 'hinata'

/** Makes and checks tokens of persons. */
export class UserTokens {
  readonly #registry: Registry
  readonly #clock: Clock
  readonly #limits: GatewayLimits
  readonly #apps: Apps
  readonly #signingKeys: SigningKeys
  readonly #foreign: readonly ForeignKeys[]
  readonly #verified: VerifiedTokens

  constructor(parts: {
    readonly registry: Registry, readonly clock: Clock, readonly limits: GatewayLimits, readonly apps: Apps,
    readonly signingKeys: SigningKeys, readonly issuers: readonly TrustedIssuer[],
  }) {
    this.#registry = parts.registry
    this.#clock = parts.clock
    this.#limits = parts.limits
    this.#apps = parts.apps
    this.#signingKeys = parts.signingKeys
    this.#verified = new VerifiedTokens(parts.limits.tokensVerifiedMax)
    this.#foreign = parts.issuers.map(trusted => ({ trusted, keys: importedKeys(trusted) }))
  }

  /** A token for a person, in the name of an app. */
  async issue(person: string, by: Principal, expiresInS: number): Promise<string> {
    const { kid, privateKey } = await this.#signingKeys.current()
    const iat = this.#clock.now() / 1_000 // with its fraction, so that U2 is exact
    return signJwt({
      iss: ourIssuer, sub: person, app: by.appId, iat, exp: iat + expiresInS,
      jti: randomBytes(9).toString('base64url'),
    }, kid, privateKey)
  }

  /** Ends all tokens of a person so far. */
  async revoke(tenant: string, person: string): Promise<void> {
    const floor = this.#clock.now() / 1_000
    await this.#registry.put('token-floor', keyOf(tenant, person), floor, this.#limits.tokenMsMax)
  }

  /** Verifies every token anew, remembering nothing of before. */
  forget(): void {
    this.#verified.forget()
  }

  /** Whose token it is; null when it is nobody's, or holds no longer. Throws TOKEN_EXPIRED. */
  async find(token: string): Promise<Principal | null> {
    const jwt = readJwt(token)
    if (jwt === null) return null
    return jwt.claims.iss === ourIssuer ? this.#findOurs(jwt) : this.#findForeign(jwt)
  }

  #isSigned(jwt: Jwt, kid: string, key: KeyObject): Promise<boolean> {
    return this.#verified.isSigned(jwt, kid, key, this.#clock.now())
  }

  async #findOurs(jwt: Jwt): Promise<Principal | null> {
    const { claims, header: { kid } } = jwt
    const key = typeof kid === 'string' ? await this.#signingKeys.find(kid) : null
    if (key === null || !await this.#isSigned(jwt, String(kid), key)) return null
    const { sub, app } = claims
    if (!isPerson(sub) || typeof app !== 'string') return null
    const times = this.#timesOf(claims)
    const principal = app === operator.appId ? operator : await this.#apps.get(app)
    if (principal === null || times === null) return null
    if (await this.#isRevoked(keyOf(principal.tenant, sub), times)) return null
    return {
      tenant: principal.tenant, role: 'person', appId: app, person: sub, until: times.exp * 1_000,
      isOwner: principal.role !== 'app',
      permissions: new Set(personPermissions.filter(permission => principal.permissions.has(permission))),
    }
  }

  async #findForeign(jwt: Jwt): Promise<Principal | null> {
    const { claims, header: { kid } } = jwt
    const found = this.#foreign.find(({ trusted }) => trusted.issuer === claims.iss)
    if (found === undefined || typeof kid !== 'string') return null
    const key = found.keys.get(kid)
    const name = `${found.trusted.issuer} ${kid}`
    if (key === undefined || !await this.#isSigned(jwt, name, key)) return null
    const { trusted: { audience, tenant = defaultTenant } } = found
    const audiences: unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
    const times = this.#timesOf(claims)
    const { sub } = claims
    if (!audiences.includes(audience) || !isPerson(sub) || times === null) return null
    if (await this.#isRevoked(keyOf(tenant, sub), times)) return null
    return {
      tenant, role: 'person', appId: appIdIn(tenant, 'issuer'), person: sub, until: times.exp * 1_000,
      isOwner: true,
      permissions: new Set(personPermissions),
    }
  }

  async #isRevoked(key: string, { iat }: Times): Promise<boolean> {
    const floor = await this.#registry.get('token-floor', key) as number | null
    return floor !== null && iat <= floor
  }

  /** Null when they make no sense: not yet valid, or longer than any token of ours may live. */
  #timesOf({ iat, exp, nbf = 0 }: Readonly<Record<string, unknown>>): Times | null {
    const now = this.#clock.now() / 1_000
    const skew = this.#limits.tokenSkewMs / 1_000
    if (typeof iat !== 'number' || typeof exp !== 'number' || typeof nbf !== 'number') return null
    if (iat > now + skew || nbf > now + skew || exp - iat > this.#limits.tokenMsMax / 1_000) return null
    if (exp <= now) throw new HinataError('TOKEN_EXPIRED')
    return { iat, exp }
  }
}

function isPerson(sub: unknown): sub is string {
  return !('refusal' in parsePersonId(sub))
}

function importedKeys({ issuer, keys }: TrustedIssuer): Map<string, KeyObject> {
  try {
    return new Map(keys.map(jwk => [String(jwk.kid), createPublicKey({ key: jwk, format: 'jwk' })]))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const reason = `the keys of ${issuer} cannot be read: ${why}`
    throw new HinataError('CONFIG_INVALID', { path: 'gateway.jwks', reason }, { cause })
  }
}
