/**
 * The access log in ClickHouse: rows of `data_access`, `api_calls` and `app_registrations` (schema/0009 to
 * 0011), and reports about them. The gateway puts and reads them; it declares this interface
 * (gateway/privacy/access-store.ts).
 *
 * A1  A batch that is put again under its token is dropped by ClickHouse, table by table.
 * A2  Reports leave out what is older than the table keeps, and name no content: there is none.
 */
import { openAnalytics, type Analytics, type AnalyticsOptions } from './connection.js'
import { clickhouseFailure } from './failure.js'

/** A row as it comes: numbers are ms UTC where the column is an instant. */
type Row = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** Instants of the three tables. */
const instants: ReadonlySet<string> = new Set(['at', 'registered_at'])

/** For a batch or a report. Requests wait for neither, unless they ask for a report. */
const requestTimeoutMs = 20_000

/** A condition on an instant; columns are named with their table where an alias hides them. */
const inRange = 'BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})'

const isoOf = (instant: string): string => `concat(replaceOne(toString(${instant}), ' ', 'T'), 'Z')`

/** What a report asks for. `from` and `to` are ms UTC. */
interface Range {
  readonly from: number
  readonly to: number
  readonly limit: number
}

interface AccessReport {
  readonly accesses: readonly Record<string, unknown>[]
  readonly by_app: readonly Record<string, unknown>[]
}

/** Keeps the access log of all gateways. */
export class ClickhouseAccessStore {
  readonly #options: AnalyticsOptions
  #analytics: Promise<Analytics> | null = null

  /** Nothing is asked of ClickHouse before the first call, which makes the tables if need be. */
  constructor(options: AnalyticsOptions) {
    this.#options = { requestTimeoutMs, ...options }
  }

  /** Puts a batch, all of it or, when it rejects, some; then the same again is right. */
  async put(
    rows: { readonly accesses: readonly object[], readonly calls: readonly object[],
      readonly apps: readonly object[] },
    token: string,
  ): Promise<void> {
    await this.#insert('data_access', rows.accesses as readonly Row[], token)
    await this.#insert('api_calls', rows.calls as readonly Row[], token)
    await this.#insert('app_registrations', rows.apps as readonly Row[], token)
  }

  /** Who accessed a person's data: the newest, and all of the range by app. `key` is the person's. */
  async accessesOf(key: string, range: Range): Promise<AccessReport> {
    const analytics = await this.#opened()
    const parameters = parametersOf(key, range)
    const within = `FROM data_access WHERE user_id = {key:String}
        AND data_access.at ${inRange}`
    const accesses = await analytics.query<Record<string, unknown>>(`
      SELECT ${isoOf('data_access.at')} AS at, who, app, action, what, purpose, decided_by, result,
        address, request_id, times, records
      ${within} ORDER BY data_access.at DESC LIMIT {limit:UInt32}`, parameters)
    const byApp = await analytics.query<Record<string, unknown>>(`
      SELECT app, action, result, toFloat64(sum(data_access.times)) AS times,
        ${isoOf('min(data_access.at)')} AS first_at,
        ${isoOf('max(data_access.at)')} AS last_at
      ${within} GROUP BY app, action, result ORDER BY times DESC, app, action, result LIMIT {limit:UInt32}`,
    parameters)
    return { accesses, by_app: byApp }
  }

  /** What an app called in the range. */
  async callsOf(app: string, range: Range): Promise<Record<string, unknown>[]> {
    return (await this.#opened()).query(`
      SELECT what, status, toFloat64(sum(api_calls.calls)) AS calls,
        round(sum(took_ms_sum) / calls, 1) AS took_ms_mean, max(api_calls.took_ms_max) AS took_ms_max
      FROM api_calls WHERE app = {key:String} AND at ${inRange}
      GROUP BY what, status ORDER BY calls DESC, what, status LIMIT {limit:UInt32}`, parametersOf(app, range))
  }

  async close(): Promise<void> {
    const analytics = await this.#analytics?.catch(() => null)
    await analytics?.close()
  }

  async #insert(table: string, rows: readonly Row[], token: string): Promise<void> {
    const [first] = rows
    if (first === undefined) return
    const columns = Object.keys(first) as [string, ...string[]]
    const values = rows.map(row => columns.map(name => valueOf(name, row[name])))
    const { client, url } = await this.#opened()
    try {
      await client.insert({
        table, columns, values, format: 'JSONCompactEachRow',
        clickhouse_settings: { insert_deduplication_token: `${token}:${table}`, async_insert: 0 },
      })
    } catch (error) {
      throw clickhouseFailure(error, url, table)
    }
  }

  /** The connection, its tables made; tried again by the next call when it cannot be had. */
  #opened(): Promise<Analytics> {
    this.#analytics ??= openAnalytics(this.#options).catch((thrown: unknown) => {
      this.#analytics = null
      throw thrown
    })
    return this.#analytics
  }
}

function parametersOf(key: string, { from, to, limit }: Range): Readonly<Record<string, unknown>> {
  return { key, from, to, limit }
}

function valueOf(name: string, value: Row[string] | undefined): unknown {
  if (!instants.has(name)) return value
  return new Date(value as number).toISOString().replace('T', ' ').replace('Z', '')
}
