/**
 * Makes a dead letter of a record that failed. A letter depends on the record, the behaviour and its error
 * alone, so that the same log leaves the same letters, however it was cut into batches (F1).
 */
import type { ErrorValue } from '../errors/index.js'
import type { DeadLetter } from './topology.js'

/** What a letter is about. */
export interface FailedRecord {
  readonly key: string
  readonly eventTime: number
  readonly acceptedAt: number
  readonly position: string
  readonly original: () => unknown
}

/** Frames of the engine, below those of the behaviour: they tell how a batch was cut. */
const engineFrame = /\n\s+at (?:async )?(?:TurnRunner\.run|missingRows|runSafely|Fold\.|#)/

/** The letter of `record`, which failed at `where` after `attempts`. */
export function deadLetterOf(
  record: FailedRecord, partition: number, where: string, attempts: number, error: ErrorValue,
): DeadLetter {
  const stack = error.stack?.split(engineFrame)[0]
  return {
    id: `${partition}:${record.position}`,
    key: record.key, position: record.position, eventTime: record.eventTime, acceptedAt: record.acceptedAt,
    failedAt: record.acceptedAt, where, attempts,
    error: { code: error.code, message: error.message, stack },
    value: record.original(),
  }
}
