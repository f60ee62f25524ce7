/**
 * Where the access log is kept, as the gateway sees it: ClickHouse behind it (analytics/access-store.ts), an
 * array in the tests of the log. Times are ms UTC; `user_id` is the person's key.
 */

/** Somebody did something with the data of a person, once or, for frames, several times. */
export interface AccessRow {
  readonly at: number
  readonly tenant: string
  readonly user_id: string
  /** The caller's role. */
  readonly who: string
  /** Through which app. */
  readonly app: string
  readonly action: string
  readonly what: string
  readonly purpose: string
  readonly decided_by: string
  readonly result: 'allowed' | 'denied' | 'failed'
  readonly address: string
  readonly request_id: string
  readonly times: number
  readonly records: number
}

/** What an app called, and how it ended. */
export interface CallRow {
  readonly at: number
  readonly tenant: string
  readonly app: string
  readonly what: string
  readonly status: number
  readonly calls: number
  readonly took_ms_sum: number
  readonly took_ms_max: number
}

/** An app as it stood at an instant. */
export interface AppRow {
  readonly at: number
  readonly tenant: string
  readonly app: string
  readonly app_name: string
  readonly app_version: string
  readonly developer: string
  readonly granted_permissions: readonly string[]
  readonly registered_at: number
  readonly is_revoked: boolean
}

/** What a report asks for. `from` and `to` are ms UTC. */
export interface ReportRange {
  readonly from: number
  readonly to: number
  readonly limit: number
}

/** Who accessed a person's data: the newest accesses, and all of them by app. */
export interface AccessReport {
  readonly accesses: readonly Readonly<Record<string, unknown>>[]
  readonly by_app: readonly Readonly<Record<string, unknown>>[]
}

/** Puts rows and reports about them. All reject when ClickHouse does not answer. */
export interface AccessStore {
  put(rows: {
    readonly accesses: readonly AccessRow[], readonly calls: readonly CallRow[],
    readonly apps: readonly AppRow[],
  }, token: string): Promise<void>
  accessesOf(key: string, range: ReportRange): Promise<AccessReport>
  callsOf(app: string, range: ReportRange): Promise<readonly Readonly<Record<string, unknown>>[]>
  close(): Promise<void>
}
