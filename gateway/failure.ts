/**
 * Errors on their way out. An app is told the code and the message of the table; what is not in the table is
 * our fault and reaches the operator whole, the app only as INTERNAL.
 */
import {
  errorTable, HinataError, messageOf, type ErrorCode, type ErrorDetails, type ErrorKind,
} from '../engine/index.js'

/** An error as an app sees it. */
interface PublicError {
  readonly code: ErrorCode
  readonly kind: ErrorKind
  /** The same call may succeed later without being changed. */
  readonly isRetryable: boolean
  readonly message: string
  readonly details: ErrorDetails
}

/** Something that failed inside, for the operator. */
export interface Failure {
  readonly where: string
  readonly thrown: unknown
}

/** Who hears of errors. */
export interface FailureEars {
  readonly metrics: { countError(code: string): void }
  readonly onFailure: (failure: Failure) => void
}

/** Kinds that never say more to an app than that something failed inside. */
const ourFaults: readonly ErrorKind[] = ['internal', 'setup', 'usage']

/** Codes whose message names our own hosts; an app learns only that something is away. */
const ourHosts: readonly ErrorCode[] = ['REDIS_UNREACHABLE', 'REDIS_REFUSES', 'CLICKHOUSE_UNREACHABLE']

/**
 * What an app is told about anything that was thrown. Counts it; failures of ours are reported with their
 * cause.
 */
export function publicErrorOf(thrown: unknown, ears: FailureEars, where: string): PublicError {
  if (thrown instanceof HinataError && ourHosts.includes(thrown.code)) {
    ears.onFailure({ where, thrown })
    return publicErrorOf(new HinataError('UPSTREAM_UNAVAILABLE'), ears, where)
  }
  if (thrown instanceof HinataError && !ourFaults.includes(thrown.kind)) {
    ears.metrics.countError(thrown.code)
    const { code, kind, isRetryable, message, details } = thrown
    return { code, kind, isRetryable, message, details }
  }
  ears.metrics.countError('INTERNAL')
  ears.onFailure({ where, thrown })
  const details = { reason: `see the gateway's log for ${where}` }
  const message = messageOf('INTERNAL', details)
  const { kind, retryable: isRetryable } = errorTable.INTERNAL
  return { code: 'INTERNAL', kind, isRetryable, message, details: {} }
}
