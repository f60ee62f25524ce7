/** The job that keeps tiers as they should be: once an hour, by one node. */
import { moveCold, openAnalytics, type AnalyticsOptions } from '../../analytics/index.js'
import type { Job } from '../../engine/index.js'

const hourMs = 3_600_000
/** A mutation of a large month takes its time. */
const requestTimeoutMs = 600_000

/** Moves what became cold. A connection of its own: a move may take minutes. */
export function coldJob(clickhouse: AnalyticsOptions): Job {
  return {
    name: 'move-cold-records',
    everyMs: hourMs,
    async run() {
      const analytics = await openAnalytics({ ...clickhouse, requestTimeoutMs })
      try {
        await moveCold(analytics)
      } finally {
        await analytics.close()
      }
    },
  }
}
