/**
 * The connection to ClickHouse, embedded or a server of its own: always HTTP through `@clickhouse/client`.
 *
 * Owns: the client, its limits, and the settings that every query of ours carries. `final = 1` makes a
 * revised record one row (schema/0001-records.sql); the embedded server has it as the default of its users.
 */
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client'
import { systemClock, type Clock } from '../engine/clock/index.js'
import { clickhouseFailure } from './failure.js'
import { migrate } from './migration.js'
import type { RowNaming } from './row-names.js'

/** An insert of a full batch takes well under a second; after a minute the server is taken for dead. */
const requestTimeoutMs = 60_000
/** One per insert that runs at once, and some for queries. */
const connectionsMax = 10
const openRetryMs = 250

/** Where ClickHouse is. The URL may carry user, password and database. */
export interface AnalyticsOptions {
  readonly url: string
  readonly username?: string
  readonly password?: string
  readonly requestTimeoutMs?: number
  /** What rows call their persons from now on. Default: `ids`. */
  readonly rowNames?: RowNaming
}

/** A connected ClickHouse. Nothing is sent before the first call. */
export interface Analytics {
  readonly client: ClickHouseClient
  /** Its address without credentials, for messages. */
  readonly url: string
  readonly rowNames: RowNaming
  /** Rows of a query as objects; values that the query names as `{name:Type}` come from `parameters`. */
  query<Row>(sql: string, parameters?: Readonly<Record<string, unknown>>): Promise<Row[]>
  close(): Promise<void>
}

/** Makes a connection without using it. */
export function connectAnalytics(options: AnalyticsOptions): Analytics {
  const client = createClient({
    url: options.url,
    username: options.username,
    password: options.password,
    application: 'hinata',
    request_timeout: options.requestTimeoutMs ?? requestTimeoutMs,
    max_open_connections: connectionsMax,
    compression: { request: false, response: false },
    clickhouse_settings: { final: 1 },
    log: { level: ClickHouseLogLevel.OFF },
  })
  const url = withoutCredentials(options.url)
  return {
    client,
    url,
    rowNames: options.rowNames ?? 'ids',
    async query<Row>(sql: string, parameters: Readonly<Record<string, unknown>> = {}) {
      try {
        const asked = { query: sql, query_params: { ...parameters }, format: 'JSONEachRow' } as const
        return await (await client.query(asked)).json<Row>()
      } catch (error) {
        throw clickhouseFailure(error, url, 'a query')
      }
    },
    close: () => client.close(),
  }
}

/**
 * Connects, waits up to `waitMs` until ClickHouse answers, and brings the tables up to date.
 * Throws CLICKHOUSE_UNREACHABLE or CLICKHOUSE_REFUSED.
 */
export async function openAnalytics(
  options: AnalyticsOptions, waiting: { waitMs: number, clock?: Clock } = { waitMs: 0 },
): Promise<Analytics> {
  const clock = waiting.clock ?? systemClock
  const analytics = connectAnalytics(options)
  const giveUpAt = clock.now() + waiting.waitMs
  for (;;) {
    try {
      await migrate(analytics)
      return analytics
    } catch (error) {
      const failure = clickhouseFailure(error, analytics.url, 'the tables')
      if (!failure.isRetryable || clock.now() >= giveUpAt) {
        await analytics.close()
        throw failure
      }
      await clock.wait(openRetryMs)
    }
  }
}

function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//').replace(/\?.*$/, '')
}
