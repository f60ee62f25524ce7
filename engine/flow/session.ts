/**
 * Session windows: as long as records follow each other closely. A record `gapMs` or more after the last one
 * begins a new session; one between two sessions joins them.
 *
 * Sessions that touch exactly are two, so that it does not matter whether the earlier one has closed already.
 */
import { actor, type TypedActor } from '../actor/index.js'
import { actorsOf } from './destination.js'
import { Panes, windowState, type Window, type WindowContext, type WindowOptions } from './panes.js'

/** A session window, declared. */
export interface SessionOptions<V, A, R> extends WindowOptions<V, A, R> {
  /** Silence that ends a session, ms. A session ends so long after its last record. */
  readonly gapMs: number
}

/**
 * Aggregates per key and session (Flink `SESSION`, Kafka Streams `SessionWindows`). Receives `add`. A late
 * record may join a session that is closed with one that is open: the joined session is open, and has another
 * on-time pane when it closes.
 */
export function session<V, A, R>(
  options: SessionOptions<V, A, R>,
): TypedActor<ReturnType<typeof windowState<A>>> {
  const { type, gapMs, aggregate, to, late } = options
  const panes = new Panes(options)

  /** Takes out the sessions that a record at `at` belongs to; together with it, they are one. */
  function joined(ctx: WindowContext<A>, at: number): { start: number, window: Window<A> } {
    const { windows } = ctx.state
    const parts = windows.entries().map(([start, window]) => ({ start: Number(start), window }))
      .filter(({ start, window }) => start < at + gapMs && at < window.end)
      .sort((a, b) => a.start - b.start)
    for (const { start } of parts) windows.delete(String(start))
    return parts.reduce((whole, { start, window }) => ({
      start: Math.min(whole.start, start),
      window: {
        ...window, end: Math.max(whole.window.end, window.end),
        accumulator: aggregate.merge(whole.window.accumulator, window.accumulator),
        news: whole.window.news + window.news, panes: whole.window.panes + window.panes,
      },
    }), { start: at, window: panes.created(at + gapMs) })
  }

  return actor(type, {
    state: windowState<A>(),
    receive: {
      add(ctx, record: V) {
        const at = panes.timeOf(ctx)
        const { start, window } = joined(ctx, at)
        if (panes.isGone(ctx, window.end)) panes.refuse(ctx, record)
        else panes.add(ctx, start, window, record)
      },
      pass(ctx) { panes.pass(ctx) },
    },
    tells: actorsOf(to, late),
  })
}
