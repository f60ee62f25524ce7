/**
 * The embedded ClickHouse server: the HTTP protocol of ClickHouse over chDB, one data folder, one process.
 *
 * V1  What was acknowledged is on the disk (F1) and is there after a kill at any instant and a restart.
 * V2  A stop lets running queries end for `drainMsMax`, then kills them, then closes the data; a second stop
 *     waits for the first.
 * V3  A process serves one data folder at a time: start the next server after `stop()` has returned.
 *
 * ```
 *  <dataDir>/engine   the data, owned by chDB
 *  <dataDir>/server   its configuration, written at every start
 *  <dataDir>/analysts read at every request of one (analysts.ts)
 *  <dataDir>/spool    bodies of running inserts, emptied at every start
 * ```
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock } from '../../engine/clock/index.js'
import { HinataError } from '../../engine/errors/index.js'
import { Admission } from './admission.js'
import { AnalystRegister } from './analysts.js'
import { sendRefusal } from './answer.js'
import { EmbeddedEngine } from './engine.js'
import { writeEngineConfig } from './engine-config.js'
import { refusal } from './exception.js'
import { analystQueriesMax, drainMsMax, insertBytesMax, waitingQueriesMax } from './limits.js'
import { NamedSessions } from './named-sessions.js'
import { answerQuery, type QueryContext } from './query.js'
import { Spool } from './spool.js'
import { assertUsersFit, defaultUsers, type EmbeddedUser } from './users.js'

/** How to start. */
export interface EmbeddedClickhouseOptions {
  /** The address to listen on; beyond this machine only with passwords. */
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Created if missing. */
  readonly dataDir: string
  /** Absent: `default` without a password, from this machine only. */
  readonly users?: readonly EmbeddedUser[]
  /** Bytes of data one INSERT may bring (limits.ts). */
  readonly insertBytesMax?: number
}

/** A running server. */
export interface EmbeddedClickhouse {
  readonly url: string
  readonly port: number
  /** Version of the ClickHouse engine inside. */
  readonly version: string
  stop(): Promise<void>
}

/**
 * Starts the server. Throws CHDB_MISSING, EMBEDDED_DATA_UNUSABLE, CONFIG_INVALID, or what listening throws.
 */
export async function startEmbeddedClickhouse(
  options: EmbeddedClickhouseOptions,
): Promise<EmbeddedClickhouse> {
  const users = options.users?.length ? options.users : defaultUsers
  assertUsersFit(users, options.host)
  const dataDir = resolve(options.dataDir)
  if (/['\\]/.test(dataDir)) {
    throw new HinataError('CONFIG_INVALID',
      { path: 'clickhouse.dataDir', reason: 'quotes and backslashes are not allowed.' })
  }
  mkdirSync(dataDir, { recursive: true })
  const config = writeEngineConfig(join(dataDir, 'server'), users.some(user => user.externalSources))
  const engine = await EmbeddedEngine.open(join(dataDir, 'engine'), config)
  const sessions = new NamedSessions(engine, systemClock)
  const context: QueryContext = { engine, users, sessions, running: new Map(),
    analysts: new AnalystRegister(dataDir), guests: new Admission(analystQueriesMax, waitingQueriesMax),
    spool: new Spool(join(dataDir, 'spool'), options.insertBytesMax ?? insertBytesMax) }
  const active = new Set<Promise<void>>()
  const server = createServer((message, response) => {
    const answered = serve(context, message, response).finally(() => active.delete(answered))
    active.add(answered)
  })
  server.requestTimeout = 0 // a large insert may take its time; its size is bounded instead
  try {
    await listen(server, options.port, options.host)
  } catch (error) {
    await engine.close()
    throw error
  }
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : options.port
  let stopped: Promise<void> | undefined
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    port,
    version: engine.version,
    stop: () => stopped ??= stop(server, context, active),
  }
}

async function serve(
  context: QueryContext, message: IncomingMessage, response: ServerResponse,
): Promise<void> {
  response.on('error', () => { /* the client is gone; `close` follows and ends its query */ })
  const version = context.engine.version
  if (!URL.canParse(message.url ?? '', 'http://embedded')) {
    return sendRefusal(response, refusal('BAD_ARGUMENTS', 'The address of the request cannot be read.'),
      version)
  }
  const address = new URL(message.url ?? '', 'http://embedded')
  const isRead = message.method === 'GET' || message.method === 'HEAD'
  if (!isRead && message.method !== 'POST') {
    response.writeHead(405, { allow: 'GET, HEAD, POST' }).end()
    return
  }
  const isPing = address.pathname === '/ping' || address.pathname === '/replicas_status'
  if (isRead && (isPing || (address.pathname === '/' && !address.searchParams.has('query')))) {
    response.writeHead(200, { 'content-type': 'text/html; charset=UTF-8' }).end('Ok.\n')
    return
  }
  if (address.pathname !== '/') {
    response.writeHead(404, { 'content-type': 'text/plain; charset=UTF-8' })
      .end(`There is no handle ${address.pathname}. Use / for queries and /ping for a sign of life.\n`)
    return
  }
  await answerQuery(context, message, response, address)
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function stop(
  server: Server, context: QueryContext, active: ReadonlySet<Promise<void>>,
): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  server.closeIdleConnections()
  const drained = new AbortController()
  await Promise.race([Promise.all(active), systemClock.wait(drainMsMax, drained.signal)])
  drained.abort()
  for (const { abort } of context.running.values()) abort.abort()
  server.closeAllConnections()
  await Promise.all(active)
  await closed
  context.sessions.endAll()
  await context.engine.close()
}
