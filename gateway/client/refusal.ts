/** What a client throws. */
import type { ErrorCode } from '../../engine/index.js'

/** The gateway, or the way to it, said no. `code` is one of the table of errors (docs/ERRORS.md). */
export class GatewayRefusal extends Error {
  readonly code: ErrorCode
  /** The same call may succeed later without being changed. */
  readonly isRetryable: boolean

  constructor(code: ErrorCode, message: string, isRetryable: boolean) {
    super(message)
    this.name = 'GatewayRefusal'
    this.code = code
    this.isRetryable = isRetryable
  }
}

/** The gateway refused one record; the others of its batch went on. */
export class RecordRefusal extends GatewayRefusal {
  /** The id of the record, where it had one. */
  readonly recordId: string | null

  constructor(code: ErrorCode, message: string, recordId: string | null) {
    super(code, message, false)
    this.name = 'RecordRefusal'
    this.recordId = recordId
  }
}

/** The way to the gateway is broken just now. */
export function unreachable(reason: string): GatewayRefusal {
  return new GatewayRefusal('UPSTREAM_UNAVAILABLE', reason, true)
}

/** The client was closed. */
export function closedRefusal(): GatewayRefusal {
  return new GatewayRefusal('STOPPING', 'This client is closed.', false)
}
