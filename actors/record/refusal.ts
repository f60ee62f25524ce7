/** Why a record is not taken, as data: the answer to an app names it, with the index of the record. */
import { messageOf, type ErrorCode, type ErrorDetails } from '../../engine/errors/index.js'

/** A refusal. `field` is the field to change, when it is one. */
export interface Refusal {
  readonly code: ErrorCode
  readonly message: string
  readonly field?: string
}

/** Makes a refusal with the message of the table. */
export function refusalOf(code: ErrorCode, details: ErrorDetails = {}, field?: string): Refusal {
  const message = messageOf(code, details)
  return field === undefined ? { code, message } : { code, message, field }
}

/** What a foreign value is, in one word for a message. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value
}
