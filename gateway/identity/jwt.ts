/**
 * JSON Web Tokens, compact and signed (RFC 7519, RFC 7515), with Node's own cryptography. Pure.
 *
 *   base64url(header) . base64url(claims) . base64url(signature over the two before)
 *
 * J1  The algorithm follows from the key, never from the token; a token that names another is not signed.
 * J2  Reading never throws: what is not a token is null.
 */
import { sign, verify, type KeyObject } from 'node:crypto'

/** A token, read but not believed. */
export interface Jwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  readonly signed: string
  readonly signature: Buffer
}

type Algorithm = 'EdDSA' | 'ES256' | 'RS256'

/** Characters of the largest token that is looked at. */
const tokenCharsMax = 4_096

const form = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/

/** Signs claims. The header names the key. */
export function signJwt(claims: Readonly<Record<string, unknown>>, kid: string, key: KeyObject): string {
  const signed = `${partOf({ alg: algorithmOf(key), kid, typ: 'JWT' })}.${partOf(claims)}`
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`
}

/** Reads a token; null when it is none. */
export function readJwt(token: string): Jwt | null {
  if (token.length > tokenCharsMax) return null
  const [, head = '', body = '', signature = ''] = form.exec(token) ?? []
  const [header, claims] = [objectOf(head), objectOf(body)]
  if (header === null || claims === null) return null
  return { header, claims, signed: `${head}.${body}`, signature: Buffer.from(signature, 'base64url') }
}

/** Whether the token was signed with this public key. */
export function isSignedWith(jwt: Jwt, key: KeyObject): boolean {
  const algorithm = algorithmOf(key)
  if (algorithm === null || jwt.header.alg !== algorithm || jwt.header.crit !== undefined) return false
  const bytes = Buffer.from(jwt.signed)
  switch (algorithm) {
    case 'EdDSA': return verify(null, bytes, key, jwt.signature)
    case 'ES256': return verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, jwt.signature)
    case 'RS256': return verify('sha256', bytes, key, jwt.signature)
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

function partOf(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function objectOf(part: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? value as Readonly<Record<string, unknown>> : null
  } catch {
    return null // not JSON, so not a token (J2)
  }
}
