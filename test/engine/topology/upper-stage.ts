/** A stage for tests that runs in a thread: makes texts upper-case, refuses numbers, throws on null. */
import type { LogRecord, StageFailure } from '../../../engine/index.js'

/** One answer per record, in order. */
export function run(records: readonly LogRecord[]): (string | StageFailure)[] {
  return records.map(({ value }) => {
    if (typeof value === 'number') {
      return { failure: { code: 'FIELD_TYPE', message: `${value} is not a text` } }
    }
    return (value as string).toUpperCase()
  })
}
