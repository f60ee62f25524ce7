/**
 * Reads the statement of a request, which may be in the address, in the body, or begin in one and end in the
 * other, and lays the data of an INSERT into the spool.
 *
 * ```
 *  ?query=INSERT INTO t FORMAT CSV      body: 1,a⏎2,b⏎            data = the whole body
 *                                       body: INSERT INTO t FORMAT CSV⏎1,a⏎   data = behind the head
 *  ?query=SELECT                        body: 1                   statement = "SELECT\n1"
 * ```
 *
 * B1  The head of an INSERT ends within `headBytesMax`; any other statement has at most `statementBytesMax`.
 * B2  A request that may not write is refused before its data are read.
 */
import type { Readable } from 'node:stream'
import { ClickHouseException, refusal } from './exception.js'
import { headBytesMax, statementBytesMax } from './limits.js'
import type { Spool, SpoolFile } from './spool.js'
import { insertHeadOf, type InsertWithData } from './statement.js'

/** A statement, and for an INSERT with data the file they are in. */
export interface ReceivedStatement {
  /** The statement, without the data. */
  readonly text: string
  readonly insert?: { readonly head: InsertWithData, readonly file: SpoolFile }
}

/**
 * Reads to the end of the body. Throws what the limits say, and CANNOT_DECOMPRESS for a broken packed body.
 */
export async function receiveStatement(
  inAddress: string, body: Readable | undefined, spool: Spool, mayWrite: boolean,
): Promise<ReceivedStatement> {
  const prefix = Buffer.from(inAddress.trim() === '' ? '' : `${inAddress.trimEnd()}\n`)
  const gathered: Buffer[] = [prefix]
  let bytes = prefix.length
  let found = headIn(prefix)
  let isDecided = found !== undefined
  let file: SpoolFile | undefined
  try {
    if (found) file = await openFor(found, spool, mayWrite)
    for await (const piece of piecesOf(body)) {
      if (file) {
        await file.append(piece)
        continue
      }
      gathered.push(piece)
      bytes += piece.length
      if (!isDecided && bytes > headBytesMax) {
        isDecided = true
        found = headIn(Buffer.concat(gathered))
        if (found) file = await startWith(found, gathered, spool, mayWrite)
      }
      if (!file && bytes > statementBytesMax) {
        throw refusal('QUERY_IS_TOO_LARGE', `The statement has more than ${statementBytesMax} bytes.`)
      }
    }
    const whole = Buffer.concat(gathered)
    if (!isDecided) {
      found = headIn(whole)
      if (found) file = await startWith(found, gathered, spool, mayWrite)
    }
    await file?.finish()
    if (!found || !file) return { text: whole.toString('utf8') }
    return { text: whole.subarray(0, found.headEnd).toString('utf8'),
      insert: { head: inCharacters(whole, found), file } }
  } catch (error) {
    await file?.remove()
    throw error
  }
}

/** Looks for the head byte by byte, so that its places are places in the buffer. */
function headIn(text: Buffer): InsertWithData | undefined {
  return insertHeadOf(text.subarray(0, headBytesMax).toString('latin1'))
}

/** The same places counted in characters of the decoded statement. */
function inCharacters(text: Buffer, head: InsertWithData): InsertWithData {
  const characters = (at: number): number => text.subarray(0, at).toString('utf8').length
  return { ...head, headEnd: characters(head.headEnd), fileClauseAt: characters(head.fileClauseAt) }
}

async function openFor(head: InsertWithData, spool: Spool, mayWrite: boolean): Promise<SpoolFile> {
  if (!mayWrite) throw refusal('READONLY', 'Cannot execute query in readonly mode.')
  if (!/^\w+$/.test(head.format)) throw refusal('UNKNOWN_FORMAT', `Unknown format ${head.format}.`)
  return spool.create()
}

async function startWith(
  head: InsertWithData, gathered: readonly Buffer[], spool: Spool, mayWrite: boolean,
): Promise<SpoolFile> {
  const file = await openFor(head, spool, mayWrite)
  await file.append(Buffer.concat(gathered).subarray(head.dataAt))
  return file
}

/** The pieces of a body. Leaving early keeps the connection open for the answer. */
async function* piecesOf(body: Readable | undefined): AsyncGenerator<Buffer> {
  if (body === undefined) return
  try {
    for await (const piece of body.iterator({ destroyOnReturn: false })) yield Buffer.from(piece)
  } catch (error) {
    if (error instanceof ClickHouseException) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (/^(?:Z_|ERR__?ERROR|ERR_BROTLI|ERR_PADDING)/.test(code) || code.startsWith('ERR__')) {
      throw refusal('CANNOT_DECOMPRESS', `Cannot decompress the body: ${code}.`)
    }
    throw refusal('QUERY_WAS_CANCELLED', 'The client went away before its data had arrived.')
  }
}
