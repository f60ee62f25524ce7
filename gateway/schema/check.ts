/**
 * One schema for validation, types and openapi.json. TypeBox lives in this folder alone; its checkers are
 * compiled once. Only envelopes are checked here: records go through `parseRecord`, one by one.
 */
import { type Static, type TSchema } from '@sinclair/typebox'
import { TypeCompiler, type ValueError } from '@sinclair/typebox/compiler'
import { HinataError } from '../../engine/index.js'

/** A schema, which is JSON Schema as data. */
export type Schema = TSchema

/** The type of what fits a schema. */
export type Checked<S extends Schema> = Static<S>

/** Reads foreign input of one schema. */
export interface Checker<S extends Schema> {
  /** The input, unchanged, or REQUEST_INVALID with the place and what was expected there. */
  parse(input: unknown): Checked<S>
}

/** Compiles a schema. */
export function checkerOf<S extends Schema>(schema: S): Checker<S> {
  const compiled = TypeCompiler.Compile(schema)
  return {
    parse(input) {
      if (compiled.Check(input)) return input
      throw new HinataError('REQUEST_INVALID', { reason: reasonOf(compiled.Errors(input).First()) })
    },
  }
}

/** Characters of a foreign name that a refusal repeats. */
const nameCharactersMax = 100

function reasonOf(error: ValueError | undefined): string {
  if (error === undefined) return 'it has another form than expected.'
  const path = error.path.slice(1).replaceAll('/', '.')
  const field = path.length > nameCharactersMax ? `${path.slice(0, nameCharactersMax)}…` : path
  if (error.message === 'Unexpected property') return `unknown field ${field}.`
  if (error.message.startsWith('Expected required property')) return `field ${field} is required.`
  const found = error.value === null || typeof error.value !== 'object' ? `, found ${brief(error.value)}` : ''
  const expected = error.message.charAt(0).toLowerCase() + error.message.slice(1)
  return `${field === '' ? 'it' : `field ${field}`}: ${expected}${found}.`
}

function brief(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value) ?? typeof value
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
