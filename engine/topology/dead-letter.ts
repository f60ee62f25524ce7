/**
 * Makes a dead letter of a record that failed, and the record that puts a letter back into the log. A letter
 * depends on the record, the behaviour and its error alone, so that the same log leaves the same letters,
 * however it was cut into batches (F1).
 *
 *   record of a moved letter   key, event time: those of the letter
 *                              value { '~letter': [move, topology, head of the letter, value] }
 *                              move: `redrive` folds the value again, `drop` only closes the letter
 */
import type { ErrorValue } from '../errors/index.js'
import { isMoved, movedField, toldField, type LogRecord, type Move } from '../record/record.js'
import type { DeadLetter, LetterHead } from './topology.js'


/** What a moved letter's record says beside its value. */
export interface MovedLetter {
  readonly move: Move
  /** Name of the topology whose letter it is; others that read the topic pass it by. */
  readonly topology: string
  readonly head: LetterHead
}

/** What a letter is about. */
export interface FailedRecord {
  readonly key: string
  readonly eventTime: number
  readonly acceptedAt: number
  readonly position: string
  readonly original: () => unknown
  readonly outcome: { readonly kind: string } | ToldOutcome
  readonly moved?: MovedLetter
}

interface ToldOutcome {
  readonly kind: 'told'
  readonly actor: string
  readonly message: string
  readonly body: unknown
}

/** What the burial adds to the record. */
export interface Failing {
  readonly where: string
  readonly attempts: number
  readonly error: ErrorValue
  /** How many letters of this position there were before. */
  readonly nth: number
  readonly queued: DeadLetter['queued']
  readonly isFinal?: string
}

/** Frames of the engine, below those of the behaviour: they tell how a batch was cut. */
const engineFrame = /\n\s+at (?:async )?(?:TurnRunner\.run|missingRows|runSafely|Fold\.|#)/

/** The letter of `record` in `partition`. */
export function deadLetterOf(record: FailedRecord, partition: number, failing: Failing): DeadLetter {
  const { key, position, eventTime, acceptedAt, moved, outcome } = record
  const { where, attempts, error, nth, queued, isFinal } = failing
  const told = 'actor' in outcome ? outcome : undefined
  const isSameQueue = queued !== undefined && queued.place === moved?.head.queued?.place
  return {
    id: `${partition}:${nameOf(record)}${nth === 0 ? '' : `.${nth}`}`, status: 'dead',
    key, position, eventTime, acceptedAt, failedAt: acceptedAt, where, attempts,
    error: { code: error.code, message: error.message, stack: error.stack?.split(engineFrame)[0] },
    value: told ? told.body : record.original(),
    ...(told ? { to: { actor: told.actor, message: told.message } } : {}),
    ...(queued ? { queued } : {}),
    origin: moved && (queued === undefined || isSameQueue) ? moved.head.origin : position,
    redrives: moved ? moved.head.redrives + 1 : 0,
    ...(moved ? { redriveOf: moved.head.id } : {}),
    ...(isFinal === undefined ? {} : { isFinal }),
  }
}

/**
 * What a failed record is called in its partition: its position; that of a timer, `<due>:<name>`, is not its
 * own alone.
 */
export function nameOf({ position, outcome, key }: FailedRecord): string {
  const isTimer = !position.slice(0, position.indexOf(':')).includes('-')
  return isTimer && 'actor' in outcome ? `${position}:${outcome.actor}:${key}` : position
}

/** What a turn told an actor of this partition, as a record of its own. */
export function toldRecord(
  told: { readonly actor: { readonly type: string }, readonly key: string, readonly message: string,
    readonly body: unknown },
  cause: Pick<FailedRecord, 'eventTime' | 'acceptedAt' | 'position'>,
): FailedRecord & { readonly outcome: ToldOutcome } {
  const { eventTime, acceptedAt, position } = cause
  return {
    key: told.key, eventTime, acceptedAt, position, original: () => told.body,
    outcome: { kind: 'told', actor: told.actor.type, message: told.message, body: told.body },
  }
}

/** The record that moves a letter: appended to the log of the letter's partition. */
export function movedRecord(topology: string, move: Move, letter: DeadLetter): LogRecord {
  const { value, ...head } = letter
  const { key, eventTime, to } = letter
  const inner = to ? { [toldField]: [to.actor, to.message, value] } : value
  return { key, eventTime, value: { [movedField]: [move, topology, head, inner] } }
}

/** Reverses `movedRecord`; undefined for every other value. */
export function movedLetterOf(value: unknown): { moved: MovedLetter, inner: unknown } | undefined {
  if (!isMoved(value)) return undefined
  const [move, topology, head, inner] = value[movedField]
  return { moved: { move, topology, head: head as LetterHead }, inner }
}
