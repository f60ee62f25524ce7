/** The file of other issuers of tokens: a list of {issuer, audience, tenant?, keys}; keys as in a JWKS. */
import { readFileSync } from 'node:fs'
import { HinataError } from '../../engine/errors/index.js'
import type { TrustedIssuer } from '../../gateway/index.js'

const tenantPattern = /^[a-z][a-z0-9-]{0,39}$/

/** Reads the file. Throws CONFIG_INVALID. */
export function readIssuers(file: string): TrustedIssuer[] {
  let list: unknown
  try {
    list = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw invalid(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  if (!Array.isArray(list) || !list.every(isIssuer)) {
    throw invalid(`${file} must hold a list of {issuer, audience, tenant, keys}; tenant may be left out.`)
  }
  return list
}

function isIssuer(value: unknown): value is TrustedIssuer {
  if (typeof value !== 'object' || value === null) return false
  const { issuer, audience, tenant, keys } = value as Readonly<Record<string, unknown>>
  const isNamed = typeof issuer === 'string' && typeof audience === 'string'
  const isPlaced = tenant === undefined || (typeof tenant === 'string' && tenantPattern.test(tenant))
  const haveKeys = Array.isArray(keys) && keys.every(key => typeof key === 'object' && key !== null)
  return isNamed && isPlaced && haveKeys
}

function invalid(reason: string): HinataError {
  return new HinataError('CONFIG_INVALID', { path: 'gateway.issuers_file', reason })
}
