/**
 * The dead letters of one partition, as its fold sees them.
 *
 * D1  A letter is open from the commit that buries its record until the commit that folds its redriven or
 *     dropped record. Which letters are open is state, written by those commits: rows of an internal actor
 *     under the letter's key.
 * D2  A redriven record is folded only where its letter is open, and closes it. So redriving twice folds
 *     once; and a replay in which the record did not fail (its code was mended) does not fold it again.
 * D3  The letters of a parked actor form a queue. They leave it in its order; one that comes too early is
 *     buried again at its place.
 */
import { actor, Activation, type Effects } from '../actor/index.js'
import { errorValueOf, HinataError, type ErrorValue } from '../errors/index.js'
import { encodeEmission } from '../record/emission.js'
import type { Keyspace } from '../record/keys.js'
import { encodeValue } from '../record/pack.js'
import { timeOfEntry, type EntryId } from '../record/record.js'
import { table, type Journal, type TableCell } from '../state/index.js'
import { deadLetterOf, type FailedRecord, type MovedLetter } from './dead-letter.js'
import type { RowRequest } from './state-store.js'
import type { StagedRecord } from './staged.js'
import type { DeadLetter, Topology } from './topology.js'

/** A row: whose queue the letter stands in, and where; empty when it stands in none. */
type OpenLetter = Partial<NonNullable<DeadLetter['queued']>>

const openTable = 'open'

/** Keeps which letters of a key are open. Never receives anything. */
const letterKeeper = actor('~letters', { state: { [openTable]: table<OpenLetter>() }, receive: {} })

/** How a record failed. */
export interface Burial {
  readonly where: string
  readonly attempts: number
  readonly error: ErrorValue
  /** The parked actor that the record was for. */
  readonly parked?: Activation
  readonly isFinal?: string
}

/** The first failure since the last commit: what a paused partition names as the cause. */
export interface FailureCause {
  readonly position: string
  readonly where: string
  readonly code: string
  readonly message: string
}

/** What was buried since the last `collect`. */
export interface Burials {
  /** Packed letters. */
  readonly dead: Buffer[]
  /** Records that failed their attempts, without those that were redriven or only waited. */
  readonly failed: number
  readonly cause: FailureCause | undefined
}

/** What the fold lends. */
export interface LettersOptions {
  readonly topology: Topology
  readonly partition: number
  readonly journal: Journal
}

/** What the fold lends for a letter that is settled. */
export interface LentByFold {
  load(rows: RowRequest[]): Promise<void>
  /** The actor, if it is parked. */
  parked(type: string, key: string): Promise<Activation | undefined>
  /** Folds the record; `admitted` takes it although it is parked. */
  fold(record: StagedRecord, admitted: Activation | undefined): Promise<void>
}

/** Buries records and settles letters. */
export class Letters {
  readonly #options: LettersOptions
  #dead: Buffer[] = []
  #failed = 0
  #cause: FailureCause | undefined
  #last = { position: '', letters: 0 }
  /** Letters that kept their place because they failed again or came too early. */
  #reburied = 0
  #keepers = new Map<string, Activation>()

  constructor(options: LettersOptions) {
    this.#options = options
  }

  /** Buries a record; the letter goes to the dead letters and, as an output, to the sinks. */
  bury(record: FailedRecord, failure: Burial, effects: Effects): void {
    const { topology, partition } = this.#options
    const { where, attempts, error, parked, isFinal } = failure
    const nth = this.#last.position === record.position ? this.#last.letters + 1 : 0
    this.#last = { position: record.position, letters: nth }
    const kept = record.moved?.head.queued
    if (kept) this.#reburied++
    const queued = kept ?? (parked ? { actor: parked.actor.type, place: parked.enqueue() } : undefined)
    const letter = deadLetterOf(record, partition, { where, attempts, error, nth, queued, isFinal })
    this.#dead.push(encodeValue(letter))
    effects.emitted.push(encodeEmission(topology.deadLetters.output, record.key, letter))
    const open = this.#keeper(record.key)
    open.table(openTable).loadRow(letter.id, null)
    tableOf(open).put(letter.id, queued ?? {})
    this.#options.journal.keep()
    const isExpected = attempts === 0 || record.moved !== undefined || error.code === 'RECORD_SKIPPED'
    if (isExpected || isFinal !== undefined || nth > 0) return
    this.#failed++
    this.#cause ??= { position: record.position, where, code: error.code, message: error.message }
  }

  /** A record whose letter was redriven or dropped: counts only where the letter is open, and in its turn. */
  async settle(record: StagedRecord, effects: Effects, fold: LentByFold): Promise<void> {
    const moved = record.moved!
    const { key } = record
    const keeper = this.#keeper(key)
    const { id } = moved.head
    if (moved.topology !== this.#options.topology.name) return
    const rows = keeper.table(openTable).missing([id])
    await fold.load(rows.length === 0 ? [] : [{ activation: keeper, table: openTable, rows }])
    const open = tableOf(keeper).get(id)
    if (!open) return
    this.#close(keeper, record, moved, effects)
    const { actor: type, place } = open
    const queued = type !== undefined && place !== undefined ? { actor: type, place } : undefined
    const parked = queued && await fold.parked(queued.actor, key)
    const own = { ...record, moved: { ...moved, head: { ...moved.head, queued } } }
    if (parked && queued && !parked.isFirst(queued.place)) {
      const error = errorValueOf(parkedError(parked))
      return this.bury(own, { where: moved.head.where, attempts: 0, error }, effects)
    }
    const before = this.#reburied
    if (moved.move === 'redrive') await fold.fold(own, parked)
    if (this.#reburied === before) parked?.dequeue()
  }

  /** No letter of the key is open any more: what is redriven later is not folded (D2). */
  wipe(key: string): void {
    const keeper = new Activation(letterKeeper, key, this.#options.journal)
    keeper.wipe()
    this.#keepers.set(key, keeper)
  }

  /** Buries a whole block, of which nothing is known but its bytes. */
  buryBlock(entry: EntryId, block: Buffer, reason: HinataError, effects: Effects): void {
    const at = timeOfEntry(entry)
    const error = errorValueOf(new HinataError('RECORD_SKIPPED', { reason: reason.message }))
    this.bury({
      key: '', eventTime: at, acceptedAt: at, position: entry, original: () => block,
      outcome: { kind: 'failure' },
    }, { where: 'log', attempts: 0, error, isFinal: 'nobody can read its block' }, effects)
  }

  #keeper(key: string): Activation {
    let keeper = this.#keepers.get(key)
    if (!keeper) this.#keepers.set(key, keeper = new Activation(letterKeeper, key, this.#options.journal))
    return keeper
  }

  /** Closes the letter and says so to the sinks. */
  #close(keeper: Activation, record: StagedRecord, moved: MovedLetter, effects: Effects): void {
    tableOf(keeper).delete(moved.head.id)
    this.#options.journal.keep()
    const letter: DeadLetter = {
      ...moved.head, status: moved.move === 'drop' ? 'dropped' : 'redriven', settledAt: record.acceptedAt,
      value: moved.head.to && 'body' in record.outcome ? record.outcome.body
        : record.original(),
    }
    effects.emitted.push(encodeEmission(this.#options.topology.deadLetters.output, record.key, letter))
  }

  /** The rows that changed, with which the commit writes D1. Before `collect`. */
  get keepers(): Iterable<Activation> {
    return this.#keepers.values()
  }

  /** What was buried; empties. */
  collect(): Burials {
    const burials = { dead: this.#dead, failed: this.#failed, cause: this.#cause }
    this.#keepers.clear()
    this.#dead = []
    this.#failed = 0
    this.#cause = undefined
    return burials
  }

}

/** Why a record does not reach a parked actor. */
export function parkedError({ actor: { type }, key }: Activation): HinataError {
  return new HinataError('ACTOR_PARKED', { actor: `${type} ${key}` })
}

/** Whether the actor was not asked at all: the letter names why, and not a turn that failed. */
export function keepsCode({ code }: ErrorValue): boolean {
  return code === 'ACTOR_PARKED' || code === 'CIPHER_BROKEN' || code === 'CIPHER_KEY_MISSING'
}

/** The record itself was folded; what it told was not. */
export function tellFailure(error: HinataError): Burial {
  return { where: 'tell', attempts: 1, error: errorValueOf(error), isFinal: 'its own turn took effect' }
}

function tableOf(keeper: Activation): TableCell<OpenLetter> {
  return keeper.cells[openTable] as never
}

/** Names of the hashes in which a version keeps which letters of a key are open. */
export function letterHashes(keys: Keyspace, partition: number, topology: string, key: string): string[] {
  const { type } = letterKeeper
  return [keys.state(partition, topology, type, key), keys.table(partition, topology, type, openTable, key)]
}
