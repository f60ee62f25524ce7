/**
 * Contents of records, read from warm and cold rows alike (`records_all`): for records whose content left the
 * hot tier, and to find those that are due.
 *
 * A content is told by the position of its record in the log, which no other content of the person has: not
 * a revision, and not the same record told again after an erasure.
 */
import type { RecordContent } from '../actors/record/index.js'
import { connectAnalytics, type Analytics, type AnalyticsOptions } from './connection.js'
import { namesSql } from './row-names.js'
import { storableText } from './storable.js'

/** A content, and where its row lies. */
export interface StoredContent extends RecordContent {
  readonly tier: 'warm' | 'cold'
}

/** A row whose record may be due. */
export interface DueRow extends RecordContent {
  readonly id: string
  readonly position: string
}

/** Which rows are looked at. Instants are ms UTC. */
export interface DueQuery {
  /** Records that happened and were told before this. */
  readonly before: number
  readonly influenceMax: number
  /** Only rows that became due since, or came since. */
  readonly since?: { readonly before: number, readonly insertedAt: number }
}

/** The next ones in their order. */
export interface Page {
  readonly after: string
  readonly limit: number
}

/** How long an answer waits for texts: then it is given without them. */
const requestTimeoutMs = 3_000

const contents = 'highlight, note, recommended_highlights, main_topics, key_concepts'
const age = 'greatest(event_time, received_at)'
const instantOf = (name: string): string => `fromUnixTimestamp64Milli({${name}:Int64}, 'UTC')`

/** Contents of a person's records by position; what has no row is left out. One query. */
export async function readContents(
  analytics: Analytics, user: string, ids: readonly string[],
): Promise<Map<string, StoredContent>> {
  if (ids.length === 0) return new Map()
  const rows = await analytics.query<RecordContent & { position: string, storage_tier: string }>(`
SELECT position, storage_tier, ${contents} FROM records_all
WHERE user_id IN ${namesSql('user')} AND id IN {ids:Array(String)} SETTINGS final = 0`,
  { user: storableText(user), ids: ids.map(storableText) })
  return new Map(rows.map(({ position, storage_tier: tier, ...content }) =>
    [position, { ...content, tier: tier === 'cold' ? 'cold' : 'warm' }]))
}

/**
 * What rows call the next persons with rows that are due (row-names.ts). Masked rows are none: nobody could
 * bring their content back. One walk over a few columns of all rows.
 */
export async function duePersons(analytics: Analytics, query: DueQuery, page: Page): Promise<string[]> {
  const rows = await analytics.query<{ user_id: string }>(`
SELECT DISTINCT user_id FROM records_all WHERE user_id > {after:String} AND ${whereDue(query)}
ORDER BY user_id LIMIT {limit:UInt32} SETTINGS final = 0`, { ...page, ...parametersOf(query) })
  return rows.map(({ user_id }) => user_id)
}

/** The next rows of a person that are due, in the order of ids, the newest content of each record. */
export async function dueRows(
  analytics: Analytics, user: string, query: DueQuery, page: Page,
): Promise<DueRow[]> {
  return analytics.query<DueRow>(`
SELECT id, position, ${contents} FROM records_all
WHERE user_id IN ${namesSql('user')} AND id > {after:String} AND ${whereDue(query)}
ORDER BY id, revision DESC LIMIT 1 BY id LIMIT {limit:UInt32} SETTINGS final = 0`,
  { user: storableText(user), ...page, ...parametersOf(query) })
}

function whereDue({ since }: DueQuery): string {
  const isNew = since === undefined ? '' : `AND (${age} >= ${instantOf('sinceBefore')} `
    + `OR inserted_at >= ${instantOf('sinceInserted')})`
  return `NOT is_masked AND psp_influence_weight <= {influence:Float32} AND ${age} < ${instantOf('before')} `
    + isNew
}

function parametersOf({ before, influenceMax: influence, since }: DueQuery): Record<string, number> {
  return { before, influence, ...since === undefined ? {}
    : { sinceBefore: since.before, sinceInserted: since.insertedAt } }
}

/** ClickHouse's clock, ms UTC. */
export async function clickhouseNow(analytics: Analytics): Promise<number> {
  const [{ now }] = await analytics.query<{ now: string }>(
    'SELECT toString(toUnixTimestamp64Milli(now64(3))) AS now')
  return Number(now)
}

/** Contents for the gateway (gateway/contents.ts), in bounded time. */
export class ClickhouseContents {
  readonly #analytics: Analytics

  constructor(options: AnalyticsOptions) {
    this.#analytics = connectAnalytics({ requestTimeoutMs, ...options })
  }

  /** By position. Throws CLICKHOUSE_UNREACHABLE, CLICKHOUSE_REFUSED. */
  of(user: string, ids: readonly string[]): Promise<Map<string, StoredContent>> {
    return readContents(this.#analytics, user, ids)
  }

  close(): Promise<void> {
    return this.#analytics.close()
  }
}
