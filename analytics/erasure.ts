/**
 * Erasing a person's rows, in the order of what was emitted.
 *
 * Y1  What an erasure of the same batch outlives is never inserted; rows of earlier batches are deleted
 *     before the batch's own rows go in. So nothing that is retried puts an erased row back.
 * Y2  A row is older than the erasure when it was accepted in an earlier millisecond: the erasure is the
 *     first of its own (engine/redis/lua/erase-key.lua). Deleting again deletes nothing else.
 * Y3  The delete is done when it returns: the parts are written anew without the rows. The parts before are
 *     inactive, and are removed from disk by ClickHouse after `old_parts_lifetime` (schema/0020-erasure.sql).
 * Y4  Statements name persons, and what their rows carry, by hashes: ClickHouse keeps the text beside the
 *     data. The names go last (row-names.ts, N3).
 * Y5  Cold records go with their files, which are replaced by others without them (cold/cold-erasure.ts).
 */
import type { Emitted, Erasure } from '../engine/index.js'
import { personsErased } from '../actors/person/outputs.js'
import { eraseWarmAndCold, type RowsToErase } from './cold/cold-erasure.js'
import type { Analytics } from './connection.js'
import { dropNames, namesOf } from './row-names.js'

/** Names of one statement. */
const namesPerStatement = 50

/** Tables that hold something of a person, and when their rows were accepted. */
const tables = [
  ['records', 'accepted_at'], ['psp_components', 'changed_at'], ['dead_letters', 'accepted_at'],
] as const

/** The persons that a batch erases, up to when (ms UTC), and the values that outlive their erasures. */
export function withoutErased(
  emitted: readonly Emitted[],
): { readonly erased: ReadonlyMap<string, number>, readonly left: readonly Emitted[] } {
  const erased = new Map<string, number>()
  if (!emitted.some(({ output }) => output === personsErased.output)) return { erased, left: emitted }
  const left: Emitted[] = []
  for (const one of [...emitted].reverse()) {
    if (erased.has(one.key)) continue
    if (one.output === personsErased.output) erased.set(one.key, (one.value as Erasure).at)
    else left.push(one)
  }
  return { erased, left: left.reverse() }
}

/**
 * Deletes what was accepted earlier. Throws TIERS_BUSY and what the client throws; then some of it may be
 * deleted.
 */
export async function eraseRows(
  analytics: Analytics, erased: ReadonlyMap<string, number>, onStep?: RowsToErase['onStep'],
): Promise<void> {
  const names = await namesOf(analytics, erased.keys())
  const persons = [...names].flatMap(([person, all]) => all.map(name => [name, erased.get(person)] as const))
  for (let i = 0; i < persons.length; i += namesPerStatement) {
    const some = persons.slice(i, i + namesPerStatement)
    const hashes = await hashesOf(analytics, some.map(([name]) => name))
    const [records, ...others] = tables.map(([table, column]) => [table, some.map(([, at], j) =>
      `(sipHash64(user_id) = ${hashes[j]} AND ${column} < fromUnixTimestamp64Milli(${at}, 'UTC'))`)
      .join(' OR ')] as const)
    for (const [table, where] of others) await deleteRows(analytics, table, where)
    const [table, where] = records
    await eraseWarmAndCold(analytics,
      { where, deleteWarm: () => deleteRows(analytics, table, where), onStep })
  }
  await dropNames(analytics, erased)
}

async function deleteRows(analytics: Analytics, table: string, where: string): Promise<void> {
  const found = await analytics.query(`SELECT 1 FROM ${table} WHERE ${where} LIMIT 1 SETTINGS final = 0`)
  if (found.length === 0) return
  await analytics.client.command({ query: `ALTER TABLE ${table} DELETE WHERE ${where}`,
    clickhouse_settings: { mutations_sync: '1' } })
}

/** As ClickHouse computes them, in the order of the names. */
async function hashesOf(analytics: Analytics, names: readonly string[]): Promise<string[]> {
  const [{ hashes }] = await analytics.query<{ hashes: string[] }>(
    'SELECT arrayMap(one -> toString(sipHash64(one)), {names:Array(String)}) AS hashes', { names })
  return hashes
}
