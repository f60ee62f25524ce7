/**
 * Interval join: two streams of one key; a left and a right record belong together when the right one
 * happened from `lowerMs` to `upperMs` after the left one.
 *
 * J1  Each pair is told once, when the second of both has come, whatever the order of arrival.
 * J2  With `left`, a left record without a partner is told alone, once no partner can come any more.
 * J3  Kept is one field per record, until no partner can come. A record later than that goes to `late`.
 */
import { actor, type TurnContext, type TypedActor } from '../actor/index.js'
import { timeline, type TimelineCell } from '../state/index.js'
import { actorsOf, send, type To } from './destination.js'
import type { Late } from './panes.js'
import { dueCell, waitAnew, waitFor } from './waiting.js'

/** An interval join, declared. */
export interface IntervalJoinOptions<L, R, J> {
  /** The name of the actor type. */
  readonly type: string
  /** Right event time - left event time lies in [lowerMs, upperMs]. */
  readonly lowerMs: number
  readonly upperMs: number
  readonly kind?: 'inner' | 'left'
  /** `right` is undefined for a left record without a partner. */
  readonly join: (left: L, right: R | undefined, key: string) => J
  readonly to: To<J>
  readonly allowedLatenessMs?: number
  readonly late?: To<Late<L | R>>
}

/** A left record that waits, and whether it has found a partner. */
export interface LeftRecord<L> {
  readonly record: L
  readonly isJoined: boolean
}

type JoinState<L, R> = {
  readonly left: ReturnType<typeof timeline<LeftRecord<L>>>
  readonly right: ReturnType<typeof timeline<R>>
  readonly due: ReturnType<typeof dueCell>
}

interface Sides<L, R> {
  readonly left: TimelineCell<LeftRecord<L>>
  readonly right: TimelineCell<R>
}

/**
 * Joins two streams by time (Flink interval join, Kafka Streams `JoinWindows`). Receives `left` and `right`.
 * A pair happens when its later record did; a left record alone at the last instant of its interval.
 */
export function intervalJoin<L, R, J>(options: IntervalJoinOptions<L, R, J>): TypedActor<JoinState<L, R>> {
  const { type, lowerMs, upperMs, kind = 'inner', join, to, late, allowedLatenessMs = 0 } = options
  /** How long after its time a record may still find a partner, and is kept. */
  const leftKeptMs = Math.max(0, upperMs) + allowedLatenessMs + 1
  const rightKeptMs = Math.max(0, -lowerMs) + allowedLatenessMs + 1

  function isRefused(ctx: Pick<TurnContext<never>, 'key' | 'eventTime' | 'watermark' | 'emit' | 'tell'>,
    value: L | R): boolean {
    const { key, eventTime, watermark } = ctx
    if (eventTime + allowedLatenessMs >= watermark) return false
    if (late) send(ctx, late, { key, eventTime, watermark, value }, eventTime)
    return true
  }

  function nextDue({ left, right }: Sides<L, R>): number {
    return Math.min(left.first ? left.first.time + leftKeptMs : Infinity,
      right.first ? right.first.time + rightKeptMs : Infinity)
  }

  return actor(type, {
    state: { left: timeline<LeftRecord<L>>(), right: timeline<R>(), due: dueCell() },
    receive: {
      left(ctx, record: L) {
        if (isRefused(ctx, record)) return
        const { eventTime, state: { left, right } } = ctx
        const partners = right.range(eventTime + lowerMs, eventTime + upperMs)
        for (const { time, value } of partners) {
          send(ctx, to, join(record, value, ctx.key), Math.max(time, eventTime))
        }
        left.add(eventTime, { record, isJoined: partners.length > 0 })
        waitFor(ctx, eventTime + leftKeptMs)
      },
      right(ctx, record: R) {
        if (isRefused(ctx, record)) return
        const { eventTime, state: { left, right } } = ctx
        for (const partner of left.range(eventTime - upperMs, eventTime - lowerMs)) {
          const { time, value } = partner
          send(ctx, to, join(value.record, record, ctx.key), Math.max(time, eventTime))
          if (kind === 'left' && !value.isJoined) left.replace(partner, { ...value, isJoined: true })
        }
        right.add(eventTime, record)
        waitFor(ctx, eventTime + rightKeptMs)
      },
      pass(ctx) {
        const { eventTime: now, state: { left, right } } = ctx
        for (const moment of left.range(-Infinity, now - leftKeptMs)) {
          const { record, isJoined } = moment.value
          if (kind === 'left' && !isJoined) send(ctx, to, join(record, undefined, ctx.key), now - 1)
          left.remove(moment)
        }
        for (const moment of right.range(-Infinity, now - rightKeptMs)) right.remove(moment)
        waitAnew(ctx, nextDue({ left, right }))
      },
    },
    tells: actorsOf(to, late),
  })
}
