/**
 * The one timer, `pass`, of an operator that waits for many instants: it is set for the earliest. The cell
 * that knows when is empty while nothing waits, so that a key without anything else leaves no trace.
 */
import type { TimerDue } from '../actor/index.js'
import { map, type MapCell } from '../state/index.js'

/** What waiting needs of a turn's context. */
export interface WaitingContext {
  readonly state: { readonly due: MapCell<number> }
  timer(name: string, due: TimerDue): void
}

/** The cell. */
export const dueCell = (): ReturnType<typeof map<number>> => map<number>()
const field = 'at'

/** Makes sure that `pass` is called when time reaches `at`, or before: event time, or that of the log. */
export function waitFor(ctx: WaitingContext, at: number, isEventTime = true): void {
  if (at >= (ctx.state.due.get(field) ?? Infinity)) return
  ctx.state.due.put(field, at)
  ctx.timer('pass', isEventTime ? { atEventTime: at } : { at })
}

/** In `pass`: the timer is gone, the next instant is `at`; Infinity: there is none. */
export function waitAnew(ctx: WaitingContext, at: number, isEventTime = true): void {
  ctx.state.due.delete(field)
  if (at < Infinity) waitFor(ctx, at, isEventTime)
}
