/**
 * The ledger of cold parts, and the view that shows warm and cold records as one.
 *
 *              copy         switch                  rows gone
 *   (nothing) ──────▶ file ────────▶ copied ────────────────▶ cold
 *                                                              │ warm it
 *   warm ◀──────── switch ◀── rows are back ◀── warming ◀──────┤
 *                                                              │ erase rows (cold-erasure.ts)
 *                  replaced, and another part cold ◀───────────┘
 *
 * K1  In `copied` and `warming` the view shows the file and hides the part's rows of `records`, which may be
 *     there, in part or not at all. In `cold` there are none; in `warm` the view shows rows and no file, in
 *     `replaced` the file of another part, which has its month, generation and `upto`.
 * K2  So at every moment a record is seen once: a switch is one replacement of the view, which is atomic, and
 *     a query sees one view from its beginning to its end.
 * K3  A part's rows are told by columns alone: month, influence, and inserted no later than `upto`.
 * K4  The parts of a month are a stack: the newest is warmed first. So what `records` shows of a month was
 *     inserted later than `upto` of each cold part, and no part takes another's rows for its own.
 * K5  A view that was replaced stays for a while under another name: a query that looked it up and has not
 *     taken hold of it yet finds it there. The two change places at once (EXCHANGE), so that a name is
 *     always one of the two; CREATE OR REPLACE has an instant without any in the embedded engine.
 */
import type { Analytics } from '../connection.js'

/** Where a part is on its way. */
export type ColdState = 'copied' | 'cold' | 'warming' | 'warm' | 'replaced'

/** Rows of one month in one Parquet file. */
export interface ColdPart {
  /** The table whose file it is. */
  readonly name: string
  /** YYYYMM. */
  readonly month: number
  readonly generation: number
  /** As ClickHouse writes it, UTC. */
  readonly upto: string
  readonly rows: number
  readonly state: ColdState
  readonly sequence: number
}

/** A view that was shown has the instant of its replacement in its name, ms UTC. */
const replacedPrefix = 'records_all_until_'
/** Far longer than a query may take from looking a view's name up to taking hold of it. */
const replacedKeptMs = 60_000

/** Influence up to which old records are cold, SPEC section 5. */
const coldInfluenceMax = 0.3

/** All parts, the oldest month first, also those that are warm again or replaced. */
export async function listParts(analytics: Analytics): Promise<ColdPart[]> {
  return analytics.query<ColdPart>(`
SELECT name, month, generation, toString(upto) AS upto, toUInt32(rows) AS rows, state,
  toUInt32(sequence) AS sequence
FROM cold_parts FINAL ORDER BY month, generation`)
}

/** Whether the view shows the part's file. */
export function isShown({ state }: ColdPart): boolean {
  return state !== 'warm' && state !== 'replaced'
}

/** Notes where parts are now: all of them or none. Returns them. */
export async function noteParts(
  analytics: Analytics, parts: readonly (Omit<ColdPart, 'sequence'> & { readonly sequence?: number })[],
): Promise<ColdPart[]> {
  const noted = parts.map(part => ({ ...part, sequence: (part.sequence ?? 0) + 1 }))
  await analytics.client.insert({ table: 'cold_parts', values: noted, format: 'JSONEachRow' })
  return noted
}

/** The condition on `records` for the rows of a part (K3). */
export function rowsOfPart({ month, upto }: Pick<ColdPart, 'month' | 'upto'>): string {
  return `toYYYYMM(accepted_at) = ${month} AND psp_influence_weight <= ${coldInfluenceMax} `
    + `AND inserted_at <= toDateTime64('${upto}', 3, 'UTC')`
}

/** Replaces the view by one that fits the ledger (K1, K2, K5). Only in a turn. */
export async function showParts(analytics: Analytics): Promise<void> {
  const [{ now }] = await analytics.query<{ now: string }>(
    'SELECT toString(toUnixTimestamp64Milli(now64(3))) AS now')
  const next = `${replacedPrefix}${now}`
  const run = (query: string): Promise<unknown> => analytics.client.command({ query })
  await run(`CREATE OR REPLACE VIEW ${next} AS\n${await selectOfParts(analytics)}`
    + 'COMMENT \'Every content of every record, warm and cold.\'')
  await run(`EXCHANGE TABLES records_all AND ${next}`)
  const old = await analytics.query<{ name: string }>(`
SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, '${replacedPrefix}')
  AND toUInt64OrZero(substring(name, ${replacedPrefix.length + 1})) < {before:UInt64}`,
  { before: Number(now) - replacedKeptMs })
  for (const { name } of old) await run(`DROP TABLE IF EXISTS ${name} SYNC`)
}

/** What the view shows. */
async function selectOfParts(analytics: Analytics): Promise<string> {
  const parts = (await listParts(analytics)).filter(isShown)
  const hidden = parts.filter(({ state }) => state !== 'cold').map(part => `NOT (${rowsOfPart(part)})`)
  const columns = await columnsOf(analytics, 'records')
  const selects = [`SELECT ${columns.map(({ name }) => name).join(', ')} FROM records`
    + (hidden.length === 0 ? '' : ` WHERE ${hidden.join(' AND ')}`)]
  for (const { name: table } of parts) {
    const kept = new Set((await columnsOf(analytics, table)).map(({ name }) => name))
    const shown = columns.map(({ name, type }) => (name === 'storage_tier' ? '\'cold\' AS storage_tier'
      : kept.has(name) ? name : `defaultValueOfTypeName('${type.replaceAll('\'', '\\\'')}') AS ${name}`))
    selects.push(`SELECT ${shown.join(', ')} FROM ${table}`)
  }
  return `SELECT * FROM\n(\n${selects.join('\nUNION ALL\n')}\n)\nSETTINGS final = 0\n`
}

/** Serves `records` alone: whoever asks the view needs it not (schema/0023-revised-key.sql). */
const ownColumn = 'revised_key'

/** Columns in their order, computed ones at the end. */
export async function columnsOf(
  analytics: Analytics, table: string,
): Promise<{ name: string, type: string, isComputed: boolean }[]> {
  const found = await analytics.query<{ name: string, type: string, default_kind: string }>(`
SELECT name, type, default_kind FROM system.columns
WHERE database = currentDatabase() AND table = {table:String} AND name != '${ownColumn}'
ORDER BY default_kind = 'MATERIALIZED', position`, { table })
  return found.map(({ name, type, default_kind }) =>
    ({ name, type, isComputed: default_kind === 'MATERIALIZED' }))
}
