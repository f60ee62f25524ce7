/**
 * Answers on their way out: status, headers, compression, streams with backpressure.
 *
 * Z1  A response is written once, and never after the app went away.
 * Z2  A stream is read no faster than the socket takes it.
 */
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type uws from 'uWebSockets.js'

/** A response that may still be written to. */
export interface Reply {
  readonly response: uws.HttpResponse
  readonly presence: Presence
  /** Sent with the answer; who handles the request may add. */
  readonly headers: (readonly [name: string, value: string])[]
  readonly acceptEncoding: string
  readonly compressBytesMin: number
}

/** Whether the app is still there. A signal for each request would cost more than its answer. */
export class Presence {
  #isGone = false
  #told: (() => void) | undefined

  constructor(response: uws.HttpResponse) {
    response.onAborted(() => {
      this.#isGone = true
      this.#told?.()
    })
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** Calls when the app goes away; who asked before is not called any more. */
  onGone(tell: (() => void) | undefined): void {
    this.#told = tell
  }
}

const compressBrotli = promisify(brotliCompress)
const compressGzip = promisify(gzip)

/** Above this, brotli costs more time than it saves on the way. */
const brotliQuality = 4

const statusTexts: Readonly<Record<number, string>> = {
  200: '200 OK', 201: '201 Created', 202: '202 Accepted', 204: '204 No Content',
  400: '400 Bad Request', 401: '401 Unauthorized',
  403: '403 Forbidden', 404: '404 Not Found', 409: '409 Conflict', 413: '413 Content Too Large',
  415: '415 Unsupported Media Type', 422: '422 Unprocessable Content', 429: '429 Too Many Requests',
  500: '500 Internal Server Error', 503: '503 Service Unavailable',
}

/** Sends a whole text. `isLast` ends the connection after it (a body was left unread). */
export async function sendText(reply: Reply, status: number, type: string, text: string,
  extra: readonly (readonly [string, string])[] = [], isLast = false): Promise<void> {
  const encoding = Buffer.byteLength(text) < reply.compressBytesMin ? null : encodingOf(reply.acceptEncoding)
  const body = encoding === null ? text : await compressed(text, encoding)
  if (reply.presence.isGone) return
  reply.response.cork(() => {
    writeHead(reply, status, type, extra)
    if (encoding !== null) {
      reply.response.writeHeader('Content-Encoding', encoding).writeHeader('Vary', 'Accept-Encoding')
    }
    reply.response.end(body, isLast)
  })
}

/**
 * Sends parts as they come. A source that fails ends the connection, so that the app sees the answer as cut.
 */
export async function sendStream(
  reply: Reply, status: number, type: string, parts: AsyncIterable<string>
): Promise<void> {
  const { response, presence } = reply
  response.cork(() => writeHead(reply, status, type, []))
  try {
    for await (const part of parts) {
      if (presence.isGone) return
      let isTaken = true
      response.cork(() => { isTaken = response.write(part) })
      if (!isTaken) await writable(response, presence)
    }
    if (!presence.isGone) response.cork(() => response.end())
  } catch (thrown) {
    if (!presence.isGone) response.close()
    throw thrown
  }
}

function writeHead(
  reply: Reply, status: number, type: string, extra: readonly (readonly [string, string])[]
): void {
  reply.response.writeStatus(statusTexts[status] ?? `${status} Status`)
  reply.response.writeHeader('Content-Type', type)
  for (const [name, value] of [...reply.headers, ...extra]) reply.response.writeHeader(name, value)
}

function writable(response: uws.HttpResponse, presence: Presence): Promise<void> {
  return new Promise(resolve => {
    const go = (): void => {
      presence.onGone(undefined)
      resolve()
    }
    presence.onGone(go)
    response.onWritable(() => {
      go()
      return true
    })
  })
}

function encodingOf(accepted: string): 'br' | 'gzip' | null {
  const names = accepted.split(',').map(part => part.trim().toLowerCase())
  const takes = (name: string): boolean => names.some(part =>
    part === name || (part.startsWith(`${name};`) && !/q=0(\.0*)?$/.test(part)))
  if (takes('br')) return 'br'
  return takes('gzip') ? 'gzip' : null
}

function compressed(text: string, encoding: 'br' | 'gzip'): Promise<Buffer> {
  if (encoding === 'gzip') return compressGzip(text)
  return compressBrotli(text, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } })
}
