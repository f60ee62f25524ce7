/**
 * Table join: a stream is joined with a table, which is the latest value of a key.
 *
 * V1  `event-time` (temporal): a stream record that happened at t meets the version of the table that was
 *     valid at t, the last one with an event time of at most t. It waits until the watermark has passed t, so
 *     the order of arrival makes no difference.
 * V2  `latest`: it meets the version that came last before it in the log, at once.
 * V3  Kept are the versions that a record may still meet, and waiting records; one field each. A stream
 *     record whose version may be gone goes to `late`.
 */
import { actor, type TypedActor } from '../actor/index.js'
import { timeline, type TimelineCell } from '../state/index.js'
import { actorsOf, send, type To } from './destination.js'
import type { Late } from './panes.js'
import { dueCell, waitAnew, waitFor } from './waiting.js'

/** A table join, declared. */
export interface TableJoinOptions<S, T, J> {
  /** The name of the actor type. */
  readonly type: string
  /** Default `event-time`. */
  readonly asOf?: 'event-time' | 'latest'
  /** `inner` (default): a record without a version is left out. `left`: it is joined with undefined. */
  readonly kind?: 'inner' | 'left'
  readonly join: (record: S, version: T | undefined, key: string) => J
  readonly to: To<J>
  readonly late?: To<Late<S>>
}

/** A version of the table; null: the key was removed. */
export interface Version<T> {
  readonly row: T | null
}

type TableJoinState<S, T> = {
  readonly versions: ReturnType<typeof timeline<Version<T>>>
  readonly waiting: ReturnType<typeof timeline<S>>
  readonly due: ReturnType<typeof dueCell>
}

/**
 * Joins a stream with a table (Flink temporal or lookup join, Kafka Streams `KStream.join(KTable)`). Receives
 * `table` (a row, or null to remove it) and `stream`.
 */
export function tableJoin<S, T, J>(options: TableJoinOptions<S, T, J>): TypedActor<TableJoinState<S, T>> {
  const { type, asOf = 'event-time', kind = 'inner', join, to, late } = options

  function tell(ctx: Parameters<typeof send>[0] & { readonly key: string }, record: S,
    version: Version<T> | undefined, eventTime: number): void {
    const row = version?.row ?? undefined
    if (row !== undefined || kind === 'left') send(ctx, to, join(record, row, ctx.key), eventTime)
  }

  return actor(type, {
    state: { versions: timeline<Version<T>>(), waiting: timeline<S>(), due: dueCell() },
    receive: {
      table(ctx, row: T | null) {
        const { eventTime, watermark, state: { versions, waiting } } = ctx
        if (asOf === 'latest') {
          if (versions.first) versions.replace(versions.first, { row })
          else versions.add(0, { row })
          return
        }
        versions.add(eventTime, { row })
        forget(versions, Math.min(watermark, waiting.first?.time ?? Infinity))
      },
      stream(ctx, record: S) {
        const { key, eventTime, watermark, state: { versions, waiting } } = ctx
        if (asOf === 'latest') return tell(ctx, record, versions.first?.value, eventTime)
        if (eventTime < watermark) {
          if (late) send(ctx, late, { key, eventTime, watermark, value: record }, eventTime)
          return
        }
        waiting.add(eventTime, record)
        waitFor(ctx, eventTime + 1)
      },
      pass(ctx) {
        const { eventTime: now, state: { versions, waiting } } = ctx
        for (const moment of waiting.range(-Infinity, now - 1)) {
          const version = versions.range(-Infinity, moment.time).at(-1)?.value
          tell(ctx, moment.value, version, moment.time)
          waiting.remove(moment)
        }
        forget(versions, now)
        waitAnew(ctx, waiting.first ? waiting.first.time + 1 : Infinity)
      },
    },
    tells: actorsOf(to, late),
  })
}

/** Drops the versions that were replaced by another one at `time` or before. */
function forget<T>(versions: TimelineCell<Version<T>>, time: number): void {
  const past = versions.range(-Infinity, time)
  for (const moment of past.slice(0, -1)) versions.remove(moment)
}
