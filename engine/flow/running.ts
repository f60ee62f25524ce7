/**
 * Running aggregate: one result per key, told anew after each record. Each result replaces the one before, so
 * there are no retractions: whoever stores results keeps the one with the greatest `index`.
 */
import { actor, type TypedActor } from '../actor/index.js'
import { map } from '../state/index.js'
import type { Aggregate } from './aggregate.js'
import { actorsOf, send, type To } from './destination.js'

/** A result and how many records it stands for. */
export interface Update<R> {
  readonly key: string
  /** 1 for the first record of the key, then 2, 3 … */
  readonly index: number
  readonly result: R
}

/** A running aggregate, declared. */
export interface RunningOptions<V, A, R> {
  /** The name of the actor type. */
  readonly type: string
  readonly aggregate: Aggregate<V, A, R>
  readonly to: To<Update<R>>
  /**
   * Forgets a key when the watermark is so far past its greatest event time, ms (Flink state TTL); the next
   * record begins anew. Default: never.
   */
  readonly forgetAfterMs?: number
}

/** What is kept of a key. */
export interface Running<A> {
  readonly accumulator: A
  readonly index: number
  readonly lastAt: number
}

const now = 'now'

/** Aggregates per key without windows (Flink `GROUP BY`, Kafka Streams `aggregate`). Receives `add`. */
export function running<V, A, R>(
  options: RunningOptions<V, A, R>,
): TypedActor<{ kept: ReturnType<typeof map<Running<A>>> }> {
  const { type, aggregate, to, forgetAfterMs } = options
  return actor(type, {
    state: { kept: map<Running<A>>() },
    receive: {
      add(ctx, record: V) {
        const before = ctx.state.kept.get(now)
        const accumulator = aggregate.add(before ? before.accumulator : aggregate.create(), record)
        const index = (before?.index ?? 0) + 1
        const lastAt = Math.max(before?.lastAt ?? -Infinity, ctx.eventTime)
        ctx.state.kept.put(now, { accumulator, index, lastAt })
        if (forgetAfterMs !== undefined) ctx.timer('forget', { atEventTime: lastAt + forgetAfterMs })
        send(ctx, to, { key: ctx.key, index, result: aggregate.result(accumulator) }, ctx.eventTime)
      },
      forget(ctx) { ctx.state.kept.delete(now) },
    },
    tells: actorsOf(to),
  })
}
