/**
 * Moves records between warm (rows of `records`) and cold (Parquet files), month by month (cold-parts.ts).
 *
 * M1  Every step may be repeated, and what was begun is ended first: a process that dies in the middle of a
 *     move changes nothing that anybody sees, and the next one goes on.
 * M2  One process moves at a time: each in a turn of its own (turn.ts).
 * M3  Only a month that ended `coldAfterDays` ago is moved. Rows that reach `records` later, after an outage,
 *     stay there and are moved by themselves the next time.
 */
import { HinataError } from '../../engine/errors/index.js'
import type { Analytics } from '../connection.js'
import { clickhouseFailure } from '../failure.js'
import { namesOf } from '../row-names.js'
import {
  columnsOf, isShown, listParts, noteParts, rowsOfPart, showParts, type ColdPart,
} from './cold-parts.js'
import { inTurn } from './turn.js'

/** Days after the end of a month before its records of little influence are cold, SPEC section 5. */
const coldAfterDays = 30
/** Longer than an insert may be on its way: what was given `inserted_at` before is there or failed. */
const settledSeconds = 300

/** When to move. */
export interface MoveOptions {
  /** Ends before this (ms UTC) are long enough ago. Default: `coldAfterDays` before now, of ClickHouse. */
  readonly before?: number
  /** Rows inserted in the last seconds stay. */
  readonly settledSeconds?: number
  /** Called before each step; what it throws stops the move there. */
  readonly onStep?: (step: string, part: string) => void
}

/** Ends what was begun, then moves every month that is old enough. Returns the parts that became cold. */
export async function moveCold(analytics: Analytics, options: MoveOptions = {}): Promise<ColdPart[]> {
  return guarded(analytics, options.onStep, async moves => {
    const ended = await moves.endBegun()
    const moved: ColdPart[] = ended.filter(({ state }) => state === 'cold')
    for (const month of await monthsToMove(analytics, options)) {
      moved.push(await moves.cool(month, options.settledSeconds ?? settledSeconds))
    }
    return moved
  })
}

/**
 * Brings parts back: those of a month, or those with records of a person, and what is newer of their months.
 * Returns them.
 */
export async function warmCold(
  analytics: Analytics, which: { readonly month: number } | { readonly user: string },
  onStep?: MoveOptions['onStep'],
): Promise<ColdPart[]> {
  return guarded(analytics, onStep, async moves => {
    const warmed = (await moves.endBegun()).filter(({ state }) => state === 'warm')
    const cold = (await listParts(analytics)).filter(({ state }) => state === 'cold')
    const names = 'user' in which ? (await namesOf(analytics, [which.user])).get(which.user) ?? [] : []
    const meant: ColdPart[] = []
    for (const part of cold) {
      if ('month' in which ? part.month === which.month : await holds(analytics, part, names)) {
        meant.push(part)
      }
    }
    // newer parts of their months first (K4)
    const all = cold.filter(part => meant.some(({ month, generation }) =>
      month === part.month && generation <= part.generation))
    for (const part of all.reverse()) warmed.push(await moves.warm(part))
    return warmed
  })
}

/** Forgets all parts with their files: before rows are put back from elsewhere. */
export async function dropCold(analytics: Analytics): Promise<void> {
  await guarded(analytics, undefined, async () => {
    const parts = await listParts(analytics)
    await analytics.client.command({ query: 'TRUNCATE TABLE cold_parts' })
    await showParts(analytics)
    for (const { name } of parts) {
      await analytics.client.command({ query: `DROP TABLE IF EXISTS ${name} SYNC` })
    }
    return []
  })
}

/**
 * Lets go of every month before the one that begins with `upto` (YYYY-MM-DD), warm rows and files, for good.
 */
export async function dropMonths(analytics: Analytics, upto: string): Promise<void> {
  const [year, month] = upto.split('-').map(Number)
  const before = year * 100 + month
  await guarded(analytics, undefined, async moves => {
    await moves.endBegun()
    const parts = (await listParts(analytics)).filter(part => isShown(part) && part.month < before)
    if (parts.length > 0) await moves.letGo(parts)
    const months = await analytics.query<{ month: number }>(`
SELECT DISTINCT toYYYYMM(accepted_at) AS month FROM records WHERE accepted_at < {upto:Date}
ORDER BY month SETTINGS final = 0`, { upto })
    for (const warm of months) {
      await analytics.client.command({ query: `ALTER TABLE records DROP PARTITION '${warm.month}'` })
    }
    return parts
  })
}

async function holds(analytics: Analytics, { name }: ColdPart, names: readonly string[]): Promise<boolean> {
  const sql = `SELECT 1 FROM ${name} WHERE user_id IN {names:Array(String)} LIMIT 1`
  return names.length > 0 && (await analytics.query(sql, { names })).length > 0
}

async function monthsToMove(
  analytics: Analytics, { before, settledSeconds: settled = settledSeconds }: MoveOptions,
): Promise<number[]> {
  const end = before === undefined ? `now() - INTERVAL ${coldAfterDays} DAY`
    : `fromUnixTimestamp64Milli(toInt64(${before}), 'UTC')`
  const found = await analytics.query<{ month: number }>(`
SELECT toYYYYMM(accepted_at) AS month FROM records
WHERE accepted_at < toStartOfMonth(${end}) AND psp_influence_weight <= 0.3
  AND inserted_at <= now64(3) - INTERVAL ${settled} SECOND
GROUP BY month ORDER BY month SETTINGS final = 0`)
  return found.map(({ month }) => month)
}

/** Runs `work` in a turn, unless this is a cluster, whose tables front others: nothing is cold there. */
async function guarded(
  analytics: Analytics, onStep: MoveOptions['onStep'], work: (moves: ColdMoves) => Promise<ColdPart[]>,
): Promise<ColdPart[]> {
  try {
    const ledger = await analytics.query(
      'SELECT 1 FROM system.tables WHERE database = currentDatabase() AND name = \'cold_parts\'')
    if (ledger.length === 0) return []
    return await inTurn(analytics, assertHeld => work(new ColdMoves(analytics, assertHeld, onStep)))
  } catch (error) {
    throw clickhouseFailure(error, analytics.url, 'a move of records')
  }
}

/** One process's moves, in its turn. */
export class ColdMoves {
  readonly #analytics: Analytics
  readonly #assertHeld: () => Promise<void>
  readonly #onStep: (step: string, part: string) => void

  constructor(analytics: Analytics, assertHeld: () => Promise<void>, onStep: MoveOptions['onStep']) {
    this.#analytics = analytics
    this.#assertHeld = assertHeld
    this.#onStep = onStep ?? (() => undefined)
  }

  /** Ends moves whose process died (M1). */
  async endBegun(): Promise<ColdPart[]> {
    const ended: ColdPart[] = []
    for (const part of await listParts(this.#analytics)) {
      if (part.state === 'copied') ended.push(await this.#endCooling(part))
      else if (part.state === 'warming') ended.push(await this.#endWarming(part))
    }
    await this.#dropLeftFiles()
    return ended
  }

  /** Moves what a month has into a new part. */
  async cool(month: number, settled: number): Promise<ColdPart> {
    const generation = 1 + Math.max(0, ...(await listParts(this.#analytics))
      .filter(part => part.month === month).map(part => part.generation))
    const name = `records_cold_${month}_${generation}`
    const [{ upto }] = await this.#analytics.query<{ upto: string }>(
      `SELECT toString(toTimeZone(now64(3) - INTERVAL ${settled} SECOND, 'UTC')) AS upto`)
    const where = rowsOfPart({ month, upto })
    const columns = (await columnsOf(this.#analytics, 'records')).map(column => column.name).join(', ')
    await this.#step('copy', name)
    await this.#run(`DROP TABLE IF EXISTS ${name} SYNC`)
    await this.#run(`CREATE TABLE ${name} ENGINE = File(Parquet) AS SELECT ${columns} FROM records `
      + `WHERE ${where} ORDER BY user_id, id, revision SETTINGS final = 0`)
    const [{ rows, missing }] = await this.#analytics.query<{ rows: number, missing: number }>(`
SELECT (SELECT toUInt32(count()) FROM ${name}) AS rows, toUInt32(count()) AS missing FROM records
WHERE ${where} AND (user_id, id, revision) NOT IN (SELECT user_id, id, revision FROM ${name})
SETTINGS final = 0`)
    if (missing > 0) throw new HinataError('INTERNAL', { reason: `${missing} rows are not in ${name}` })
    await this.#step('note', name)
    const [part] = await noteParts(this.#analytics,
      [{ name, month, generation, upto, rows, state: 'copied' }])
    return this.#endCooling(part)
  }

  /** Moves a part back into `records`. */
  async warm(part: ColdPart): Promise<ColdPart> {
    await this.#step('note', part.name)
    const [warming] = await noteParts(this.#analytics, [{ ...part, state: 'warming' }])
    return this.#endWarming(warming)
  }

  /** Replaces a part's file by one without the rows that `condition` tells; by none if it has no others. */
  async replaceWithout(part: ColdPart, condition: string): Promise<void> {
    const { month, generation } = part
    const before = (await listParts(this.#analytics))
      .filter(other => other.month === month && other.generation === generation).length
    const name = `records_cold_${month}_${generation}_${before + 1}`
    await this.#step('copy', name)
    await this.#run(`DROP TABLE IF EXISTS ${name} SYNC`)
    await this.#run(`CREATE TABLE ${name} ENGINE = File(Parquet) AS SELECT * FROM ${part.name} `
      + `WHERE NOT (${condition})`)
    const [{ rows, kept }] = await this.#analytics.query<{ rows: number, kept: number }>(`
SELECT (SELECT toUInt32(count()) FROM ${name}) AS rows,
  (SELECT toUInt32(countIf(NOT (${condition}))) FROM ${part.name}) AS kept`)
    if (rows !== kept) throw new HinataError('INTERNAL', { reason: `${name} has ${rows} rows, not ${kept}` })
    await this.#step('note', name)
    const without = rows === 0 ? []
      : [{ name, month, generation, upto: part.upto, rows, state: 'cold' as const }]
    await noteParts(this.#analytics, [{ ...part, state: 'replaced' }, ...without])
    await this.#step('switch', name)
    await showParts(this.#analytics)
    await this.#step('drop', part.name)
    await this.#dropLeftFiles()
  }

  /** Lets go of parts with their files: no other takes their place. */
  async letGo(parts: readonly ColdPart[]): Promise<void> {
    await noteParts(this.#analytics, parts.map(part => ({ ...part, state: 'replaced' as const })))
    await showParts(this.#analytics)
    await this.#dropLeftFiles()
  }

  async #endCooling(part: ColdPart): Promise<ColdPart> {
    await this.#step('switch', part.name)
    await showParts(this.#analytics)
    await this.#step('delete', part.name)
    await this.#deleteRows(part)
    await this.#step('end', part.name)
    const [cold] = await noteParts(this.#analytics, [{ ...part, state: 'cold' }])
    await showParts(this.#analytics)
    return cold
  }

  async #endWarming(part: ColdPart): Promise<ColdPart> {
    await this.#step('hide', part.name)
    await showParts(this.#analytics)
    await this.#step('delete', part.name)
    await this.#deleteRows(part) // of an earlier try
    await this.#step('copy', part.name)
    const columns = (await columnsOf(this.#analytics, part.name)).map(column => column.name)
    const own = (await columnsOf(this.#analytics, 'records')).filter(({ name, isComputed }) =>
      !isComputed && columns.includes(name)).map(({ name }) => name).join(', ')
    await this.#run(`INSERT INTO records (${own}) SELECT ${own} FROM ${part.name} `
      + 'SETTINGS insert_deduplicate = 0')
    await this.#step('switch', part.name)
    const [warm] = await noteParts(this.#analytics, [{ ...part, state: 'warm' }])
    await showParts(this.#analytics)
    await this.#step('drop', part.name)
    await this.#run(`DROP TABLE IF EXISTS ${part.name} SYNC`)
    return warm
  }

  async #step(step: string, part: string): Promise<void> {
    this.#onStep(step, part)
    await this.#assertHeld()
  }

  /**
   * Removes files that no part shows: of a copy, a return or a replacement that was cut short. It may have
   * been cut short before the view was replaced, so that is done again.
   */
  async #dropLeftFiles(): Promise<void> {
    const left = await this.#analytics.query<{ name: string }>(`
SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, 'records_cold_')
  AND name NOT IN (SELECT name FROM cold_parts FINAL WHERE state NOT IN ('warm', 'replaced'))`)
    if (left.length > 0) await showParts(this.#analytics)
    for (const { name } of left) await this.#run(`DROP TABLE IF EXISTS ${name} SYNC`)
  }

  /** Removes a part's rows from `records`, where nobody sees them any more (K1). */
  async #deleteRows(part: ColdPart): Promise<void> {
    await this.#run(`ALTER TABLE records DELETE IN PARTITION '${part.month}' WHERE ${rowsOfPart(part)} `
      + 'SETTINGS mutations_sync = 2')
  }

  async #run(query: string): Promise<void> {
    await this.#analytics.client.command({ query })
  }
}
