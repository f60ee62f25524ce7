/**
 * ClickHouse's way of saying no: a numeric code, its name, an HTTP status that follows from the code.
 *
 * E1  Every refusal of this server, ours or the engine's, is a `ClickHouseException` and reads
 *     `Code: 60. DB::Exception: what happened. (UNKNOWN_TABLE) (version 26.7.2.1)`.
 * E2  A message names no file of the spool: callers learn nothing about this machine.
 */

/** Codes that this server raises itself, by the names ClickHouse gives them. */
const exceptionCodes = {
  BAD_ARGUMENTS: 36,
  NOT_IMPLEMENTED: 48,
  SYNTAX_ERROR: 62,
  READONLY: 164,
  REQUIRED_PASSWORD: 194,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING: 216,
  QUERY_IS_TOO_LARGE: 307,
  INTO_OUTFILE_NOT_ALLOWED: 348,
  UNKNOWN_FORMAT: 73,
  SESSION_IS_LOCKED: 373,
  SESSION_NOT_FOUND: 372,
  QUERY_WAS_CANCELLED: 394,
  ACCESS_DENIED: 497,
  AUTHENTICATION_FAILED: 516,
  CANNOT_DECOMPRESS: 271,
  UNKNOWN_COMPRESSION_METHOD: 89,
  STD_EXCEPTION: 1001,
} as const

/** The name of a code that this server raises. */
type ExceptionName = keyof typeof exceptionCodes

/**
 * HTTP status per code, where it is not 500. The choice is ClickHouse's, except for 202, which asks for a
 * retry.
 */
const statusOfCode: ReadonlyMap<number, number> = new Map([
  ...[36, 6, 25, 26, 38, 41, 72, 27, 427, 15, 44, 8, 56, 59, 167, 168, 170, 62, 117, 53, 321, 441, 675, 676,
    376, 271]
    .map(code => [code, 400] as const),
  ...[60, 46, 47, 50, 66, 81, 115, 111, 63, 73, 336, 78, 511, 372].map(code => [code, 404] as const),
  ...[192, 193, 516, 512, 497].map(code => [code, 403] as const),
  [194, 401], [307, 413], [48, 501], [89, 415], [209, 503], [76, 503], [202, 503], [439, 503], [159, 408],
])

/** An exception of ClickHouse as it travels to a client. */
export class ClickHouseException extends Error {
  constructor(readonly code: number, readonly typeName: string, message: string) {
    super(message)
    this.name = 'ClickHouseException'
  }

  get status(): number {
    return statusOfCode.get(this.code) ?? 500
  }

  /** The text of the body and of a broken stream. */
  textFor(version: string): string {
    return `Code: ${this.code}. DB::Exception: ${this.message} (${this.typeName}) (version ${version})`
  }
}

/** A refusal by this server itself. */
export function refusal(name: ExceptionName, message: string): ClickHouseException {
  return new ClickHouseException(exceptionCodes[name], name, message)
}

const engineMessage = /^(?:Query failed: )?Code: (\d+)\. DB::\w*Exception: (.*?)(?: \(version [^)]*\))?$/s
const typeSuffix = /\s*\(([A-Z][A-Z0-9_]{2,})\)(?: \(version [^)]*\))?\s*$/

/** Whatever the engine threw, as an exception with one code and one type; E2 holds for its message. */
export function exceptionOf(thrown: unknown): ClickHouseException {
  if (thrown instanceof ClickHouseException) return thrown
  const raw = thrown instanceof Error ? thrown.message : String(thrown)
  const match = engineMessage.exec(raw.trim())
  if (!match) return refusal('STD_EXCEPTION', raw)
  let message = match[2] ?? ''
  let typeName = 'UNKNOWN_EXCEPTION'
  for (let suffix = typeSuffix.exec(message); suffix; suffix = typeSuffix.exec(message)) {
    typeName = suffix[1] ?? typeName
    message = message.slice(0, suffix.index)
  }
  message = message.replace(/^Code: \d+\. DB::(?:\w+)?Exception: /, '')
    .replace(/:?\s*\(in file\/uri [^)]*\)/g, '')
    .replace(/: While executing File: data for INSERT was parsed from file/g,
      ': While reading the data of the INSERT')
    .replace(/: data for INSERT was parsed from file/g, '')
  return new ClickHouseException(Number(match[1]), typeName, message)
}
