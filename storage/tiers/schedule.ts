/** The jobs that keep tiers and lifetimes as they should be, once an hour or a day, by one node. */
import {
  expireRows, moveCold, openAnalytics, type Analytics, type AnalyticsOptions, type Retention,
} from '../../analytics/index.js'
import type { Job } from '../../engine/index.js'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** A mutation of a large month takes its time. */
const requestTimeoutMs = 600_000

/** Moves what became cold. */
export function coldJob(clickhouse: AnalyticsOptions): Job {
  return { name: 'move-cold-records', everyMs: hourMs, run: () => connected(clickhouse, moveCold) }
}

/** Lets go of rows that are older than they shall be kept. */
export function retentionJob(clickhouse: AnalyticsOptions, retention: Retention): Job {
  return {
    name: 'let-go-of-old-rows', everyMs: dayMs,
    run: () => connected(clickhouse, analytics => expireRows(analytics, retention)),
  }
}

/** With a connection of its own: the work may take minutes. */
async function connected(
  clickhouse: AnalyticsOptions, work: (analytics: Analytics) => Promise<unknown>,
): Promise<void> {
  const analytics = await openAnalytics({ ...clickhouse, requestTimeoutMs })
  try {
    await work(analytics)
  } finally {
    await analytics.close()
  }
}
