/**
 * Erased rows in cold files. A Parquet file cannot lose a row: it is replaced by one without.
 *
 *   part ── copied without the rows ── noted: new one cold, old one replaced ── view ── old file dropped
 *                                      (one insert, so both or neither)
 *
 * N1  Rows of `records` were deleted before. So a move that begins later copies none, and one that was going
 *     on before is ended first, by itself or here (M1), and what it copied is found in its file.
 * N2  The turn tells whether a move came in between (V3). When none did and no file holds a row, nobody is
 *     waited for: erasing costs one look into each file.
 * N3  Dying at any step leaves the sink's batch unacknowledged: it is done again, and ends what was begun.
 */
import type { Analytics } from '../connection.js'
import { ColdMoves } from './cold-moves.js'
import { isShown, listParts } from './cold-parts.js'
import { inTurn, lastTurn } from './turn.js'

/** What is to go. */
export interface RowsToErase {
  /** The condition, on columns that `records` and its files have. */
  readonly where: string
  /** Deletes such rows from `records`; may be called again. */
  readonly deleteWarm: () => Promise<void>
  /** Called before each step; what it throws stops it there. */
  readonly onStep?: (step: string, part: string) => void
}

/** Deletes warm rows, and cold ones with their files. Throws TIERS_BUSY, and what the client throws. */
export async function eraseWarmAndCold(analytics: Analytics, rows: RowsToErase): Promise<void> {
  const before = await lastTurn(analytics)
  await rows.deleteWarm()
  if (before.isFree && !await isInFiles(analytics, rows.where)) {
    const after = await lastTurn(analytics)
    if (after.isFree && after.number === before.number) return
  }
  await inTurn(analytics, async assertHeld => {
    const moves = new ColdMoves(analytics, assertHeld, rows.onStep)
    await moves.endBegun()
    for (const part of await listParts(analytics)) {
      if (part.state !== 'cold' || !await holds(analytics, part.name, rows.where)) continue
      await moves.replaceWithout(part, rows.where)
    }
    await rows.deleteWarm() // what a move that was ended here put back
  })
}

/** Whether any file may have such a row: one that no part shows was begun, and cannot be read. */
async function isInFiles(analytics: Analytics, where: string): Promise<boolean> {
  const files = await analytics.query<{ name: string }>('SELECT name FROM system.tables '
    + 'WHERE database = currentDatabase() AND startsWith(name, \'records_cold_\')')
  if (files.length === 0) return false
  const shown = new Map((await listParts(analytics)).filter(isShown).map(part => [part.name, part]))
  for (const { name } of files) {
    if (shown.get(name)?.state !== 'cold' || await holds(analytics, name, where)) return true
  }
  return false
}

async function holds(analytics: Analytics, table: string, where: string): Promise<boolean> {
  return (await analytics.query(`SELECT 1 FROM ${table} WHERE ${where} LIMIT 1`)).length > 0
}
