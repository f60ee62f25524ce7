/** Tumbling windows: one after another without gaps; each record lies in one. */
import type { TypedActor } from '../actor/index.js'
import { fixedWindows } from './fixed-windows.js'
import type { WindowOptions, windowState } from './panes.js'

/** A tumbling window, declared. */
export interface TumblingOptions<V, A, R> extends WindowOptions<V, A, R> {
  readonly sizeMs: number
  /** Windows begin at multiples of `sizeMs` plus this. Default 0: aligned to 1970-01-01 UTC. */
  readonly offsetMs?: number
}

/** Aggregates per key and tumbling window (Flink `TUMBLE`, Kafka Streams `TimeWindows`). Receives `add`. */
export function tumbling<V, A, R>(
  options: TumblingOptions<V, A, R>,
): TypedActor<ReturnType<typeof windowState<A>>> {
  return fixedWindows({ ...options, everyMs: options.sizeMs })
}
