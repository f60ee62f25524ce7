/**
 * Who may come in, and what for.
 *
 * U1  A user without a password is let in from this machine only, and never for a web page of another site.
 * U2  Passwords are compared in constant time; an unknown user costs the same as a wrong password and reads
 *     the same.
 * U3  A read-only user cannot write, and sets only what shapes the answer or shortens the query.
 * U4  Nobody sets what names a file or an address (guard.ts), unless they may use those.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { HinataError } from '../../engine/errors/index.js'
import { nameInToken } from './analysts.js'
import { refusal } from './exception.js'
import { assertSettingInside } from './guard.js'

/** Bounds of a query. */
export interface QueryLimits {
  readonly seconds: number
  readonly memoryBytes: number
  readonly resultRows: number
  readonly readRows: number
}

/** A user of the embedded server. */
export interface EmbeddedUser {
  readonly name: string
  /** Absent, and no hash either: no password, and only from this machine. */
  readonly password?: string
  /** SHA-256 of the password in hex, where only that is known. */
  readonly passwordHash?: string
  /** May read only. */
  readonly readonly?: boolean
  /** Bounds of each query that the user cannot raise. */
  readonly limits?: QueryLimits
  /** May use file(), url(), s3() and the like. For the system's own work (cold tier), never for people. */
  readonly externalSources?: boolean
}

/** The user of a server that was given none. */
export const defaultUsers: readonly EmbeddedUser[] = [{ name: 'default' }]

/** What a request says about who sends it. */
interface Credentials {
  readonly name: string
  readonly password: string
}

/** Throws CONFIG_INVALID for a server that would stand open to the network. */
export function assertUsersFit(users: readonly EmbeddedUser[], host: string): void {
  const names = new Set(users.map(user => user.name))
  if (names.size !== users.length) {
    throw new HinataError('CONFIG_INVALID',
      { path: 'clickhouse.users', reason: 'two users have the same name.' })
  }
  if (!isLoopback(host) && !users.some(user => user.password)) {
    throw new HinataError('CONFIG_INVALID', { path: 'clickhouse.users',
      reason: `the server listens on ${host} but no user has a password. Give one, or listen on 127.0.0.1.` })
  }
}

/**
 * The credentials of a request, from the first place that has any: headers of ClickHouse, Basic, a bearer's
 * token, the address.
 */
export function credentialsOf(headers: IncomingHttpHeaders, query: URLSearchParams): Credentials {
  const user = headers['x-clickhouse-user']
  const key = headers['x-clickhouse-key']
  if (typeof user === 'string' || typeof key === 'string') {
    return { name: String(user ?? 'default'), password: String(key ?? '') }
  }
  const basic = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '')?.[1]
  if (basic !== undefined) {
    const text = Buffer.from(basic, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    if (colon >= 0) return { name: text.slice(0, colon) || 'default', password: text.slice(colon + 1) }
  }
  const token = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (token !== undefined) return { name: nameInToken(token) ?? '', password: token }
  return { name: query.get('user') ?? 'default', password: query.get('password') ?? '' }
}

/**
 * The user behind the credentials: one of `users`, or who `findOther` knows. Throws AUTHENTICATION_FAILED or
 * REQUIRED_PASSWORD.
 */
export function authenticate(
  users: readonly EmbeddedUser[], given: Credentials, peer: string | undefined, origin: string | undefined,
  findOther: (name: string) => EmbeddedUser | undefined = () => undefined,
): EmbeddedUser {
  const user = users.find(known => known.name === given.name) ?? findOther(given.name)
  const isRight = isSame(digestOf(given.password), user?.passwordHash === undefined
    ? digestOf(user?.password ?? '') : Buffer.from(user.passwordHash, 'hex'))
  if (user === undefined || !isRight) {
    throw refusal('AUTHENTICATION_FAILED', `${given.name}: Authentication failed: password is incorrect, ` +
      'or there is no user with such name.')
  }
  const hasPassword = user.passwordHash !== undefined || Boolean(user.password)
  if (!hasPassword && (!isLoopback(peer ?? '') || (origin !== undefined && !isLoopback(hostOf(origin))))) {
    throw refusal('REQUIRED_PASSWORD',
      `${given.name}: a user without a password may come from this machine only.`)
  }
  return user
}

const harmlessSettings = new RegExp('^(?:' + [
  'output_format_\\w+', 'format_(?:csv|tsv|custom|display)\\w*', 'http_\\w+', 'param_\\w+',
  'extremes', 'limit', 'offset', 'date_time_output_format', 'session_timezone', 'max_execution_time',
  'max_result_rows', 'max_result_bytes', 'max_block_size', 'max_threads', 'result_overflow_mode',
  'timeout_overflow_mode', 'join_use_nulls', 'enable_http_compression', 'send_progress_in_http_headers',
  'use_query_cache', 'final',
].join('|') + ')$')

/** Throws READONLY or ACCESS_DENIED for a setting that the user may not change (U3, U4). */
export function assertMaySet(user: EmbeddedUser, name: string): void {
  if (!user.externalSources) assertSettingInside(name)
  if (user.readonly && !harmlessSettings.test(name)) {
    throw refusal('READONLY', `Cannot modify '${name}' setting in readonly mode.`)
  }
}

function isSame(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function isLoopback(address: string): boolean {
  return /^(?:localhost|(?:::ffff:)?127(?:\.\d{1,3}){3}|::1|\[::1\])$/.test(address)
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).hostname : ''
}
