/**
 * Sliding windows: one for each instant at which something happened, with everything of the `sizeMs` before
 * it. Kept is one accumulator per instant, and merged when the watermark has passed.
 */
import { actor, type TypedActor, type TurnContext } from '../actor/index.js'
import { timeline, type Moment, type TimelineCell } from '../state/index.js'
import { actorsOf, send } from './destination.js'
import type { Pane, WindowOptions } from './panes.js'
import { dueCell, waitAnew, waitFor } from './waiting.js'

/** A sliding window, declared. It is in event time. */
export interface SlidingOptions<V, A, R>
  extends Pick<WindowOptions<V, A, R>, 'type' | 'aggregate' | 'to' | 'allowedLatenessMs' | 'late'> {
  /** How far a window reaches back from its last instant, ms; both ends belong to it. */
  readonly sizeMs: number
}

/** What happened at one instant. */
export interface Instant<A> {
  readonly accumulator: A
  /** Panes that the window ending here has told. */
  readonly panes: number
}

type SlidingState<A> = {
  readonly instants: ReturnType<typeof timeline<Instant<A>>>
  readonly due: ReturnType<typeof dueCell>
}

/**
 * Aggregates per key over the `sizeMs` that end at each instant with records (Kafka Streams `SlidingWindows`
 * that end at a record, Flink `OVER (RANGE … PRECEDING)`). Receives `add`. The pane of an instant t has
 * start t - sizeMs and end t + 1. A late record that is taken tells anew every window that it lies in.
 */
export function sliding<V, A, R>(options: SlidingOptions<V, A, R>): TypedActor<SlidingState<A>> {
  const { type, sizeMs, aggregate, to, late, allowedLatenessMs = 0 } = options

  function tell(
    ctx: Pick<TurnContext<never>, 'key' | 'emit' | 'tell'>, instants: TimelineCell<Instant<A>>,
    last: Moment<Instant<A>>, timing: Pane<R>['timing'],
  ): void {
    const { time, value: { accumulator, panes } } = last
    const whole = instants.range(time - sizeMs, time)
      .reduce((merged, { value }) => aggregate.merge(merged, value.accumulator), aggregate.create())
    instants.replace(last, { accumulator, panes: panes + 1 })
    const result = aggregate.result(whole)
    send(ctx, to, { key: ctx.key, start: time - sizeMs, end: time + 1, timing, index: panes, result }, time)
  }

  return actor(type, {
    state: { instants: timeline<Instant<A>>(), due: dueCell() },
    receive: {
      add(ctx, record: V) {
        const { key, eventTime, watermark, state: { instants } } = ctx
        if (eventTime + allowedLatenessMs < watermark) {
          if (late) send(ctx, late, { key, eventTime, watermark, value: record }, eventTime)
          return
        }
        const [known] = instants.range(eventTime, eventTime)
        if (known) {
          const accumulator = aggregate.add(known.value.accumulator, record)
          instants.replace(known, { ...known.value, accumulator })
        } else instants.add(eventTime, { accumulator: aggregate.add(aggregate.create(), record), panes: 0 })
        waitFor(ctx, eventTime + 1)
        for (const moment of eventTime < watermark ? instants.range(eventTime, eventTime + sizeMs) : []) {
          if (moment.time < watermark) tell(ctx, instants, moment, 'late')
        }
      },
      pass(ctx) {
        const { eventTime: now, state: { instants } } = ctx
        for (const moment of instants.range(-Infinity, now - 1)) {
          if (moment.value.panes === 0) tell(ctx, instants, moment, 'on-time')
        }
        const usefulFrom = now - sizeMs - allowedLatenessMs
        for (const old of instants.range(-Infinity, usefulFrom - 1)) instants.remove(old)
        const next = instants.range(now, Infinity).at(0)
        waitAnew(ctx, Math.min(next ? next.time + 1 : Infinity, dueOfOldest(instants)))
      },
    },
    tells: actorsOf(to, late),
  })

  /** When the oldest instant is of no use any more. */
  function dueOfOldest(instants: TimelineCell<Instant<A>>): number {
    return instants.first ? instants.first.time + sizeMs + allowedLatenessMs + 1 : Infinity
  }
}
