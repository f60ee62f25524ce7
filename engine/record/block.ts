/**
 * A block: the records of one entry of the log, packed one after another, so that Redis is paid per block and
 * a script can leave a record out without understanding it.
 *
 *   entry   <ms>-<n>   field `d`
 *           ┌──────────┬──────────┬─ … ─┬──────────┐
 *   d       │ record 0 │ record 1 │     │ record k │      no count, no index: the values delimit themselves
 *           └──────────┴──────────┴─ … ─┴──────────┘
 *   record  msgpack array [key: str, eventTime: float|uint (ms UTC), value: any]
 */
import { HinataError } from '../errors/index.js'
import { decodeValues, encodeValue } from './pack.js'
import type { EntryId, LogRecord } from './record.js'

/** One record as it stands in a block. */
export function encodeRecord(record: LogRecord): Buffer {
  return encodeValue([record.key, record.eventTime, record.value])
}

/** The records of a block, in order. Throws BLOCK_CORRUPT. */
export function decodeBlock(entry: EntryId, block: Uint8Array): LogRecord[] {
  let tuples: unknown[]
  try {
    tuples = decodeValues(block)
  } catch (error) {
    throw new HinataError('BLOCK_CORRUPT', { position: entry, reason: String(error) }, { cause: error })
  }
  return tuples.map(tuple => {
    if (!isTuple(tuple)) throw new HinataError('BLOCK_CORRUPT', { position: entry, reason: 'not a record' })
    const [key, eventTime, value] = tuple
    return { key, eventTime, value }
  })
}

function isTuple(tuple: unknown): tuple is [string, number, unknown] {
  return Array.isArray(tuple) && typeof tuple[0] === 'string' && typeof tuple[1] === 'number'
}
