/**
 * One query from its request to its answer.
 *
 * ```
 *  who? ─▶ what? ─▶ may it? ─▶ data on disk ─▶ connection, settings ─▶ run ─▶ send
 *  users   request  guard      body, spool     engine, sessions        plan    answer
 * ```
 *
 * Q1  How a statement runs (`QueryPlan`) changes when its rows are sent, never what they are.
 * Q2  A reader that goes away ends its query in the engine; a writer that goes away does not: its data are
 *     all here, and half a wish is worse than an answer nobody reads.
 * Q3  What a request took (file, connection, query_id) is given back on every path.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Answer, nothingCounted } from './answer.js'
import { receiveStatement, type ReceivedStatement } from './body.js'
import { unpacked } from './compression.js'
import type { Admission } from './admission.js'
import type { AnalystRegister } from './analysts.js'
import type { EmbeddedEngine, EngineConnection } from './engine.js'
import { ClickHouseException, exceptionOf, refusal } from './exception.js'
import { assertInside, assertReads } from './guard.js'
import { wholeAnswerBytesMax } from './limits.js'
import { endLate, limitedSettings, withoutFinal } from './query-limits.js'
import type { NamedSessions } from './named-sessions.js'
import { readForm, readRequest, type QueryRequest } from './request.js'
import type { Spool } from './spool.js'
import { insertFromFile, statementOf, type Statement } from './statement.js'
import { authenticate, credentialsOf, type EmbeddedUser } from './users.js'

/** What queries of a server share. */
export interface QueryContext {
  readonly engine: EmbeddedEngine
  readonly users: readonly EmbeddedUser[]
  readonly analysts: AnalystRegister
  /** The places that all users with limits share. */
  readonly guests: Admission
  readonly spool: Spool
  readonly sessions: NamedSessions
  /** Running queries by their query_id. */
  readonly running: Map<string, { readonly user: string, readonly abort: AbortController }>
}

/**
 * stream: rows leave as they are computed, memory holds one piece.
 * whole: the answer is built first (at most `wholeAnswerBytesMax`): for statements that the engine does not
 * stream,
 *        that compute while they are planned, whose format has a head or a foot (chDB would write it anew for
 *        every piece), or whose client wants the status of the whole query.
 */
type QueryPlan = 'stream' | 'whole'

/** Formats in which pieces one behind the other are the whole: rows and nothing else. */
const rowFormats = new Set([
  'tabseparated', 'tsv', 'tabseparatedraw', 'tsvraw', 'raw', 'csv', 'jsoneachrow', 'jsonlines', 'ndjson',
  'jsonstringseachrow', 'jsoncompacteachrow', 'jsoncompactstringseachrow', 'rowbinary', 'native', 'msgpack',
  'lineasstring', 'bsoneachrow',
])

/** Runs the query of a request and answers it. Never throws. */
export async function answerQuery(
  context: QueryContext, message: IncomingMessage, response: ServerResponse, address: URL,
): Promise<void> {
  let answer = new Answer(response, context.engine, '', undefined)
  try {
    const isForm = /^multipart\/form-data/i.test(message.headers['content-type'] ?? '')
    const user = authenticate(context.users, credentialsOf(message.headers, address.searchParams),
      message.socket.remoteAddress, message.headers.origin, name => context.analysts.find(name))
    const body = message.method === 'POST'
      ? unpacked(message, message.headers['content-encoding'])
      : undefined
    const fields = isForm && body ? await readForm(message, body) : new URLSearchParams()
    const request = readRequest(message, new URLSearchParams([...address.searchParams, ...fields]), user)
    answer = new Answer(response, context.engine, request.queryId, request.acceptEncoding)
    const received = await receiveStatement(request.inAddress, isForm ? undefined : body, context.spool,
      request.readonlyLevel === 0)
    try {
      await runReceived(context, user, request, received, answer, response)
    } finally {
      await received.insert?.file.remove()
    }
  } catch (error) {
    answer.sendException(exceptionOf(error))
  }
}

async function runReceived(
  context: QueryContext, user: EmbeddedUser, asked: QueryRequest, given: ReceivedStatement,
  answer: Answer, response: ServerResponse,
): Promise<void> {
  const [request, received] = user.readonly ? withFinal(asked, given) : [asked, given]
  if (!user.externalSources) assertInside(received.text)
  if (user.readonly) assertReads(received.text)
  const statement = statementOf(received.text)
  if (endNamedQuery(context, user, statement)) return answer.sendNothing(nothingCounted)
  // To the engine everybody is one user, whose queries a reader may end: so its KILL is not for readers.
  if (user.readonly && statement.verb === 'kill') {
    throw refusal('READONLY', 'Only KILL QUERY WHERE query_id = … of a running query of your own is allowed.')
  }
  if (context.running.has(request.queryId)) {
    throw refusal('QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING',
      `Query with id = ${request.queryId} is already running.`)
  }
  const abort = new AbortController()
  const isRead = /^(?:select|with|from|show|describe|desc|explain|exists)$/.test(statement.verb)
  const leave = (): void => { if (isRead && !response.writableFinished) abort.abort() }
  response.once('close', leave)
  if (response.destroyed) leave()
  context.running.set(request.queryId, { user: user.name, abort })
  const ended = new AbortController()
  if (user.limits) void endLate(user.limits, abort, ended.signal, response)
  let connection: EngineConnection | undefined
  try {
    connection = takeConnection(context, user, request)
    prepare(connection, user, request, statement)
    if (received.insert) await runInsert(connection, received, answer, abort.signal)
    else await runStatement(connection, received.text, statement, request, answer, abort.signal)
  } finally {
    ended.abort()
    response.off('close', leave)
    context.running.delete(request.queryId)
    if (connection) giveBack(context, user, request, connection)
  }
}

/** What a reader's statement says of `final`, as a setting of the request (K4). */
function withFinal(
  request: QueryRequest, received: ReceivedStatement,
): readonly [QueryRequest, ReceivedStatement] {
  const { text, final } = withoutFinal(received.text)
  if (final === undefined) return [request, received]
  return [{ ...request, settings: new Map([...request.settings, ['final', final]]) }, { ...received, text }]
}

/**
 * `KILL QUERY WHERE query_id = '…'`: the engine knows its own ids only, so that we end the query that has
 * this one.
 */
function endNamedQuery(context: QueryContext, user: EmbeddedUser, statement: Statement): boolean {
  const running = statement.killsQueryId === undefined ? undefined
    : context.running.get(statement.killsQueryId)
  if (running === undefined || (user.readonly && running.user !== user.name)) return false
  running.abort.abort()
  return true
}

function takeConnection(context: QueryContext, user: EmbeddedUser, request: QueryRequest): EngineConnection {
  return usesSession(request)
    ? context.sessions.take(user.name, request.session.id, request.session.mustExist)
    : context.engine.connect(user.limits && context.guests)
}

function giveBack(
  context: QueryContext, user: EmbeddedUser, request: QueryRequest, connection: EngineConnection,
): void {
  if (!usesSession(request)) return connection.close()
  connection.forget([...request.settings.keys()].filter(name => !name.startsWith('param_')))
  context.sessions.release(user.name, request.session.id, request.session.timeoutSeconds)
}

/**
 * A request that may not write leaves nothing in a session, and its `readonly` could not be taken back: it
 * has none.
 */
function usesSession(
  request: QueryRequest,
): request is QueryRequest & { readonly session: NonNullable<QueryRequest['session']> } {
  return request.session !== undefined && request.readonlyLevel === 0
}

/**
 * Gives the connection what the request asks for; `readonly` comes last, because nothing can be set behind
 * it.
 */
function prepare(
  connection: EngineConnection, user: EmbeddedUser, request: QueryRequest, statement: Statement,
): void {
  const settings = user.limits ? limitedSettings(request.settings, user.limits) : new Map(request.settings)
  if (planOf(request, statement) === 'whole' && !settings.has('max_result_bytes')) {
    settings.set('max_result_bytes', String(wholeAnswerBytesMax))
  }
  settings.set('log_comment', connection.tag)
  connection.set(settings)
  if (request.database !== undefined) connection.use(request.database)
  if (request.readonlyLevel > 0) connection.set(new Map([['readonly', String(request.readonlyLevel)]]))
}

function planOf(request: QueryRequest, statement: Statement): QueryPlan {
  const isSelect = /^(?:select|with|from)$/.test(statement.verb)
  const isRows = rowFormats.has((statement.format ?? request.defaultFormat).toLowerCase())
  const hasOtherRows = statement.hasTotals || request.settings.get('extremes') === '1'
  const mustBeWhole = hasOtherRows || statement.hasScalarSelect || request.waitsForEnd
  return isSelect && isRows && !mustBeWhole ? 'stream' : 'whole'
}

async function runInsert(
  connection: EngineConnection, received: ReceivedStatement, answer: Answer, signal: AbortSignal,
): Promise<void> {
  if (received.insert === undefined) return
  const { head, file } = received.insert
  const done = await connection.runWhole(insertFromFile(received.text, head, file.path), 'Null', signal)
  answer.sendNothing({ ...done, writtenRows: done.readRows, writtenBytes: done.readBytes })
}

async function runStatement(
  connection: EngineConnection, text: string, statement: Statement, request: QueryRequest, answer: Answer,
  signal: AbortSignal,
): Promise<void> {
  const format = statement.format ?? request.defaultFormat
  if (planOf(request, statement) === 'stream') {
    try {
      return await answer.sendRows(connection.runStream(text, request.defaultFormat, signal), format)
    } catch (error) {
      // WITH … INSERT reads like a SELECT; the engine refuses to stream it before anything has happened.
      if (!isNotStreamed(error)) throw error
    }
  }
  const whole = await connection.runWhole(text, request.defaultFormat, signal)
  if (whole.bytes.length === 0 && !/^(?:select|with|from|show)$/.test(statement.verb)) {
    const writtenRows = statement.verb === 'insert' ? whole.readRows : 0
    return answer.sendNothing({ ...nothingCounted, ...whole, writtenRows })
  }
  await answer.sendRows(inOnePiece(whole.bytes), format, { ...nothingCounted, ...whole })
}

function isNotStreamed(error: unknown): boolean {
  return error instanceof ClickHouseException && error.message.startsWith('Streaming query is not supported')
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}
