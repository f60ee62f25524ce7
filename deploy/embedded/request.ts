/**
 * Reads what the address, the headers and a form of a request say about the query: parameters, settings,
 * format, identity. The statement itself is read by `body.ts`.
 *
 * R1  A name that is not ours is a setting and is checked by the engine: a misspelt one is an error, never
 *     ignored.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { refusal } from './exception.js'
import { formPartsMax, sessionTimeoutSecondsMax, statementBytesMax } from './limits.js'
import { assertMaySet, type EmbeddedUser } from './users.js'

/** The session a query wants to run in. */
interface SessionRequest {
  readonly id: string
  readonly timeoutSeconds: number
  /** Refuse the query if there is no such session yet. */
  readonly mustExist: boolean
}

/** A query as asked for. */
export interface QueryRequest {
  readonly queryId: string
  readonly inAddress: string
  readonly database: string | undefined
  /** Settings and `param_x` parameters, by name. */
  readonly settings: ReadonlyMap<string, string>
  /** 0 all, 1 read, 2 read and change settings: ClickHouse's `readonly`. */
  readonly readonlyLevel: 0 | 1 | 2
  readonly defaultFormat: string
  readonly acceptEncoding: string | undefined
  /** The status of the answer must be the status of the whole query. */
  readonly waitsForEnd: boolean
  readonly session: SessionRequest | undefined
}

/** Names that speak to the HTTP server and are not settings of the engine. */
const ownNames = new Set([
  'query', 'query_id', 'database', 'default_format', 'user', 'password', 'quota_key', 'session_id',
  'session_timeout',
  'session_check', 'stacktrace', 'wait_end_of_query', 'buffer_size', 'readonly', 'log_comment',
  'client_protocol_version', 'close_session',
])
const settingName = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Reads the parameters for `user`. Throws BAD_ARGUMENTS, NOT_IMPLEMENTED or READONLY. */
export function readRequest(
  message: IncomingMessage, parameters: URLSearchParams, user: EmbeddedUser,
): QueryRequest {
  const settings = new Map<string, string>()
  for (const [name, value] of parameters) {
    if (ownNames.has(name)) continue
    refuseUnsupported(name, value)
    if (!settingName.test(name)) throw refusal('BAD_ARGUMENTS', `'${name}' is not the name of a setting.`)
    assertMaySet(user, name)
    settings.set(name, value)
  }
  const header = (name: string): string | undefined => {
    const value = message.headers[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const database = parameters.get('database') || header('x-clickhouse-database')
  if (user.readonly && database === 'system') {
    throw refusal('ACCESS_DENIED', 'Not enough privileges: name tables of system as system.x.')
  }
  return {
    queryId: parameters.get('query_id') || randomUUID(),
    inAddress: parameters.get('query') ?? '',
    database,
    settings,
    readonlyLevel: readonlyLevelOf(user, parameters.get('readonly'), message.method !== 'POST'),
    defaultFormat: parameters.get('default_format') || header('x-clickhouse-format') || 'TabSeparated',
    acceptEncoding: settings.get('enable_http_compression') === '1' ? header('accept-encoding') : undefined,
    waitsForEnd: parameters.get('wait_end_of_query') === '1',
    session: sessionOf(parameters),
  }
}

/** The fields of a multipart form, joined with the parameters of the address. */
export async function readForm(
  message: IncomingMessage, body: AsyncIterable<Buffer>,
): Promise<URLSearchParams> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.length
    if (bytes > statementBytesMax) {
      throw refusal('QUERY_IS_TOO_LARGE', `The form has more than ${statementBytesMax} bytes.`)
    }
    pieces.push(piece)
  }
  const fields = new URLSearchParams()
  const type = message.headers['content-type'] ?? ''
  const form = await new Response(Buffer.concat(pieces), { headers: { 'content-type': type } }).formData()
    .catch(() => { throw refusal('BAD_ARGUMENTS', 'The multipart form cannot be read.') })
  let parts = 0
  for (const [name, value] of form) {
    parts += 1
    if (parts > formPartsMax) {
      throw refusal('QUERY_IS_TOO_LARGE', `The form has more than ${formPartsMax} parts.`)
    }
    if (typeof value !== 'string') refuseUnsupported(`${name}_structure`, '')
    else fields.append(name, value)
  }
  return fields
}

function refuseUnsupported(name: string, value: string): void {
  if (/_structure$/.test(name) && !name.startsWith('param_')) {
    throw refusal('NOT_IMPLEMENTED',
      'External data (tables sent with a query) are not supported. Insert them first.')
  }
  if (name === 'role') {
    throw refusal('NOT_IMPLEMENTED', 'Roles are not supported. Use a user with the rights you need.')
  }
  if ((name === 'compress' || name === 'decompress') && value === '1') {
    throw refusal('NOT_IMPLEMENTED',
      `${name}=1 (ClickHouse's own block compression) is not supported. Use gzip over HTTP.`)
  }
}

function readonlyLevelOf(user: EmbeddedUser, asked: string | null, isReadMethod: boolean): 0 | 1 | 2 {
  if (user.readonly || asked === '1') return 1
  return asked === '2' || isReadMethod ? 2 : 0
}

function sessionOf(parameters: URLSearchParams): SessionRequest | undefined {
  const id = parameters.get('session_id')
  if (!id) return undefined
  const asked = Number(parameters.get('session_timeout') ?? 60)
  const timeoutSeconds = Number.isFinite(asked) ? Math.min(Math.max(asked, 1), sessionTimeoutSecondsMax) : 60
  return { id, timeoutSeconds, mustExist: parameters.get('session_check') === '1' }
}
