/** The sink of all analytics, declared to run in the node's sink thread. */
import type { Sink } from '../engine/index.js'
import type { AnalyticsOptions } from './connection.js'
import { sinkSettings } from './sink.js'

/** The sink; its thread opens the connection. */
export function threadedClickhouseSink(options: AnalyticsOptions): Sink {
  return { ...sinkSettings, module: new URL('./opened-sink.js', import.meta.url), options }
}
