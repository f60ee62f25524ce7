/**
 * What went wrong at ClickHouse, in the words of our table: CLICKHOUSE_UNREACHABLE when the same call may
 * succeed later, CLICKHOUSE_REFUSED when it needs a person.
 */
import { ClickHouseError } from '@clickhouse/client'
import { HinataError } from '../engine/errors/index.js'

/**
 * Codes of ClickHouse that pass by themselves: timeouts (159, 209), too many queries (202, 203), network
 * (210, 279), aborted or cancelled (236, 394), memory (241), read-only for now (242), disk full (243), too
 * many parts (252), replicas (285, 319), internal server threads (439), keeper (999).
 */
const passingCodes: ReadonlySet<string> = new Set([
  '159', '202', '203', '209', '210', '236', '241', '242',
  '243', '252', '279', '285', '319', '394', '439', '999',
])

/**
 * ClickHouse explains a row that it cannot read with the row's own text, from the second line on: never
 * logged.
 */
const reasonCharsMax = 300

/** The failure of `what` as an error of the table. */
export function clickhouseFailure(error: unknown, url: string, what: string): HinataError {
  if (error instanceof HinataError) return error
  const reason = reasonOf(error)
  if (error instanceof ClickHouseError && !passingCodes.has(error.code)) {
    const named = `${error.type ?? 'code'} (${error.code}): ${reason}`
    return new HinataError('CLICKHOUSE_REFUSED', { what, reason: named })
  }
  return new HinataError('CLICKHOUSE_UNREACHABLE', { url, reason })
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error)
  const [line = ''] = text.split('\n', 1)
  return line.slice(0, reasonCharsMax)
}
