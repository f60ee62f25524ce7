/**
 * Sends what a query yields, in the shape ClickHouse gives it: headers, pieces, or an exception.
 *
 * W1  The head of an answer is sent with its first piece: whatever fails before it has a status of its own.
 * W2  What fails later is written behind the rows as an exception block, and the connection is broken off, so
 *     that no client takes half an answer for a whole one.
 * W3  A piece is asked of the engine only after the client took the last one.
 *
 * ```
 *  rows … \r\n__exception__\r\n<tag>\r\n <message> \n <bytes of message + 1> <tag>\r\n__exception__\r\n
 * ```
 */
import { randomBytes } from 'node:crypto'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Transform, Writable } from 'node:stream'
import { systemClock } from '../../engine/clock/index.js'
import { packerFor } from './compression.js'
import type { ClickHouseException } from './exception.js'
import { breakOffMs } from './limits.js'

/** What the engine counted, as the header X-ClickHouse-Summary tells it. */
interface Summary {
  readonly readRows: number
  readonly readBytes: number
  readonly writtenRows: number
  readonly writtenBytes: number
  readonly elapsedSeconds: number
}

/** The names that stand in every answer. */
interface ServerFacts {
  readonly version: string
  readonly timezone: string
}

/** The summary of a statement that the engine does not count, and of an answer that has only begun. */
export const nothingCounted: Summary = {
  readRows: 0, readBytes: 0, writtenRows: 0, writtenBytes: 0, elapsedSeconds: 0,
}

const contentTypes: readonly (readonly [RegExp, string])[] = [
  [/^(?:JSONEachRow|JSONLines|NDJSON|JSONCompactEachRow|JSONStringsEachRow|JSONCompactStringsEachRow)/,
    'application/x-ndjson; charset=UTF-8'],
  [/^JSON/, 'application/json; charset=UTF-8'],
  [/^(?:TabSeparated|TSV|Raw)/, 'text/tab-separated-values; charset=UTF-8'],
  [/^CSVWithNames/, 'text/csv; charset=UTF-8; header=present'],
  [/^CSV/, 'text/csv; charset=UTF-8; header=absent'],
  [/^(?:XML)$/, 'application/xml; charset=UTF-8'],
  [/^(?:Parquet|ORC|Avro|Native|RowBinary|MsgPack|Protobuf|CapnProto|BSON|Npy|Buffers)/,
    'application/octet-stream'],
  [/^Arrow/, 'application/vnd.apache.arrow.stream'],
]

/** One answer. */
export class Answer {
  readonly #response: ServerResponse
  readonly #headers: OutgoingHttpHeaders
  readonly #facts: ServerFacts
  readonly #tag = randomBytes(8).toString('hex')
  readonly #acceptEncoding: string | undefined
  #body: Writable | undefined
  #packer: Transform | undefined

  constructor(
    response: ServerResponse, facts: ServerFacts, queryId: string, acceptEncoding: string | undefined,
  ) {
    this.#response = response
    this.#facts = facts
    this.#acceptEncoding = acceptEncoding
    this.#headers = { 'x-clickhouse-query-id': queryId, 'x-clickhouse-timezone': facts.timezone,
      'x-clickhouse-server-display-name': 'hinata', 'x-clickhouse-exception-tag': this.#tag }
  }

  /** Sends an answer of rows in `format`. */
  async sendRows(pieces: AsyncIterable<Uint8Array>, format: string, summary = nothingCounted): Promise<void> {
    for await (const piece of pieces) {
      this.#body ??= this.#begin(format, summary)
      await this.#write(piece)
    }
    this.#body ??= this.#begin(format, summary)
    this.#body.end()
  }

  /** Sends an answer without rows. */
  sendNothing(summary: Summary): void {
    this.#response.writeHead(200, { ...this.#headers, ...summaryHeader(summary),
      'content-type': 'text/plain; charset=UTF-8' })
    this.#response.end()
  }

  /** Sends a refusal, or breaks off an answer that has begun. */
  sendException(exception: ClickHouseException): void {
    const text = exception.textFor(this.#facts.version)
    if (this.#body === undefined) {
      sendRefusal(this.#response, exception, this.#facts.version, this.#headers)
      return
    }
    const marker = '\r\n__exception__\r\n'
    const block = `${marker}${this.#tag}\r\n${text}\n${Buffer.byteLength(text) + 1} ${this.#tag}${marker}`
    const response = this.#response
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const breakOff = async (): Promise<void> => {
      await systemClock.wait(breakOffMs, gone.signal)
      response.destroy()
    }
    if (this.#packer === undefined) {
      response.write(block, () => void breakOff())
      return
    }
    // A packed answer has to be packed to its end, or the block could not be read; the break comes behind it.
    this.#packer.unpipe(response)
    let isFlushed: Promise<void> = Promise.resolve()
    this.#packer.on('data', (piece: Buffer) => {
      isFlushed = new Promise(resolve => response.write(piece, () => resolve()))
    })
    this.#packer.once('end', () => void isFlushed.then(breakOff))
    this.#packer.end(block)
    this.#packer.resume()
  }

  #begin(format: string, summary: Summary): Writable {
    const type = contentTypes.find(([pattern]) => pattern.test(format))?.[1] ?? 'text/plain; charset=UTF-8'
    const packed = packerFor(this.#acceptEncoding)
    this.#response.writeHead(200, { ...this.#headers, ...summaryHeader(summary), 'content-type': type,
      'x-clickhouse-format': format, ...(packed ? { 'content-encoding': packed.encoding } : {}) })
    if (packed === undefined) return this.#response
    this.#packer = packed.packer
    this.#packer.pipe(this.#response)
    return this.#packer
  }

  async #write(piece: Uint8Array): Promise<void> {
    const body = this.#body
    if (body === undefined || this.#response.destroyed || body.write(piece)) return
    await new Promise<void>(resolve => {
      const go = (): void => {
        body.off('drain', go)
        this.#response.off('close', go)
        resolve()
      }
      body.once('drain', go)
      this.#response.once('close', go)
    })
  }
}

/** Sends a refusal on a response whose head was not sent yet. */
export function sendRefusal(
  response: ServerResponse, exception: ClickHouseException, version: string,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent || response.destroyed) return
  const extra: OutgoingHttpHeaders = {}
  if (exception.status === 401) extra['www-authenticate'] = 'Basic realm="ClickHouse server HTTP API"'
  if (exception.status === 503) extra['retry-after'] = '1'
  if (exception.status === 413) extra.connection = 'close'
  response.writeHead(exception.status, { ...headers, ...extra, 'content-type': 'text/plain; charset=UTF-8',
    'x-clickhouse-exception-code': String(exception.code) })
  response.end(`${exception.textFor(version)}\n`)
}

function summaryHeader(summary: Summary): OutgoingHttpHeaders {
  return { 'x-clickhouse-summary': JSON.stringify({
    read_rows: String(summary.readRows), read_bytes: String(summary.readBytes),
    written_rows: String(summary.writtenRows), written_bytes: String(summary.writtenBytes),
    total_rows_to_read: '0', result_rows: '0', result_bytes: '0',
    elapsed_ns: String(Math.round(summary.elapsedSeconds * 1e9)),
  }) }
}
