/**
 * Reads the fields of one foreign object. The first broken rule is kept in `refusal`; reading goes on with
 * neutral values, so that the caller checks once, at the end.
 *
 * F1 Only own properties are read. F2 Texts come out well-formed: a lone surrogate becomes U+FFFD, as in
 *    UTF-8.
 */
import { refusalOf, kindOf, type Refusal } from './refusal.js'
import type { ErrorCode, ErrorDetails } from '../../engine/index.js'

const CONTROL = /[\p{Cc}\p{Cs}]/u
const LONE_SURROGATE = /\p{Cs}/gu

/** One pass over an object's fields. */
export class FieldReader {
  refusal: Refusal | undefined
  readonly #fields: Readonly<Record<string, unknown>>

  constructor(fields: Readonly<Record<string, unknown>>) {
    this.#fields = fields
  }

  /** The field as it is, undefined when absent. */
  raw(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined
  }

  /** A text of at most `charsMax` characters; '' when absent. */
  text(name: string, charsMax: number): string {
    const value = this.raw(name)
    return value === undefined ? '' : this.boundedText(name, value, charsMax)
  }

  /** A text that must be there and say something. */
  requiredText(name: string, charsMax: number): string {
    const value = this.raw(name)
    if (value === undefined) return this.refuse('FIELD_MISSING', { field: name }, name, '')
    const text = this.boundedText(name, value, charsMax)
    return text.trim() === '' ? this.refuse('FIELD_MISSING', { field: name }, name, '') : text
  }

  /** Checks one foreign value as a text; `name` may be `tag[3]`. */
  boundedText(name: string, value: unknown, charsMax: number): string {
    if (typeof value !== 'string') {
      return this.refuse('FIELD_TYPE', { field: name, expected: 'a string', found: kindOf(value) }, name, '')
    }
    const found = charsOf(value, charsMax)
    if (found > charsMax)
      return this.refuse('FIELD_TOO_LONG', { field: name, found, max: charsMax }, name, '')
    return value.replace(LONE_SURROGATE, '\ufffd')
  }

  /** Notes the first refusal and hands back the neutral value. */
  refuse<T>(code: ErrorCode, details: ErrorDetails, field: string, neutral: T): T {
    this.refusal ??= refusalOf(code, details, field)
    return neutral
  }
}

/** Is it a usable id: 1 to `charsMax` printable characters? */
export function isPrintableId(value: unknown, charsMax: number): value is string {
  return (
    typeof value === 'string' &&
    value.trim() !== '' &&
    charsOf(value, charsMax) <= charsMax &&
    !CONTROL.test(value)
  )
}

/** Characters as people count them: code points. Counted only when the length alone does not decide. */
function charsOf(text: string, charsMax: number): number {
  if (text.length <= charsMax || text.length > charsMax * 2) return text.length
  let count = 0
  for (const _ of text) count += 1
  return count
}
