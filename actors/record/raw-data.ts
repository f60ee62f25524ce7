/**
 * raw_data: an app's own object, opaque to the engine, bounded in bytes and depth. Nothing here trusts its
 * content.
 */
import { encodeValue } from '../../engine/record/index.js'
import { RAW_DATA_BYTES_MAX, RAW_DATA_LEVELS_MAX } from './limits.js'
import type { FieldReader } from './field-reader.js'
import { kindOf } from './refusal.js'

const FIELD = 'raw_data'

/** Reads raw_data; undefined when absent or refused. */
export function readRawData(fields: FieldReader): Readonly<Record<string, unknown>> | undefined {
  const value = fields.raw(FIELD)
  if (value === undefined) return undefined
  if (!isPlainObject(value)) {
    return fields.refuse(
      'FIELD_TYPE',
      { field: FIELD, expected: 'an object', found: kindOf(value) },
      FIELD,
      undefined,
    )
  }
  if (!isShallow(value)) return refuseAs(fields, `at most ${RAW_DATA_LEVELS_MAX} levels deep`, 'more')
  const found = packedBytes(value)
  if (found === undefined) return refuseAs(fields, 'plain data', 'something that cannot be packed')
  if (found > RAW_DATA_BYTES_MAX) {
    return fields.refuse('RAW_DATA_TOO_LARGE', { found, max: RAW_DATA_BYTES_MAX }, FIELD, undefined)
  }
  return value
}

/** A plain object, as JSON and MessagePack give it. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function refuseAs(fields: FieldReader, expected: string, found: string): undefined {
  return fields.refuse('FIELD_TYPE', { field: FIELD, expected, found }, FIELD, undefined)
}

/** Level by level, so that hostile depth meets the bound and not the stack. */
function isShallow(value: object): boolean {
  let level: object[] = [value]
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > RAW_DATA_LEVELS_MAX) return false
    level = level.flatMap(node =>
      Object.values(node).filter(child => typeof child === 'object' && child !== null),
    )
  }
  return true
}

function packedBytes(value: object): number | undefined {
  try {
    return encodeValue(value).length
  } catch {
    return undefined // a function, a symbol: the refusal says so
  }
}
