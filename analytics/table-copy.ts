/**
 * Rows of a table as files, through the connection that everything uses: any ClickHouse will do, and no disk
 * of its is needed.
 *
 * Y1  A slice is one query, so it is as of one instant; all rows of a person are in one slice. So of a person
 *     everything up to the newest row in the copy is there (X4 of insert.ts builds on that).
 *     Of the names of rows (row_names) everything up to then is there too: their table comes last.
 * Y2  Slices cover the table: the first has no lower bound and the last no upper one.
 */
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Analytics } from './connection.js'
import { clickhouseFailure } from './failure.js'

/** Rows of one file, about: some 100 MB of records before they are packed. */
const sliceRows = 200_000

/** Some rows of a table. */
export interface TableSlice {
  /** Where they are read: of records also the cold ones are. */
  readonly from: string
  readonly where: string
  readonly parameters: Readonly<Record<string, string>>
}

/** Tables whose rows are not copied: those of migrations, and of files that are not copied either. */
const ledgers = ['schema_migrations', 'cold_parts']

/** The tables with rows of their own, but for ledgers. */
export async function tablesWithRows(analytics: Analytics): Promise<string[]> {
  const found = await analytics.query<{ name: string }>(`
SELECT name FROM system.tables
WHERE database = currentDatabase() AND (engine LIKE '%MergeTree' OR engine = 'Distributed')
  AND name NOT IN {ledgers:Array(String)} AND NOT endsWith(name, '_local') AND NOT startsWith(name, '.')
ORDER BY name`, { ledgers })
  return found.map(({ name }) => name)
}

/** How many rows a table has, older contents included. */
export async function rowsOf(analytics: Analytics, table: string): Promise<number> {
  const sql = `SELECT toUInt32(count()) AS rows FROM ${viewOf(table)} SETTINGS final = 0`
  return (await analytics.query<{ rows: number }>(sql))[0].rows
}

/** Where all rows of a table are seen. */
function viewOf(table: string): string {
  return table === 'records' ? 'records_all' : table
}

/** Cuts a table into slices (Y1, Y2): by person, or by part of the table where rows are of nobody. */
export async function slicesOf(analytics: Analytics, table: string): Promise<TableSlice[]> {
  const from = viewOf(table)
  const [column] = await analytics.query(`SELECT 1 FROM system.columns WHERE database = currentDatabase()
    AND table = {table:String} AND name = 'user_id'`, { table })
  if (column === undefined) {
    const parts = await analytics.query<{ part: string }>(
      `SELECT DISTINCT _partition_id AS part FROM ${table} ORDER BY part SETTINGS final = 0`)
    return parts.map(({ part }) => ({ from, where: '_partition_id = {part:String}', parameters: { part } }))
  }
  const firsts = (await analytics.query<{ first: string }>(`
SELECT min(user_id) AS first FROM
(
  SELECT user_id, intDiv(sum(rows) OVER (ORDER BY user_id) - rows, ${sliceRows}) AS slice
  FROM (SELECT user_id, count() AS rows FROM ${from} GROUP BY user_id)
)
GROUP BY slice ORDER BY first SETTINGS final = 0`)).map(({ first }) => first)
  return firsts.map((first, i) => {
    const next = firsts[i + 1]
    const lower = i === 0 ? '1' : 'user_id >= {first:String}'
    const where = next === undefined ? lower : `${lower} AND user_id < {next:String}`
    return { from, where, parameters: { first, ...(next === undefined ? {} : { next }) } }
  })
}

/** The rows of a slice in ClickHouse's Native format. Throws CLICKHOUSE_UNREACHABLE, CLICKHOUSE_REFUSED. */
export async function readSlice(analytics: Analytics, slice: TableSlice): Promise<Readable> {
  try {
    const { stream } = await analytics.client.exec({
      // a computed column is computed again
      query: `SELECT ${slice.from === 'records_all' ? '* EXCEPT address_host' : '*'} FROM ${slice.from} `
        + `WHERE ${slice.where} FORMAT Native`,
      query_params: { ...slice.parameters },
      clickhouse_settings: { final: 0 },
    })
    return stream
  } catch (error) {
    throw clickhouseFailure(error, analytics.url, `a copy of ${slice.from}`)
  }
}

/** Puts such rows into a table that lacks them. */
export async function writeSlice(analytics: Analytics, table: string, rows: Readable): Promise<void> {
  try {
    const { stream } = await analytics.client.exec({
      query: `INSERT INTO ${table} FORMAT Native`,
      values: rows,
      clickhouse_settings: {
        insert_deduplicate: 0, async_insert: 0, max_partitions_per_insert_block: '0',
        max_insert_threads: '1', input_format_skip_unknown_fields: 1,
      },
    })
    await finished(stream.resume())
  } catch (error) {
    throw clickhouseFailure(error, analytics.url, `rows for ${table}`)
  }
}

/** Removes all rows of a table. */
export async function emptyTable(analytics: Analytics, table: string): Promise<void> {
  try {
    await analytics.client.command({ query: `TRUNCATE TABLE ${table}` })
  } catch (error) {
    throw clickhouseFailure(error, analytics.url, `emptying ${table}`)
  }
}
