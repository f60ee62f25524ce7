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
  Effects, TurnRunner, type Activation, type ActorType, type Told, type TurnCause,
} from '../actor/index.js'
import { errorValueOf, HinataError } from '../errors/index.js'
import { tellsMax } from '../limits/limits.js'
import { encodeEmission, withoutReplaced } from '../record/emission.js'
import type { ErasureReason } from '../record/record.js'
import { Journal, parseTimerMember, type TimerIndex } from '../state/index.js'
import { Activations } from './activations.js'
import { nameOf, toldRecord } from './dead-letter.js'
import { Deliveries, type Delivery } from './deliveries.js'
import { EventTime, watermarkName } from './event-time.js'
import { keepsCode, Letters, parkedError, tellFailure, type Burial, type LentByFold } from './letters.js'
import type { Topology } from './topology.js'
import { Preparation, type Prepared } from './preparation.js'
import { missingRows } from './row-requests.js'
import { relayOutput, type FoldedBatch, type StagedRecord } from './staged.js'
import type { ChangedHash, RowRequest, StateStore } from './state-store.js'
import { TimerChanges } from './timer-changes.js'

type Failure = { readonly thrown: unknown }

interface DueTimer {
  readonly due: number
  readonly member: string
}

/** Options of a fold. */
export interface FoldOptions {
  readonly topology: Topology
  readonly partition: number
  readonly store: StateStore
  readonly timers: TimerIndex
  readonly isLocal: (key: string) => boolean
  /** Records of which an operator said that their failure must not stop the task, by `nameOf`. */
  readonly skipped?: { has(name: string): boolean }
  /** Partitions that exchange messages. Default 1. */
  readonly partitions?: number
}

/** Folds the records of one partition. */
export class Fold {
  readonly #options: FoldOptions
  readonly #actors: ReadonlyMap<string, ActorType>
  readonly #activations: Activations
  readonly #touched = new Set<Activation>()
  readonly #journal = new Journal()
  #effects = new Effects()
  #runner: TurnRunner
  readonly #letters: Letters
  /** The parked actor whose first letter is being folded. */
  #admitted: Activation | undefined
  readonly #lent: LentByFold = {
    load: rows => this.#activations.loadRows(rows),
    parked: async (type, key) => {
      const actor = this.#actors.get(type)
      if (!actor) return undefined
      if (!this.#activations.get(actor, key)) await this.#activations.activate(actor, key)
      const activation = this.#activations.get(actor, key)!
      this.#use(activation)
      return activation.isParked ? activation : undefined
    },
    fold: async (record, admitted) => {
      this.#admitted = admitted
      await this.#foldOutcome(record)
      this.#admitted = undefined
    },
  }
  readonly #timerChanges: TimerChanges
  readonly #preparation: Preparation
  #folded = 0
  #stoppedBy: HinataError | undefined
  readonly #deliveries: Deliveries
  readonly #eventTime: EventTime | undefined

  constructor(options: FoldOptions) {
    const { topology, partition } = options
    this.#options = options
    this.#activations = new Activations(options.store, this.#journal)
    this.#actors = new Map(topology.actors.map(actor => [actor.type, actor]))
    this.#deliveries = new Deliveries(topology, this.#actors)
    const partitions = topology.relays ? options.partitions ?? 1 : 1
    this.#eventTime = topology.eventTime
      && new EventTime({ topology, options: topology.eventTime, partition, partitions })
    this.#timerChanges = new TimerChanges(options.timers, this.#eventTime)
    this.#preparation = new Preparation({
      activations: this.#activations, actors: this.#actors, deliveries: this.#deliveries,
      timers: options.timers, eventTime: this.#eventTime,
      isLocal: (record, key) => this.#isLocal(record, key),
    })
    this.#runner = this.#newRunner()
    this.#letters = new Letters({ topology, partition, journal: this.#journal })
  }

  /**
   * Loads what the turns of these entries' records will need, in one go; of the first ones only, once
   * `actorsMax` actors must be loaded. Returns those that are ready.
   */
  prepare<E extends Prepared>(entries: Iterable<E>, actorsMax = Infinity): Promise<E[]> {
    return this.#preparation.prepare(entries, actorsMax)
  }

  /**
   * Folds one record: at once, or with a promise when something that `prepare` could not know must be loaded.
   */
  fold(record: StagedRecord): Promise<void> | undefined {
    if (this.#options.timers.dueBefore(record.acceptedAt)) {
      return this.fireTimers(record.acceptedAt).then(() => this.#foldInTime(record))
    }
    return this.#foldInTime(record)
  }

  /** Folds a record; then event time moves on (E1). */
  #foldInTime(record: StagedRecord): Promise<void> | undefined {
    const pending = this.#foldRecord(record)
    const eventTime = this.#eventTime
    if (!eventTime) return pending
    const passed = (): Promise<void> | undefined => {
      eventTime.see(record)
      return this.#passTime(eventTime, record.acceptedAt)
    }
    return pending ? pending.then(passed) : passed()
  }

  #foldRecord(record: StagedRecord): Promise<void> | undefined {
    this.#folded++
    if (record.moved) return this.#letters.settle(record, this.#effects, this.#lent)
    return this.#foldOutcome(record)
  }

  #foldOutcome(record: StagedRecord): Promise<void> | undefined {
    const { outcome } = record
    if (outcome.kind === 'failure') {
      this.#bury(record, { where: outcome.where, attempts: 1, error: outcome.error })
      return undefined
    }
    if (outcome.kind === 'void') return undefined
    if (outcome.kind === 'erasure') return this.#erase(record, outcome.reason)
    if (this.#eventTime && outcome.kind === 'told' && outcome.actor === watermarkName) return undefined
    try {
      return this.#deliverEach(this.#deliveries.of(record), record)
    } catch (thrown) {
      this.#bury(record, { where: 'route', attempts: 1, error: errorValueOf(thrown) })
      return undefined
    }
  }

  #deliverEach(deliveries: Delivery[], record: StagedRecord): Promise<void> | undefined {
    for (let i = 0; i < deliveries.length; i++) {
      const { actor, key, message, body } = deliveries[i]
      if (!actor) {
        const { outcome } = record
        const reason = `the topology has no actor ${outcome.kind === 'told' ? outcome.actor : ''}`
        this.#bury(record, { where: 'tell', attempts: 1, error: errorValueOf(new Error(reason)) })
        continue
      }
      const cause: TurnCause = { message, body, now: record.acceptedAt, eventTime: record.eventTime,
        position: record.position, watermark: this.#eventTime?.watermarkOf(actor) }
      if (!this.#isLocal(record, key)) {
        this.#relay({ actor, key, message, body, eventTime: undefined }, cause, record)
        continue
      }
      const pending = this.#deliver(actor, key, cause, record)
      if (pending) return pending.then(() => this.#deliverEach(deliveries.slice(i + 1), record))
    }
    return undefined
  }

  /** Cells, tables, timers and open letters of the key go; the takers of `erasures` erase what they have. */
  #erase({ key, acceptedAt: at }: StagedRecord, reason: ErasureReason): undefined {
    for (const [before, after] of this.#activations.wipe(this.#actors.values(), key)) {
      if (before) this.#touched.delete(before)
      this.#touched.add(after)
    }
    this.#letters.wipe(key)
    this.#effects.erase(key)
    this.#timerChanges.cancelOf(key)
    const { erasures } = this.#options.topology
    if (erasures) this.#effects.emitted.push(encodeEmission(erasures.output, key, { at, reason }))
  }

  /** A record's own key is always of this partition; one that a route chose may not be. */
  #isLocal(record: StagedRecord, key: string): boolean {
    return key === record.key || this.#options.isLocal(key)
  }

  /** Buries a block that cannot be read; it counts as `records`. */
  buryBlock(entry: string, block: Buffer, records: number, error: HinataError): void {
    this.#folded += records
    this.#letters.buryBlock(entry, block, error, this.#effects)
  }

  /** Fires every timer due before `time`, in order. */
  async fireTimers(time: number): Promise<void> {
    for (let next = this.#options.timers.dueBefore(time); next; next = this.#options.timers.dueBefore(time)) {
      if (this.#eventTime?.wake(next.member, next.due)) this.#timerChanges.change(next.member, null)
      else await this.#fireTimer(next, next.due)
      if (this.#eventTime) await this.#passTime(this.#eventTime, next.due)
    }
  }

  async #fireTimer({ member, due }: { member: string, due: number }, now: number): Promise<void> {
    this.#timerChanges.change(member, null)
    const { actor, key, name, isEventTime } = parseTimerMember(member)
    const type = this.#actors.get(actor)
    if (!type) return // an actor type that the topology no longer has
    const position = `${isEventTime ? 'e' : ''}${due}:${name}`
    const cause: TurnCause = { message: name, body: undefined, now, eventTime: due, position,
      watermark: this.#eventTime?.watermarkOf(type) }
    await this.#deliver(type, key, cause, {
      key, eventTime: due, acceptedAt: now, position, original: () => undefined,
      outcome: { kind: 'told', actor, message: name, body: undefined },
    })
  }

  /** Moves the watermarks, fires what they pass, and tells the other partitions (E1, M3). */
  #passTime(eventTime: EventTime, now: number): Promise<void> | undefined {
    const first = eventTime.next()
    if (first) return this.#fireEventTimers(eventTime, first, now)
    this.#settleTime(eventTime)
    return undefined
  }

  async #fireEventTimers(eventTime: EventTime, first: DueTimer, now: number): Promise<void> {
    for (let next: DueTimer | undefined = first; next; next = eventTime.next()) {
      await this.#fireTimer(next, now)
    }
    this.#settleTime(eventTime)
  }

  #settleTime(eventTime: EventTime): void {
    const mark = eventTime.takeMark()
    if (mark) this.#effects.emitted.push(encodeEmission(relayOutput, '', [watermarkName, 'mark', mark, 0]))
    const wake = eventTime.takeWake()
    if (wake) this.#timerChanges.change(...wake)
  }

  /** Takes the timers and watermarks that are committed. Call once, before the first record. */
  async restore(timers: readonly (readonly [member: string, due: number])[]): Promise<void> {
    const { store } = this.#options
    const own = this.#eventTime ? await this.#eventTime.restore(timers, store) : timers
    for (const [member, due] of own) this.#options.timers.set(member, due)
  }

  /** Everything that changed since the last `collect`. */
  collect(): FoldedBatch {
    const hashes: ChangedHash[] = []
    for (const keeper of this.#letters.keepers) this.#touched.add(keeper)
    for (const activation of this.#touched) hashes.push(...this.#activations.collect(activation))
    if (this.#eventTime) hashes.push(...this.#eventTime.collect())
    const emitted = withoutReplaced(this.#effects.emitted)
    const batch = { hashes, emitted, replaced: this.#effects.emitted.length - emitted.length,
      timers: this.#timerChanges.collect(), folded: this.#folded, ...this.#letters.collect() }
    this.#touched.clear()
    this.#effects = new Effects()
    this.#runner = this.#newRunner()
    this.#folded = 0
    return batch
  }

  /** Forgets actors until at most `bytesMax` are held. Only between collect and prepare. */
  passivate(bytesMax: number): void {
    this.#activations.passivate(bytesMax)
  }

  /** Memory of all activations, roughly. */
  get bytes(): number {
    return this.#activations.bytes
  }

  get activations(): number {
    return this.#activations.size
  }

  /** Actors loaded so far, and how large they were. */
  get loaded(): { readonly actors: number, readonly bytes: number } {
    return this.#activations.loaded
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
        return this.#bury(record, tellFailure(new HinataError('TELLS_TOO_MANY', { max: tellsMax })))
      }
      if (!this.#options.isLocal(told.key)) {
        this.#relay(told, cause, record)
        continue
      }
      const toldCause = { ...cause, message: told.message, body: told.body,
        eventTime: told.eventTime ?? cause.eventTime, watermark: this.#eventTime?.watermarkOf(told.actor) }
      const failure = await this.#turn(told.actor, told.key, toldCause)
      if (failure) this.#fail(told.actor, told.key, toldRecord(told, record), failure.thrown)
    }
  }

  /** Runs a turn, loading first what is not in memory. */
  #turn(actor: ActorType, key: string, cause: TurnCause): Failure | undefined | Promise<Failure | undefined> {
    const activation = this.#activations.get(actor, key)
    if (!activation) return this.#activations.activate(actor, key).then(() => this.#turn(actor, key, cause))
    let rows: RowRequest[]
    try {
      rows = missingRows(activation, cause.message, cause.body)
    } catch (thrown) {
      return { thrown } // `reads` cannot take this value
    }
    if (rows.length > 0) return this.#activations.loadRows(rows).then(() => this.#attempt(activation, cause))
    return this.#attempt(activation, cause)
  }

  /** Runs the turn up to the actor's attempts; the last failure, or undefined. */
  #attempt(activation: Activation, cause: TurnCause): Failure | undefined {
    this.#use(activation)
    const { actor, unreadable } = activation
    if (unreadable) return { thrown: unreadable }
    if (activation.isParked && activation !== this.#admitted) return { thrown: parkedError(activation) }
    let failure: Failure | undefined
    for (let attempt = 1; attempt <= actor.supervision.attemptsMax; attempt++) {
      failure = this.#runner.run(activation, cause)
      if (!failure) {
        for (const change of this.#effects.timerChanges.splice(0)) this.#timerChanges.change(...change)
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
    const { onFailure } = actor.supervision
    const name = nameOf(record)
    const isSkipped = onFailure === 'stop' && this.#options.skipped?.has(name) === true
    const turnFailed = new HinataError('TURN_FAILED',
      { actor: actor.type, attempts, reason, position: name })
    const failed = isSkipped ? new HinataError('RECORD_SKIPPED', { reason: turnFailed.message }) : turnFailed
    const error = keepsCode(cause) ? cause : { ...errorValueOf(failed), stack: cause.stack }
    const parked = isParked || onFailure === 'park' ? this.#activations.get(actor, key) : undefined
    if (parked) this.#use(parked)
    this.#bury(record, { where: `actor ${actor.type}`, attempts, error, parked })
    if (onFailure === 'stop' && !isParked && !isSkipped) this.#stoppedBy ??= turnFailed
  }

  /** Marks as touched and, once per batch, as most recently used. */
  #use(activation: Activation): void {
    if (this.#touched.has(activation)) return
    this.#touched.add(activation)
    this.#activations.use(activation)
  }

  #bury(record: StagedRecord, burial: Burial): void {
    this.#letters.bury(record, burial, this.#effects)
  }

  #relay(told: Told, cause: TurnCause, record: StagedRecord): void {
    if (!this.#options.topology.relays) {
      return this.#bury(record, tellFailure(new HinataError('RELAY_NOT_DECLARED', { key: told.key })))
    }
    const body = [told.actor.type, told.message, told.body, told.eventTime ?? cause.eventTime]
    this.#effects.emitted.push(encodeEmission(relayOutput, told.key, body))
  }
}
