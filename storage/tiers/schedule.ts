/** The jobs that keep tiers and lifetimes as they should be, once an hour or a day, by one node. */
import {
  expireRows, moveCold, openAnalytics, type Analytics, type AnalyticsOptions, type Retention,
} from '../../analytics/index.js'
import { systemClock, type Job, type TopologyClient } from '../../engine/index.js'
import { assertRowsMayGo, coolRecords } from './cooling.js'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** A mutation of a large month takes its time. */
const requestTimeoutMs = 600_000

/** Moves what became cold. */
export function coldJob(clickhouse: AnalyticsOptions): Job {
  return { name: 'move-cold-records', everyMs: hourMs, run: () => connected(clickhouse, moveCold) }
}

/** Lets content leave the hot tier that is due; `open` makes a client of the running system. */
export function hotJob(clickhouse: AnalyticsOptions, open: () => Promise<TopologyClient>): Job {
  return {
    name: 'cool-records', everyMs: hourMs,
    run: () => connected(clickhouse, async analytics => {
      const client = await open()
      await coolRecords({ client, analytics, clock: systemClock }).finally(() => client.close())
    }),
  }
}

/** Lets go of rows that are older than they shall be kept; `open` makes a client of the running system. */
export function retentionJob(
  clickhouse: AnalyticsOptions, retention: Retention, open: () => Promise<TopologyClient>,
): Job {
  return {
    name: 'let-go-of-old-rows', everyMs: dayMs,
    run: () => connected(clickhouse, async analytics => {
      const client = await open()
      await assertRowsMayGo(client, retention).finally(() => client.close())
      await expireRows(analytics, retention)
    }),
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
