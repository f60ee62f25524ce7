/**
 * JSON Web Tokens, compact and signed (RFC 7519, RFC 7515), by jose; which key may verify which token, and
 * for how long that is remembered, is decided here.
 *
 * J1  The algorithm follows from the key, never from the token; a token that names another is not signed.
 * J2  Reading and verifying never throw: what is not a token is null, what is not signed is false.
 * J3  A signature that was verified is remembered until its token ends, for `tokensVerifiedMax` tokens at
 *     most, by hash and key; `forget` ends that. It says nothing of whom the token is believed to be: who
 *     asks looks at that anew.
 */
import { hash, type KeyObject } from 'node:crypto'
import { compactVerify, decodeJwt, decodeProtectedHeader, errors, SignJWT } from 'jose'

/** A token, read but not believed. */
export interface Jwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  readonly token: string
}

type Algorithm = 'EdDSA' | 'ES256' | 'RS256'

/** Characters of the largest token that is looked at. */
const tokenCharsMax = 4_096

const form = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/

/** Signs claims. The header names the key. Throws a TypeError for a key of a kind that signs no tokens. */
export function signJwt(
  claims: Readonly<Record<string, unknown>>, kid: string, key: KeyObject,
): Promise<string> {
  const alg = algorithmOf(key)
  if (alg === null) throw new TypeError(`a key of kind ${key.asymmetricKeyType} signs no tokens`)
  return new SignJWT({ ...claims }).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(key)
}

/** Reads a token; null when it is none. */
export function readJwt(token: string): Jwt | null {
  if (token.length > tokenCharsMax || !form.test(token)) return null
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token), token }
  } catch {
    return null // not JSON, so not a token (J2)
  }
}

/** Whether the token was signed with this public key. */
export async function isSignedWith({ token, header }: Jwt, key: KeyObject): Promise<boolean> {
  const algorithm = algorithmOf(key)
  if (algorithm === null || header.alg !== algorithm) return false
  try {
    await compactVerify(token, key, { algorithms: [algorithm] })
    return true
  } catch (thrown) {
    if (thrown instanceof errors.JOSEError || thrown instanceof TypeError) return false
    throw thrown
  }
}

/** Remembers which tokens were verified (J3). */
export class VerifiedTokens {
  readonly #max: number
  readonly #endOf = new Map<string, number>()

  constructor(max: number) {
    this.#max = max
  }

  /** Whether the token was signed with the key of that name; `now` is ms UTC. */
  async isSigned(jwt: Jwt, kid: string, key: KeyObject, now: number): Promise<boolean> {
    const name = hash('sha256', `${kid} ${jwt.token}`, 'base64')
    const end = this.#endOf.get(name)
    if (end !== undefined && now < end) return true
    this.#endOf.delete(name)
    if (!await isSignedWith(jwt, key)) return false
    if (typeof jwt.claims.exp === 'number') this.#remember(name, jwt.claims.exp * 1_000)
    return true
  }

  /** How many are remembered. */
  get size(): number {
    return this.#endOf.size
  }

  /** Verifies every token anew: a key was turned or revoked. */
  forget(): void {
    this.#endOf.clear()
  }

  #remember(name: string, end: number): void {
    if (this.#endOf.size >= this.#max) {
      const [oldest] = this.#endOf.keys()
      if (oldest !== undefined) this.#endOf.delete(oldest)
    }
    this.#endOf.set(name, end)
  }
}

function algorithmOf(key: KeyObject): Algorithm | null {
  switch (key.asymmetricKeyType) {
    case 'ed25519': return 'EdDSA'
    case 'ec': return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ES256' : null
    case 'rsa': return (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048 ? 'RS256' : null
    default: return null
  }
}
