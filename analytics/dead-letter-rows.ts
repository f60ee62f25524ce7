/**
 * Rows of `dead_letters` (schema/0003-dead-letters.sql, schema/0005-dead-letter-status.sql): where and why a
 * record failed; and once more, replacing the first row, when it was redriven or dropped. Its content stays
 * in the engine's dead-letter topic: nobody has classified it, so only its ids leave. A pure function of the
 * dead letter.
 */
import { maskPii } from '../actors/enrichment/index.js'
import type { DeadLetter } from '../engine/index.js'
import { formatInstant } from './instant.js'
import { storableText } from './storable.js'
import type { AnalyticsTable } from './table.js'

/** A stack is cut to this many characters; the cause is at its top. */
const stackCharsMax = 8_000
const attemptsMax = 65_535

/** The table of dead letters. */
export const deadLettersTable: AnalyticsTable<DeadLetter> = {
  name: 'dead_letters',
  columns: {
    id: letter => storableText(letter.id),
    user_id: letter => storableText(letter.key),
    record_id: letter => textAt(letter.value, ['record', 'id']),
    app: letter => textAt(letter.value, ['app']),
    source: letter => textAt(letter.value, ['record', 'source']),
    position: letter => letter.position,
    event_time: letter => formatInstant(letter.eventTime),
    accepted_at: letter => formatInstant(letter.acceptedAt),
    failed_at: letter => formatInstant(letter.failedAt),
    failed_in: letter => storableText(letter.where),
    attempts: letter => Math.min(letter.attempts, attemptsMax),
    error_code: letter => letter.error.code,
    error_message: letter => storableText(maskPii(letter.error.message.slice(0, stackCharsMax))),
    error_stack: letter => storableText(maskPii((letter.error.stack ?? '').slice(0, stackCharsMax))),
    status: letter => letter.status,
    settled_at: letter => (letter.settledAt === undefined ? null : formatInstant(letter.settledAt)),
    redrives: letter => Math.min(letter.redrives, attemptsMax),
    redrive_of: letter => storableText(letter.redriveOf ?? ''),
  },
  partitionedBy: letter => letter.failedAt,
  weight: letter => (letter.error.stack ?? '').length,
  presence: {
    where: 'user_id = {user_id:String} AND id = {id:String} AND status = {status:String}',
    parameters: letter =>
      ({ user_id: storableText(letter.key), id: storableText(letter.id), status: letter.status }),
  },
  feedsRollup: false,
}

/** The text at a path of a foreign value, or nothing: the record may be broken in any way. */
function textAt(value: unknown, path: readonly string[]): string {
  let found = value
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return ''
    found = Object.getOwnPropertyDescriptor(found, name)?.value
  }
  return typeof found === 'string' ? storableText(found) : ''
}
