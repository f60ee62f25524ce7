/** Hopping windows: of one size, beginning at a shorter or longer rhythm; they overlap, or leave gaps. */
import type { TypedActor } from '../actor/index.js'
import { fixedWindows, type FixedWindowOptions } from './fixed-windows.js'
import type { windowState } from './panes.js'

/**
 * Aggregates per key and hopping window (Flink `HOP` or sliding windows, Kafka Streams `TimeWindows` with
 * `advanceBy`). Receives `add`. A record in a gap between windows is taken by none, and goes where late ones
 * go.
 */
export function hopping<V, A, R>(
  options: FixedWindowOptions<V, A, R>,
): TypedActor<ReturnType<typeof windowState<A>>> {
  return fixedWindows(options)
}
