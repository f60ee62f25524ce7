/**
 * Whether what a partition emits may have been handed over before: after its state was put back to an earlier
 * commit, records up to the end of the log are folded again and emit the same again.
 *
 *   off ◀─ no end is noted ─ start ─ an end is noted ─▶ folding ─ the checkpoint is past it ─▶ passing ─▶ off
 *                                                                  (the sink has yet to pass the outbox)
 *
 * N1  Every batch with a value of such a record is told as repeated, perhaps some later ones, too.
 * N2  It ends for each sink by itself; a restart in between goes on with it.
 */
import { randomUUID } from 'node:crypto'
import { compareEntries, startOfLog, type EntryId } from '../record/record.js'
import { send, type RedisConnection } from '../redis/index.js'
import { lastIdOf } from './key-frames.js'

/** Field of the checkpoint: the end of the log when the state was put back, and a name of that occasion. */
export const repeatsField = 'repeatsTo'
/** Field of a sink: what `repeatsTo` said when it was done with that. */
const passedField = 'repeatsPassed'

/** What `repeatsField` holds for a log that ends at `end`. */
export function repeatsUpTo(end: EntryId): string {
  return `${end} ${randomUUID()}`
}

/** Where repeats are looked for: names of Redis keys. */
export interface RepeatPlace {
  readonly checkpoint: string
  readonly outbox: string
  readonly sink: string
}

/** The repeats of one partition for one sink. */
export class Repeats {
  readonly #redis: RedisConnection
  readonly #place: RepeatPlace
  readonly #noted: string
  /** The last entry of the outbox when the checkpoint was first seen past the end. */
  #outboxEnd: EntryId | undefined

  private constructor(redis: RedisConnection, place: RepeatPlace, noted: string) {
    this.#redis = redis
    this.#place = place
    this.#noted = noted
  }

  /** Those that are to come; undefined when there are none. */
  static async open(redis: RedisConnection, place: RepeatPlace): Promise<Repeats | undefined> {
    const [noted, passed] = await Promise.all([
      send(redis, 'HGET', [place.checkpoint, repeatsField]), send(redis, 'HGET', [place.sink, passedField]),
    ])
    if (noted === null || (passed !== null && String(passed) === String(noted))) return undefined
    return new Repeats(redis, place, String(noted))
  }

  /** Called when the sink stands at `position`: whether all repeats are behind it. */
  async arePassed(position: EntryId): Promise<boolean> {
    if (this.#outboxEnd === undefined) {
      const folded = await send(this.#redis, 'HGET', [this.#place.checkpoint, 'position'])
      const [end] = this.#noted.split(' ')
      if (compareEntries(String(folded ?? startOfLog), end) < 0) return false
      this.#outboxEnd = await lastIdOf(this.#redis, this.#place.outbox) ?? startOfLog
    }
    if (compareEntries(position, this.#outboxEnd) < 0) return false
    await send(this.#redis, 'HSET', [this.#place.sink, passedField, this.#noted])
    return true
  }
}
