/** Windows of a fixed size at fixed places: what tumbling and hopping windows have in common. */
import { actor, type TypedActor } from '../actor/index.js'
import { actorsOf } from './destination.js'
import { Panes, windowState, type WindowOptions } from './panes.js'

/** Where windows lie: each `everyMs` one begins, `sizeMs` long. */
export interface FixedWindowOptions<V, A, R> extends WindowOptions<V, A, R> {
  readonly sizeMs: number
  readonly everyMs: number
  /** Windows begin at multiples of `everyMs` plus this. Default 0: aligned to 1970-01-01 UTC. */
  readonly offsetMs?: number
}

/** The operator. It receives `add`. */
export function fixedWindows<V, A, R>(
  options: FixedWindowOptions<V, A, R>,
): TypedActor<ReturnType<typeof windowState<A>>> {
  const { type, sizeMs, everyMs, offsetMs = 0, to, late } = options
  const panes = new Panes(options)
  return actor(type, {
    state: windowState<A>(),
    receive: {
      add(ctx, record: V) {
        const at = panes.timeOf(ctx)
        const last = Math.floor((at - offsetMs) / everyMs) * everyMs + offsetMs
        let isTaken = false
        const first = last - Math.ceil((last + sizeMs - at) / everyMs - 1) * everyMs
        for (let start = first; start <= last; start += everyMs) {
          const end = start + sizeMs
          if (panes.isGone(ctx, end)) continue
          isTaken = true
          panes.add(ctx, start, ctx.state.windows.get(String(start)) ?? panes.created(end), record)
        }
        if (!isTaken) panes.refuse(ctx, record)
      },
      pass(ctx) { panes.pass(ctx) },
    },
    tells: actorsOf(to, late),
  })
}
