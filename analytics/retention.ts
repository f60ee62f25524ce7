/**
 * How long rows are kept, table by table, and letting go of those that are older.
 *
 * R1  Rows of `records`, cold ones too, and of `psp_components` go by whole months, those that ended so many
 *     days ago; of `psp_components` only changes that a later one of the same component made past: what is
 *     known now stays known. The other tables have a lifetime by the row (TTL), which merges carry out.
 * R2  Whatever goes is noted in `expirations` before: a process that dies over it leaves rows that the next
 *     one lets go, and `hinata verify` asks for nothing that may be gone.
 * R3  It is about rows alone. State, log and backups keep what they have; an erasure is something else
 *     (erasure.ts).
 */
import type { Analytics } from './connection.js'
import { clickhouseFailure } from './failure.js'
import { dropMonths } from './cold/cold-moves.js'

/** Days that rows are kept; 0: for ever. */
export interface Retention {
  readonly records: number
  readonly psp_components: number
  readonly dead_letters: number
  readonly data_access: number
  readonly api_calls: number
}

/** Rows of a table that went, or its new lifetime. */
export interface Expired {
  readonly table: string
  /** Rows from before went; empty: a lifetime was set. */
  readonly upto: string
  readonly rows: number
}

/** What the tables come with (schema/). */
export const retentionOfSchema: Retention =
  { records: 0, psp_components: 0, dead_letters: 90, data_access: 90, api_calls: 90 }

/** Tables with a lifetime by the row, and the column that tells a row's age. */
const lifetimes = [
  ['dead_letters', 'inserted_at'], ['data_access', 'at'], ['api_calls', 'at'],
] as const

/** Changes of components that later ones made past. */
const isPast = `(user_id, component_id, sequence) NOT IN
  (SELECT user_id, component_id, max(sequence) FROM psp_components GROUP BY user_id, component_id)`

/**
 * Lets go of what is older than it shall be kept, and sets lifetimes; `now` (ms UTC) is that of ClickHouse
 * unless given. Returns what was done. Throws TIERS_BUSY, CLICKHOUSE_UNREACHABLE, CLICKHOUSE_REFUSED.
 */
export async function expireRows(
  analytics: Analytics, retention: Retention, now?: number,
): Promise<Expired[]> {
  try {
    const ledger = await analytics.query(
      'SELECT 1 FROM system.tables WHERE database = currentDatabase() AND name = \'expirations\'')
    if (ledger.length === 0) return [] // a cluster, whose tables front others
    return [
      ...await expireMonths(analytics, 'records', retention.records, now),
      ...await expireMonths(analytics, 'psp_components', retention.psp_components, now),
      ...await setLifetimes(analytics, retention),
    ]
  } catch (error) {
    throw clickhouseFailure(error, analytics.url, 'letting go of old rows')
  }
}

/** From when on (ms UTC) every row of `records` is kept; 0: none was ever let go. */
export async function recordsKeptFrom(analytics: Analytics): Promise<number> {
  const tables = await analytics.query(
    'SELECT 1 FROM system.tables WHERE database = currentDatabase() AND name = \'expirations\'')
  if (tables.length === 0) return 0
  const [found] = await analytics.query<{ upto: string }>(`
SELECT toString(toUnixTimestamp64Milli(max(upto))) AS upto FROM expirations WHERE table_name = 'records'`)
  return Number(found?.upto ?? 0)
}

/** Whole months of a table (R1). */
async function expireMonths(
  analytics: Analytics, table: 'records' | 'psp_components', days: number, now: number | undefined,
): Promise<Expired[]> {
  if (days === 0) return []
  const instant = now === undefined ? 'now64(3, \'UTC\')' : `fromUnixTimestamp64Milli(toInt64(${now}), 'UTC')`
  const [{ upto }] = await analytics.query<{ upto: string }>(
    `SELECT toString(toStartOfMonth(${instant} - INTERVAL ${days} DAY)) AS upto`)
  const rows = await (table === 'records' ? countRecords(analytics, upto) : countChanges(analytics, upto))
  if (rows === 0) return []
  await analytics.client.insert({ table: 'expirations', values: [{ table_name: table, upto }],
    format: 'JSONEachRow' })
  if (table === 'records') await dropMonths(analytics, upto)
  else await dropChanges(analytics, upto)
  return [{ table, upto, rows }]
}

async function countRecords(analytics: Analytics, upto: string): Promise<number> {
  const [{ rows }] = await analytics.query<{ rows: number }>(`
SELECT toUInt32(count()) AS rows FROM records_all WHERE accepted_at < {upto:Date}
SETTINGS final = 0`, { upto })
  return rows
}

async function countChanges(analytics: Analytics, upto: string): Promise<number> {
  const [{ rows }] = await analytics.query<{ rows: number }>(`
SELECT toUInt32(count()) AS rows FROM psp_components WHERE changed_at < {upto:Date} AND ${isPast}
SETTINGS final = 0`, { upto })
  return rows
}

async function dropChanges(analytics: Analytics, upto: string): Promise<void> {
  const months = await analytics.query<{ month: number }>(`
SELECT DISTINCT toYYYYMM(changed_at) AS month FROM psp_components WHERE changed_at < {upto:Date}
ORDER BY month SETTINGS final = 0`, { upto })
  for (const { month } of months) {
    await analytics.client.command({
      query: `ALTER TABLE psp_components DELETE IN PARTITION '${month}' WHERE ${isPast}`,
      clickhouse_settings: { mutations_sync: '2', final: 0 },
    })
  }
}

/** Gives tables the lifetimes that they lack. */
async function setLifetimes(analytics: Analytics, retention: Retention): Promise<Expired[]> {
  const changed: Expired[] = []
  for (const [table, column] of lifetimes) {
    const [{ engine }] = await analytics.query<{ engine: string }>(`
SELECT engine_full AS engine FROM system.tables WHERE database = currentDatabase() AND name = {table:String}`,
    { table })
    const present = Number(/ TTL .*toIntervalDay\((\d+)\)/.exec(engine)?.[1] ?? 0)
    const days = retention[table]
    if (present === days) continue
    const lifetime = days === 0 ? 'REMOVE TTL' : `MODIFY TTL toDateTime(${column}) + INTERVAL ${days} DAY`
    await analytics.client.command({ query: `ALTER TABLE ${table} ${lifetime}` })
    changed.push({ table, upto: '', rows: 0 })
  }
  return changed
}
