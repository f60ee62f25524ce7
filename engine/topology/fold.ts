/**
 * The fold: turns staged records into changed cells, outputs, timers and dead letters, for one partition. No
 * I/O of its own: fields come from a `StateStore`, what changed leaves as a `FoldedBatch`.
 *
 * F1  Records are taken in the order of the log. Before a record accepted at t, every timer due before t has
 *     fired; what a turn tells to actors of this partition is delivered before the next record. So the state
 *     does not depend on how the log was cut into batches, and a replay ends with the same bytes (G7).
 * F2  A record whose turns fail becomes a dead letter and changes nothing else (G5).
 * F3  `collect` empties the fold: afterwards memory holds exactly what the commit will make durable.
 */
import {
  Activation, Effects, FieldChanges, TurnRunner, type ActorType, type Told, type TurnCause,
} from '../actor/index.js'
import { errorValueOf, HinataError, type ErrorValue } from '../errors/index.js'
import { tellsMax } from '../limits/limits.js'
import { encodeEmission, type Emission } from '../record/emission.js'
import { encodeValue } from '../record/pack.js'
import { Journal, parseTimerMember, TimerIndex } from '../state/index.js'
import { deadLetterOf } from './dead-letter.js'
import type { Topology } from './topology.js'
import { mergedRequests, missingRows } from './row-requests.js'
import type { RowRequest, StateStore } from './state-store.js'

/** A record after the stages: a value to fold, a message relayed from another partition, or a failure. */
export interface StagedRecord {
  readonly key: string
  readonly eventTime: number
  /** ms UTC: the time of the entry. */
  readonly acceptedAt: number
  /** `<entry>:<index>` */
  readonly position: string
  /** The value before the stages, kept for a dead letter. */
  readonly original: unknown
  readonly outcome:
    | { readonly kind: 'value', readonly value: unknown }
    | { readonly kind: 'told', readonly actor: string, readonly message: string, readonly body: unknown }
    | { readonly kind: 'failure', readonly where: string, readonly error: ErrorValue }
}

/** Where the changed fields of one actor or table belong. */
export interface ChangedHash {
  readonly actor: string
  readonly key: string
  /** undefined: the actor's own cells. */
  readonly table: string | undefined
  readonly changes: FieldChanges
}

/** Everything that a batch changed. */
export interface FoldedBatch {
  readonly hashes: ChangedHash[]
  readonly emitted: Emission[]
  /** Packed dead letters. */
  readonly dead: Buffer[]
  readonly timers: Map<string, number | null>
  readonly folded: number
}

interface Failure {
  readonly thrown: unknown
}

/** Messages to actors of other partitions leave through this output and are relayed. */
export const relayOutput = '~tell'

/** Options of a fold. */
export interface FoldOptions {
  readonly topology: Topology
  readonly partition: number
  readonly store: StateStore
  readonly timers: TimerIndex
  readonly isLocal: (key: string) => boolean
}

/** Folds the records of one partition. */
export class Fold {
  readonly #options: FoldOptions
  readonly #actors: ReadonlyMap<string, ActorType>
  readonly #activations = new Map<string, Activation>()
  readonly #touched = new Set<Activation>()
  readonly #journal = new Journal()
  #effects = new Effects()
  #runner: TurnRunner
  #dead: Buffer[] = []
  #timerChanges = new Map<string, number | null>()
  #folded = 0
  #stoppedBy: HinataError | undefined

  constructor(options: FoldOptions) {
    this.#options = options
    this.#actors = new Map(options.topology.actors.map(actor => [actor.type, actor]))
    this.#runner = this.#newRunner()
  }

  /** Loads what the records' turns will need, in one go. */
  async prepare(records: readonly StagedRecord[]): Promise<void> {
    const wanted = new Map<string, Activation>()
    const rows: RowRequest[] = []
    const { target } = this.#options.topology
    for (const { key, outcome } of records) {
      if (outcome.kind === 'failure') continue
      const actor = outcome.kind === 'told' ? this.#actors.get(outcome.actor) : target.actor
      const message = outcome.kind === 'told' ? outcome.message : target.message
      const body = outcome.kind === 'told' ? outcome.body : outcome.value
      if (!actor) continue // fails in its own turn
      const activation = this.#wanted(wanted, actor, key)
      try {
        rows.push(...missingRows(activation, message, body))
      } catch {
        continue // a value that `reads` cannot take fails in its own turn, with its error kept
      }
    }
    const last = records.at(-1)
    for (const member of last ? this.#options.timers.membersDueBefore(last.acceptedAt) : []) {
      const { actor, key } = parseTimerMember(member)
      const type = this.#actors.get(actor)
      if (type) this.#wanted(wanted, type, key)
    }
    await this.#load([...wanted.values()], mergedRequests(rows))
  }

  /**
   * Folds one record: at once, or with a promise when something that `prepare` could not know must be loaded.
   */
  fold(record: StagedRecord): Promise<void> | undefined {
    if (this.#options.timers.dueBefore(record.acceptedAt)) {
      return this.fireTimers(record.acceptedAt).then(() => this.#foldRecord(record))
    }
    return this.#foldRecord(record)
  }

  #foldRecord(record: StagedRecord): Promise<void> | undefined {
    this.#folded++
    const { key, outcome } = record
    if (outcome.kind === 'failure') {
      this.#bury(record, outcome.where, 1, outcome.error)
      return undefined
    }
    const { target } = this.#options.topology
    const actor = outcome.kind === 'told' ? this.#actors.get(outcome.actor) : target.actor
    if (!actor) {
      const reason = `the topology has no actor ${outcome.kind === 'told' ? outcome.actor : ''}`
      this.#bury(record, 'tell', 1, errorValueOf(new Error(reason)))
      return undefined
    }
    const cause: TurnCause = {
      message: outcome.kind === 'told' ? outcome.message : target.message,
      body: outcome.kind === 'told' ? outcome.body : outcome.value,
      now: record.acceptedAt, eventTime: record.eventTime, position: record.position,
    }
    return this.#deliver(actor, key, cause, record)
  }

  /** Fires every timer due before `time`, in order. */
  async fireTimers(time: number): Promise<void> {
    for (;;) {
      const next = this.#options.timers.dueBefore(time)
      if (!next) return
      this.#changeTimer(next.member, null)
      const { actor, key, name } = parseTimerMember(next.member)
      const type = this.#actors.get(actor)
      if (!type) continue // an actor type that the topology no longer has
      const position = `${next.due}:${name}`
      const cause: TurnCause = { message: name, body: undefined, now: next.due, eventTime: next.due,
        position }
      await this.#deliver(type, key, cause, {
        key, eventTime: next.due, acceptedAt: next.due, position, original: { timer: name },
        outcome: { kind: 'value', value: undefined },
      })
    }
  }

  /** Everything that changed since the last `collect`. */
  collect(): FoldedBatch {
    const hashes: ChangedHash[] = []
    for (const activation of this.#touched) {
      const own = new FieldChanges()
      const tables = new Map<string, FieldChanges>()
      activation.collect(own, table => {
        const changes = new FieldChanges()
        tables.set(table, changes)
        return changes
      })
      activation.releaseRows()
      const { actor, key } = activation
      if (!own.isEmpty) hashes.push({ actor: actor.type, key, table: undefined, changes: own })
      for (const [table, changes] of tables) {
        if (!changes.isEmpty) hashes.push({ actor: actor.type, key, table, changes })
      }
    }
    const batch = { hashes, emitted: this.#effects.emitted, dead: this.#dead, timers: this.#timerChanges,
      folded: this.#folded }
    this.#touched.clear()
    this.#effects = new Effects()
    this.#runner = this.#newRunner()
    this.#dead = []
    this.#timerChanges = new Map()
    this.#folded = 0
    return batch
  }

  /**
   * Drops the least recently used activations until at most `bytesMax` are held. Only between collect and
   * prepare.
   */
  passivate(bytesMax: number): void {
    let bytes = this.bytes
    for (const [name, activation] of this.#activations) {
      if (bytes <= bytesMax) return
      bytes -= activation.bytes
      this.#activations.delete(name)
    }
  }

  /** Memory of all activations, roughly. */
  get bytes(): number {
    let bytes = 0
    for (const activation of this.#activations.values()) bytes += activation.bytes
    return bytes
  }

  get activations(): number {
    return this.#activations.size
  }

  /** Why supervision wants the task to stop, if it does. */
  get stoppedBy(): HinataError | undefined {
    return this.#stoppedBy
  }

  #newRunner(): TurnRunner {
    const { topology, partition } = this.#options
    return new TurnRunner(this.#journal, this.#effects, `${topology.name}.${partition}`)
  }

  #deliver(actor: ActorType, key: string, cause: TurnCause, record: StagedRecord): Promise<void> | undefined {
    const failure = this.#turn(actor, key, cause)
    if (failure instanceof Promise) return failure.then(late => this.#settle(actor, key, cause, record, late))
    return this.#settle(actor, key, cause, record, failure)
  }

  /** After a turn: buries its record if it failed, delivers what it told. */
  #settle(
    actor: ActorType, key: string, cause: TurnCause, record: StagedRecord, failure: Failure | undefined,
  ): Promise<void> | undefined {
    if (failure) this.#fail(actor, key, record, failure.thrown)
    return this.#effects.tells.length > 0 ? this.#deliverTold(cause, record) : undefined
  }

  async #deliverTold(cause: TurnCause, record: StagedRecord): Promise<void> {
    for (let delivered = 0; this.#effects.tells.length > 0; delivered++) {
      const told = this.#effects.tells.shift()!
      if (delivered >= tellsMax) {
        this.#effects.tells.length = 0
        return this.#bury(record, 'tell', 1,
          errorValueOf(new HinataError('TELLS_TOO_MANY', { max: tellsMax })))
      }
      if (!this.#options.isLocal(told.key)) {
        this.#relay(told, cause, record)
        continue
      }
      const toldCause = { ...cause, message: told.message, body: told.body }
      const failure = await this.#turn(told.actor, told.key, toldCause)
      if (failure) {
        this.#fail(told.actor, told.key, { ...record, key: told.key, original: told.body }, failure.thrown)
      }
    }
  }

  /** Runs a turn, loading first what is not in memory. */
  #turn(actor: ActorType, key: string, cause: TurnCause): Failure | undefined | Promise<Failure | undefined> {
    const activation = this.#activations.get(activationName(actor.type, key))
    if (!activation) return this.#activate(actor, key).then(() => this.#turn(actor, key, cause))
    let rows: RowRequest[]
    try {
      rows = missingRows(activation, cause.message, cause.body)
    } catch (thrown) {
      return { thrown } // `reads` cannot take this value
    }
    if (rows.length > 0) return this.#load([], rows).then(() => this.#attempt(activation, cause))
    return this.#attempt(activation, cause)
  }

  /** Runs the turn up to the actor's attempts; the last failure, or undefined. */
  #attempt(activation: Activation, cause: TurnCause): Failure | undefined {
    this.#use(activation)
    const { actor, key } = activation
    if (activation.isParked) {
      return { thrown: new HinataError('ACTOR_PARKED', { actor: `${actor.type} ${key}` }) }
    }
    let failure: Failure | undefined
    for (let attempt = 1; attempt <= actor.supervision.attemptsMax; attempt++) {
      failure = this.#runner.run(activation, cause)
      if (!failure) {
        for (const [member, due] of this.#effects.timerChanges.splice(0)) this.#changeTimer(member, due)
        return undefined
      }
    }
    return failure
  }

  #fail(actor: ActorType, key: string, record: StagedRecord, thrown: unknown): void {
    const cause = errorValueOf(thrown)
    const isParked = cause.code === 'ACTOR_PARKED'
    const attempts = isParked ? 0 : actor.supervision.attemptsMax
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    const turnFailed = new HinataError('TURN_FAILED', { actor: actor.type, attempts, reason })
    const error = isParked ? cause
      : { code: turnFailed.code, message: turnFailed.message, stack: cause.stack }
    this.#bury(record, `actor ${actor.type}`, attempts, error)
    if (isParked || actor.supervision.onFailure === 'resume') return
    if (actor.supervision.onFailure === 'stop') this.#stoppedBy = turnFailed
    else {
      const activation = this.#activations.get(activationName(actor.type, key))!
      activation.park()
      this.#touched.add(activation)
    }
  }

  #bury(record: StagedRecord, where: string, attempts: number, error: ErrorValue): void {
    const letter = deadLetterOf(record, this.#options.partition, where, attempts, error)
    this.#dead.push(encodeValue(letter))
    this.#effects.emitted.push(encodeEmission(this.#options.topology.deadLetters.output, record.key, letter))
  }

  #relay(told: Told, cause: TurnCause, record: StagedRecord): void {
    if (!this.#options.topology.relays) {
      return this.#bury(record, 'tell', 1, errorValueOf(new HinataError('RELAY_NOT_DECLARED',
        { key: told.key })))
    }
    const body = [told.actor.type, told.message, told.body, cause.eventTime]
    this.#effects.emitted.push(encodeEmission(relayOutput, told.key, body))
  }

  #changeTimer(member: string, due: number | null): void {
    if (due === null) this.#options.timers.cancel(member)
    else this.#options.timers.set(member, due)
    this.#timerChanges.set(member, due)
  }

  /** The activation of (actor, key), made and noted in `wanted` if it is not in memory. */
  #wanted(wanted: Map<string, Activation>, actor: ActorType, key: string): Activation {
    const name = activationName(actor.type, key)
    const known = this.#activations.get(name) ?? wanted.get(name)
    if (known) return known
    const activation = new Activation(actor, key, this.#journal)
    wanted.set(name, activation)
    return activation
  }

  #activate(actor: ActorType, key: string): Promise<void> {
    return this.#load([new Activation(actor, key, this.#journal)], [])
  }

  async #load(activations: Activation[], rows: RowRequest[]): Promise<void> {
    if (activations.length === 0 && rows.length === 0) return
    const loaded = await this.#options.store.load(
      activations.map(({ actor, key }) => ({ actor: actor.type, key })), rows)
    activations.forEach((activation, i) => {
      activation.load(loaded.fields[i])
      this.#activations.set(activationName(activation.actor.type, activation.key), activation)
    })
    rows.forEach(({ activation, table, rows: names }, i) => {
      const found = loaded.rows[i]
      const cell = activation.table(table)
      names.forEach((name, j) => {
        if (cell.missing([name]).length > 0) activation.loadRow(table, name, found[j])
      })
    })
  }

  /** Marks as touched and, once per batch, as most recently used. */
  #use(activation: Activation): void {
    if (this.#touched.has(activation)) return
    const name = activationName(activation.actor.type, activation.key)
    this.#activations.delete(name)
    this.#activations.set(name, activation)
    this.#touched.add(activation)
  }
}

function activationName(type: string, key: string): string {
  return `${type}\0${key}`
}
