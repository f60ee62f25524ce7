/**
 * Event time of one partition: watermarks and the timers that wait for them. The fold asks what to fire after
 * each record; nothing here runs turns.
 *
 * E1  After a record has been folded, the watermark of each depth moves in turn: depth 0 moves, its timers
 *     fire in (due, member) order, what they tell is delivered, then depth 1 moves. So an actor receives what
 *     the actors before it told in time, whatever the batches (F1).
 * E2  All of it is part of the commit: watermarks as the fields of one hash, timers in the partition's set.
 */
import { FieldChanges, type ActorType } from '../actor/index.js'
import { HinataError } from '../errors/index.js'
import { isEventTimeMember, parseTimerMember, TimerIndex, timerMember } from '../state/index.js'
import { depthsOf } from './depths.js'
import type { StagedRecord } from './staged.js'
import type { ChangedHash, StateStore } from './state-store.js'
import type { Topology } from './topology.js'
import { Watermarks, type EventTimeOptions, type Mark } from './watermarks.js'

/** Marks and the end of input travel as messages to this name, and watermarks are kept under it. */
export const watermarkName = '~watermark'

/** The one internal timer: it tells that time has passed without records. */
const wakeMember = timerMember({ actor: watermarkName, key: '', name: 'wake' })

/** Where the watermarks of one partition come from. */
export interface EventTimePlace {
  readonly topology: Topology
  readonly options: EventTimeOptions
  readonly partition: number
  /** How many partitions exchange messages with this one, itself included. */
  readonly partitions: number
}

/** See the top of the file. */
export class EventTime {
  readonly #depths: ReadonlyMap<string, number>
  readonly #timers: readonly TimerIndex[]
  readonly #watermarks: Watermarks
  readonly #outOfOrderMs: number
  #wakeAt: number | undefined

  constructor({ topology, options, partition, partitions }: EventTimePlace) {
    this.#depths = depthsOf(topology)
    const depthMax = Math.max(...this.#depths.values())
    this.#timers = Array.from({ length: depthMax + 1 }, () => new TimerIndex(partition))
    this.#watermarks = new Watermarks(options, { partition, partitions, depthMax })
    this.#outOfOrderMs = options.outOfOrderMs
  }

  /** The watermark that an actor sees. */
  watermarkOf(actor: ActorType): number {
    return this.#watermarks.at(this.#depths.get(actor.type)!)
  }

  /** The index of an event-time timer. */
  timersOf(member: string): TimerIndex {
    return this.#timers[this.#depths.get(parseTimerMember(member).actor) ?? 0]
  }

  /** Members of all event-time timers of one key. */
  membersOf(key: string): string[] {
    return this.#timers.flatMap(timers => timers.membersOf(key))
  }

  /** Takes note of a record that has been folded. */
  see({ outcome, eventTime, acceptedAt }: StagedRecord): void {
    const isOwn = outcome.kind === 'erasure' || (outcome.kind === 'void' && outcome.of === 'own')
    if (isOwn) this.#watermarks.tick(acceptedAt)
    else if (outcome.kind !== 'told') this.#watermarks.observe(eventTime, acceptedAt)
    else if (outcome.actor !== watermarkName) this.#watermarks.tick(acceptedAt)
    else if (outcome.message === 'mark') this.#watermarks.receive(outcome.body as Mark, acceptedAt)
    else this.#watermarks.end(acceptedAt)
  }

  /** Takes the internal timer, if `member` is it, which was due at `due`. */
  wake(member: string, due: number): boolean {
    if (member !== wakeMember) return false
    this.#wakeAt = undefined
    this.#watermarks.tick(due)
    return true
  }

  /** The next timer to fire; undefined when every watermark has moved as far as it may. */
  next(): { readonly due: number, readonly member: string } | undefined {
    for (let depth = 0; depth < this.#timers.length; depth++) {
      const passed = this.#watermarks.move(depth)
      const timer = this.#timers[depth].dueBefore(Math.floor(passed) + 1)
      if (timer) return timer
    }
    return undefined
  }

  /** What must be told to the other partitions now. */
  takeMark(): Mark | undefined {
    return this.#watermarks.takeMark()
  }

  /** How the internal timer must be set, if it must be. It is not moved at every record: it looks again. */
  takeWake(): [member: string, due: number] | undefined {
    let due = this.#watermarks.idleAt
    this.#timers.forEach((timers, depth) => {
      const next = timers.dueBefore(Infinity)
      const at = next && this.#watermarks.reachesAt(depth, next.due)
      if (at !== undefined) due = Math.min(due ?? Infinity, Math.ceil(at))
    })
    if (due === undefined || (this.#wakeAt !== undefined && this.#wakeAt <= due)) return undefined
    this.#wakeAt = due
    return [wakeMember, due]
  }

  /** Members of timers that these records may let fire: what should be loaded ahead. */
  membersAhead(records: readonly StagedRecord[]): string[] {
    const passed = this.#timers.map(() => -Infinity)
    for (const { outcome, eventTime } of records) {
      if (outcome.kind !== 'told') passed[0] = Math.max(passed[0], eventTime - this.#outOfOrderMs)
      else if (outcome.actor === watermarkName) {
        const marked = outcome.message === 'mark' ? (outcome.body as Mark).slice(3) as number[] : []
        passed.forEach((before, depth) => {
          passed[depth] = Math.max(before, depth === 0 ? -Infinity : marked[depth - 1] ?? Infinity)
        })
      }
    }
    return this.#timers.flatMap((timers, depth) => timers.membersDueBefore(passed[depth] + 1))
  }

  /** Reads what was committed; returns the stored timers that are not its own. */
  async restore(
    stored: readonly (readonly [string, number])[], store: StateStore,
  ): Promise<(readonly [string, number])[]> {
    const { fields } = await store.load([{ actor: watermarkName, key: '' }], [])
    const [own] = fields
    if (own instanceof HinataError) throw own // never: it is nobody's, so it is not encrypted
    this.#watermarks.load(own)
    return stored.filter(([member, due]) => {
      if (member === wakeMember) this.#wakeAt = due
      if (!isEventTimeMember(member)) return true
      this.timersOf(member).set(member, due)
      return false
    })
  }

  /** The fields that changed, if any. */
  collect(): ChangedHash[] {
    const changes = new FieldChanges()
    this.#watermarks.collect(changes)
    return changes.isEmpty ? [] : [{ actor: watermarkName, key: '', table: undefined, changes }]
  }
}
