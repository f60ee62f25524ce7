/**
 * Preparation: what the turns of the next entries will need of state is found before they run and loaded in
 * one go. What cannot be known before (an actor that is told something, a row that depends on a turn) is
 * loaded in its turn.
 */
import type { ActorType } from '../actor/index.js'
import { parseTimerMember, type TimerIndex } from '../state/index.js'
import type { Activations } from './activations.js'
import type { Deliveries } from './deliveries.js'
import type { EventTime } from './event-time.js'
import { mergedRequests, missingRows } from './row-requests.js'
import type { StagedRecord } from './staged.js'
import type { RowRequest } from './state-store.js'

/** Records that are folded together: those of an entry. */
export interface Prepared {
  readonly records: readonly StagedRecord[]
}

/** Of the fold. */
export interface PreparationOptions {
  readonly activations: Activations
  readonly actors: ReadonlyMap<string, ActorType>
  readonly deliveries: Deliveries
  readonly timers: TimerIndex
  readonly eventTime: EventTime | undefined
  readonly isLocal: (record: StagedRecord, key: string) => boolean
}

/** Prepares entries of one partition. */
export class Preparation {
  readonly #options: PreparationOptions

  constructor(options: PreparationOptions) {
    this.#options = options
  }

  /** Takes entries until `actorsMax` actors must be loaded for them, loads, and gives them back. */
  async prepare<E extends Prepared>(entries: Iterable<E>, actorsMax: number): Promise<E[]> {
    const { activations } = this.#options
    const taken: E[] = []
    const rows: RowRequest[] = []
    for (const entry of entries) {
      for (const record of entry.records) this.#want(record, rows)
      taken.push(entry)
      if (activations.wanted >= actorsMax) break
    }
    this.#wantTimers(taken)
    await activations.loadWanted(mergedRequests(rows))
    return taken
  }

  #want(record: StagedRecord, rows: RowRequest[]): void {
    const { activations, deliveries, isLocal } = this.#options
    try {
      for (const { actor, key, message, body } of deliveries.of(record)) {
        if (!actor || !isLocal(record, key)) continue // fails in its own turn, or leaves
        rows.push(...missingRows(activations.want(actor, key), message, body))
      }
    } catch {
      return // a value that `reads` cannot take fails in its own turn, with its error kept
    }
  }

  /** The actors whose timers fire among these records. */
  #wantTimers(entries: readonly Prepared[]): void {
    const { activations, actors, timers, eventTime } = this.#options
    const last = entries.findLast(({ records }) => records.length > 0)?.records.at(-1)
    const members = last ? timers.membersDueBefore(last.acceptedAt) : []
    if (eventTime) members.push(...eventTime.membersAhead(entries.flatMap(({ records }) => records)))
    for (const member of members) {
      const { actor, key } = parseTimerMember(member)
      const type = actors.get(actor)
      if (type) activations.want(type, key)
    }
  }
}
