/**
 * The one error class. It carries a code of the table and the details that fill its message.
 * Failures of a record travel as values (`ErrorValue`) to the dead letters; this class is for refusals and
 * for I/O.
 */
import { errorTable, type ErrorCode, type ErrorKind } from './table.js'

/** What fills the placeholders of a message. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>

/** An error as data: what is stored with a dead letter and sent to an app. */
export interface ErrorValue {
  readonly code: string
  readonly message: string
  readonly stack?: string
}

/** A failure with a code of the one table. */
export class HinataError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(messageOf(code, details), options)
    this.name = 'HinataError'
    this.code = code
    this.details = details
  }

  get kind(): ErrorKind {
    return errorTable[this.code].kind
  }

  get isRetryable(): boolean {
    return errorTable[this.code].retryable
  }
}

/** The message of a code with its placeholders filled; an absent detail leaves nothing behind. */
export function messageOf(code: ErrorCode, details: ErrorDetails): string {
  return errorTable[code].message.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? ''))
}

/** Any thrown thing as data. Unknown errors become INTERNAL with their own message as reason. */
export function errorValueOf(thrown: unknown): ErrorValue {
  if (thrown instanceof HinataError) {
    return { code: thrown.code, message: thrown.message, stack: thrown.stack }
  }
  if (thrown instanceof Error) {
    return { code: 'INTERNAL', message: messageOf('INTERNAL', { reason: thrown.message }),
      stack: thrown.stack }
  }
  return { code: 'INTERNAL', message: messageOf('INTERNAL', { reason: String(thrown) }) }
}
