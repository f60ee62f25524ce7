/**
 * Dedupe: of records with the same id, within a time of each other, the first in the log goes on.
 *
 * U1  A record goes on unless one with its id went on whose event time is less than `withinMs` away.
 * U2  Kept is one field per id, for `withinMs` (and at most an eighth longer). A record so late that what it
 *     repeats may be forgotten goes to `late`.
 */
import { actor, type TypedActor } from '../actor/index.js'
import { map } from '../state/index.js'
import { actorsOf, send, type To } from './destination.js'
import type { Late } from './panes.js'
import { dueCell, waitAnew, waitFor } from './waiting.js'

/** A dedupe, declared. Ids are compared within a key. */
export interface DedupeOptions<V> {
  /** The name of the actor type. */
  readonly type: string
  readonly id: (value: V) => string
  readonly withinMs: number
  readonly to: To<V>
  /** Where repeated records go. Default: nowhere. */
  readonly duplicates?: To<V>
  readonly allowedLatenessMs?: number
  readonly late?: To<Late<V>>
}

type DedupeState = {
  /** Event times of the records that went on, by id. */
  readonly seen: ReturnType<typeof map<readonly number[]>>
  readonly due: ReturnType<typeof dueCell>
}

/** Lets each id through once within a time (Flink deduplication, keep first). Receives `add`. */
export function dedupe<V>(options: DedupeOptions<V>): TypedActor<DedupeState> {
  const { type, id, withinMs, to, duplicates, late, allowedLatenessMs = 0 } = options
  const stepMs = Math.max(1, Math.floor(withinMs / 8))
  /** When a time may be forgotten, rounded up so that one turn forgets many. */
  const forgottenAt = (time: number): number =>
    Math.ceil((time + withinMs + allowedLatenessMs) / stepMs) * stepMs

  return actor(type, {
    state: { seen: map<readonly number[]>(), due: dueCell() },
    receive: {
      add(ctx, record: V) {
        const { key, eventTime, watermark, state: { seen } } = ctx
        if (eventTime + allowedLatenessMs < watermark) {
          if (late) send(ctx, late, { key, eventTime, watermark, value: record }, eventTime)
          return
        }
        const name = id(record)
        const times = seen.get(name) ?? []
        if (times.some(time => Math.abs(time - eventTime) < withinMs)) {
          if (duplicates) send(ctx, duplicates, record, eventTime)
          return
        }
        seen.put(name, [...times, eventTime])
        waitFor(ctx, forgottenAt(eventTime))
        send(ctx, to, record, eventTime)
      },
      pass(ctx) {
        const { eventTime: now, state: { seen } } = ctx
        let next = Infinity
        for (const [name, times] of [...seen.entries()]) {
          const kept = times.filter(time => forgottenAt(time) > now)
          if (kept.length === 0) seen.delete(name)
          else if (kept.length < times.length) seen.put(name, kept)
          next = Math.min(next, ...kept.map(forgottenAt))
        }
        waitAnew(ctx, next)
      },
    },
    tells: actorsOf(to, duplicates, late),
  })
}
