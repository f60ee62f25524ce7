/**
 * A halt: a partition whose task ended by itself and is tried again later. The cause is the breaker (most
 * records failed), an actor that supervision stops, a block that cannot be read, or a failure inside. It is
 * kept in Redis, so that a restart neither forgets the delay nor begins to bury anew.
 *
 *   running ─ends─▶ halted ─delay or `resume`─▶ trying, in small commits ─past the entry─▶ running
 *                     ▲                            │
 *                     └──── ends again, longer delay┘
 *
 * I1  Nothing of the batch that ended the task is committed; its records stay in the log (G5).
 * I2  The delay grows from `haltDelayFirstMs` to `haltDelayMaxMs` while the same place fails.
 * I3  An operator passes a record or block by naming it: a mark beside the log, of which every version of
 *     the topology reads. It changes nothing where the record does not fail.
 */
import type { HinataError } from '../errors/index.js'
import { haltDelayFirstMs, haltDelayMaxMs } from '../limits/limits.js'
import type { Keyspace } from '../record/keys.js'
import { compareEntries, startOfLog, type EntryId } from '../record/record.js'
import {
  fieldsOf, loadScript, redisTime, runScript, send, type RedisConnection,
} from '../redis/index.js'

/** Why and since when a partition stands. Times are those of Redis, ms UTC. */
export interface Halt {
  /** PARTITION_PAUSED, PARTITION_STOPPED, BLOCK_CORRUPT, or what failed inside. */
  readonly code: string
  /** The record, block or timer at which it stands. */
  readonly position: string
  /** Its entry: the halt is over once a commit has passed it. */
  readonly entry: EntryId
  /** The message of what ended the task; may quote what a behaviour threw. */
  readonly cause: string
  readonly since: number
  /** Tries that failed so far, the first included. */
  readonly tries: number
  readonly nextAt: number
  /** Up to this entry what fails is buried and the breaker stays off; `0-0`: nowhere. */
  readonly buryUntil: EntryId
}

const putHalt = loadScript('put-halt')

/** The halts of one topology. */
export class Halts {
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #topology: string

  /** `topology` is `<name>.<version>`. */
  constructor(redis: RedisConnection, keys: Keyspace, topology: string) {
    this.#redis = redis
    this.#keys = keys
    this.#topology = topology
  }

  /** The halt of a partition, if any. */
  async read(partition: number): Promise<Halt | undefined> {
    const stored = await send(this.#redis, 'HGETALL', [this.#keys.halt(partition, this.#topology)])
    const fields = fieldsOf(stored)
    if (!fields.code) return undefined
    const text = (name: string): string => String(fields[name] ?? '')
    return {
      code: text('code'), position: text('position'), entry: text('entry'), cause: text('cause'),
      since: Number(text('since')), tries: Number(text('tries')), nextAt: Number(text('nextAt')),
      buryUntil: text('buryUntil') || startOfLog,
    }
  }

  /** Halts a partition whose task ended by `error` after `committed`. Undefined: another node owns it. */
  async put(
    partition: number, epoch: number, error: HinataError, committed: EntryId,
  ): Promise<Halt | undefined> {
    const [before, now] = await Promise.all([this.read(partition),
      redisTime(this.#redis, this.#keys.halt(partition, this.#topology))])
    const position = String(error.details.position ?? committed)
    const tries = before?.position === position ? before.tries + 1 : 1
    const halt: Halt = {
      code: error.code, position, entry: entryOf(position) ?? committed, cause: error.message, tries,
      since: tries > 1 && before ? before.since : now,
      nextAt: now + Math.min(haltDelayFirstMs * 2 ** (tries - 1), haltDelayMaxMs),
      buryUntil: before?.buryUntil ?? startOfLog,
    }
    const fields = Object.entries(halt).flat() as (string | number)[]
    const isOurs = await runScript(this.#redis, putHalt, this.#names(partition), [epoch, ...fields])
    return isOurs === 1 ? halt : undefined
  }

  /** The partition has passed the place. */
  async clear(partition: number, epoch: number): Promise<void> {
    await runScript(this.#redis, putHalt, this.#names(partition), [epoch])
  }

  #names(partition: number): string[] {
    return [this.#keys.checkpoint(partition, this.#topology), this.#keys.halt(partition, this.#topology)]
  }
}

/** Whether a commit at `committed` is past the halt, and past what an operator wants buried. */
export function isPast(halt: Halt, committed: EntryId): boolean {
  return compareEntries(committed, halt.entry) >= 0 && compareEntries(committed, halt.buryUntil) >= 0
}

/** The entry of a record's or a block's position; undefined for a timer. */
function entryOf(position: string): EntryId | undefined {
  return /^\d+-\d+/.exec(position)?.[0]
}
