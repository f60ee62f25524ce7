/** What the node's sink thread runs: the sink of all analytics, with a connection of its own. */
import type { SinkOpener } from '../engine/index.js'
import { connectAnalytics, type AnalyticsOptions } from './connection.js'
import { clickhouseSink } from './sink.js'

/** Called once in the thread. */
export const open: SinkOpener<AnalyticsOptions> = options => clickhouseSink(connectAnalytics(options))
