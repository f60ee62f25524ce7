/** The timers that a batch sets and cancels: changed in the indexes at once, in the store by the commit. */
import { isEventTimeMember, otherTimeMember, type TimerIndex } from '../state/index.js'
import type { EventTime } from './event-time.js'

/** See the top of the file. */
export class TimerChanges {
  readonly #timers: TimerIndex
  readonly #eventTime: EventTime | undefined
  #changes = new Map<string, number | null>()

  constructor(timers: TimerIndex, eventTime: EventTime | undefined) {
    this.#timers = timers
    this.#eventTime = eventTime
  }

  /** Sets, moves or (null) cancels a timer. A name is one timer, in processing time or in event time. */
  change(member: string, due: number | null): void {
    const timers = this.#timersOf(member)
    if (due === null) timers.cancel(member)
    else timers.set(member, due)
    this.#changes.set(member, due)
    if (!this.#eventTime) return
    const other = otherTimeMember(member)
    if (!this.#timersOf(other).has(other)) return
    this.#timersOf(other).cancel(other)
    this.#changes.set(other, null)
  }

  /** Cancels all timers of one key. */
  cancelOf(key: string): void {
    const members = [...this.#timers.membersOf(key), ...this.#eventTime?.membersOf(key) ?? []]
    for (const member of members) this.change(member, null)
  }

  /** What changed since the last call. */
  collect(): Map<string, number | null> {
    const changes = this.#changes
    this.#changes = new Map()
    return changes
  }

  #timersOf(member: string): TimerIndex {
    return this.#eventTime && isEventTimeMember(member) ? this.#eventTime.timersOf(member) : this.#timers
  }
}
