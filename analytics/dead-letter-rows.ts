/**
 * Rows of `dead_letters` (schema/0003-dead-letters.sql, schema/0005-dead-letter-status.sql): where and why a
 * record failed; and once more, replacing the first row, when it was redriven or dropped. Its content stays
 * in the engine's dead-letter topic: nobody has classified it, so only its ids leave. A pure function of the
 * dead letter.
 */
import { maskPii } from '../actors/enrichment/index.js'
import type { DeadLetter } from '../engine/index.js'
import { instant, instantOrNull, text, uint16, word } from './column.js'
import { storableText } from './storable.js'
import type { AnalyticsTable } from './table.js'

/** A stack is cut to this many characters; the cause is at its top. */
const stackCharsMax = 8_000
const attemptsMax = 65_535

/** The table of dead letters. */
export const deadLettersTable: AnalyticsTable<DeadLetter> = {
  name: 'dead_letters',
  columns: {
    id: text(letter => letter.id),
    user_id: text(letter => letter.key),
    record_id: text(letter => textAt(letter.value, ['record', 'id'])),
    app: word(letter => textAt(letter.value, ['app'])),
    source: word(letter => textAt(letter.value, ['record', 'source'])),
    position: text(letter => letter.position),
    event_time: instant(letter => letter.eventTime),
    accepted_at: instant(letter => letter.acceptedAt),
    failed_at: instant(letter => letter.failedAt),
    failed_in: word(letter => letter.where),
    attempts: uint16(letter => Math.min(letter.attempts, attemptsMax)),
    error_code: word(letter => letter.error.code),
    error_message: text(letter => maskPii(letter.error.message.slice(0, stackCharsMax))),
    error_stack: text(letter => maskPii((letter.error.stack ?? '').slice(0, stackCharsMax))),
    status: word(letter => letter.status),
    settled_at: instantOrNull(letter => letter.settledAt ?? null),
    redrives: uint16(letter => Math.min(letter.redrives, attemptsMax)),
    redrive_of: text(letter => letter.redriveOf ?? ''),
  },
  personOf: letter => letter.key,
  acceptedAt: letter => letter.acceptedAt,
  named: namedLetter,
  partitionedBy: letter => letter.failedAt,
  weight: letter => (letter.error.stack ?? '').length,
  presence: {
    where: 'user_id = {user_id:String} AND id = {id:String} AND status = {status:String}',
    parameters: letter =>
      ({ user_id: storableText(letter.key), id: storableText(letter.id), status: letter.status }),
  },
  repeats: {
    keyOf: letter => storableText(letter.id),
    sql: 'SELECT id AS key, argMax(status, inserted_at) AS last FROM dead_letters '
      + 'WHERE id IN {keys:Array(String)} GROUP BY id SETTINGS final = 0',
    isThere: (letter, last) => last === letter.status || last !== 'dead',
  },
  tellsRepairs: false,
}

/** Messages quote ids; a name in its place says the same to whoever may know whose it is. */
function namedLetter(letter: DeadLetter, name: string): DeadLetter {
  const { key, error } = letter
  const hidden = (text: string): string => key === '' ? text : text.replaceAll(key, name)
  return { ...letter, key: name, error: { ...error, message: hidden(error.message),
    ...(error.stack === undefined ? {} : { stack: hidden(error.stack) }) } }
}

/** The text at a path of a foreign value, or nothing: the record may be broken in any way. */
function textAt(value: unknown, path: readonly string[]): string {
  let found = value
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return ''
    found = Object.getOwnPropertyDescriptor(found, name)?.value
  }
  return typeof found === 'string' ? found : ''
}
