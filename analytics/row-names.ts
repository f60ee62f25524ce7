/**
 * Whose rows are whose. A row carries a name of its person, fixed with the first of their rows, the same in
 * every later one, let go with the person's erasure (schema/0035-row-names.sql): the person's id or, if the
 * operator wants it so, one that is drawn at random and says nothing.
 *
 *   person ──SHA-256──▶ row_names ──▶ name = user_id of every row        the engine's alone
 *      └── shown_persons, while they consent to analytics ──▶ persons    what analysts may ask
 *
 * N1  A name is on the disk before the first row that carries it. So a batch that is tried again, by whoever
 *     it is, finds it, and its rows are the same.
 * N2  Two processes may draw for one person at once, around a change of owners. Both look afterwards, and the
 *     name that was drawn first counts; whoever reads or deletes rows takes all names of the person.
 * N3  An erasure deletes rows first and names afterwards, so that one that is cut off finds the rows again.
 *     It leaves the name of a later life: that is `since` an instant that is not before it.
 * N4  Consent changes no row: it opens or closes `persons`, for rows of any age at once (shown-persons.ts).
 */
import { createHash, randomBytes } from 'node:crypto'
import type { ClickHouseSettings } from '@clickhouse/client'
import { HinataError } from '../engine/errors/index.js'
import type { Analytics } from './connection.js'
import { storableText } from './storable.js'

/** What rows call a person of whom there were none before: by id, or by a name that says nothing. */
export type RowNaming = 'ids' | 'drawn'

/** Persons of one statement: their hashes stand in its text, of which ClickHouse takes 256 KB. */
const personsPerStatement = 1_000
/** Draws of one batch: a second one is needed only when a crash took the first. */
const drawsMax = 5
const nameBytes = 16

/** A note is there when its insert returns, also the same one again behind a deletion. */
export function noteSettings(): ClickHouseSettings {
  const token = randomBytes(nameBytes).toString('base64url')
  return { async_insert: 0, insert_deduplication_token: token, insert_distributed_sync: 1 }
}

/** The names of a person, the one that new rows carry first. */
export type Names = ReadonlyMap<string, readonly [string, ...string[]]>

/** Some of these persons as a condition on a hash. */
function hashedIn(hashes: readonly string[]): string {
  return `person IN (${hashes.map(hash => `'${hash}'`).join(', ')})`
}

/** A person as `row_names` and `shown_persons` know them. */
export function personHash(person: string): string {
  return createHash('sha256').update(storableText(person)).digest('hex')
}

/** The names of the person that a parameter of a query has, for `user_id IN`. */
export function namesSql(parameter: string): string {
  return `(SELECT name FROM row_names WHERE person = lower(hex(SHA256({${parameter}:String}))))`
}

/** The names of those persons who have any. */
export async function namesOf(analytics: Analytics, persons: Iterable<string>): Promise<Names> {
  const names = new Map<string, [string, ...string[]]>()
  for (const some of hashedInTurns(persons)) {
    const found = await analytics.query<{ person: string, name: string }>(`
SELECT person, name FROM row_names WHERE ${hashedIn([...some.keys()])} ORDER BY drawn_at, name`)
    for (const { person: hash, name } of found) {
      const person = some.get(hash)!
      const known = names.get(person)
      if (known === undefined) names.set(person, [name])
      else known.push(name)
    }
  }
  return names
}

/** The names of all these persons; who has none is given one, for rows since an instant (ms UTC). */
export async function nameAll(analytics: Analytics, since: ReadonlyMap<string, number>): Promise<Names> {
  const names = new Map(await namesOf(analytics, since.keys()))
  for (let draw = 0; names.size < since.size; draw++) {
    if (draw === drawsMax) {
      throw new HinataError('CLICKHOUSE_REFUSED', { what: 'names of rows', reason: 'they do not appear' })
    }
    const missing = [...since].filter(([person]) => !names.has(person))
    await analytics.client.insert({
      table: 'row_names', columns: ['person', 'name', 'since'], format: 'JSONCompactEachRow',
      values: missing.map(([person, at]) =>
        [personHash(person), newName(person, analytics.rowNames), instantText(at)]),
      clickhouse_settings: noteSettings(),
    })
    const drawn = await namesOf(analytics, missing.map(([person]) => person))
    for (const [person, found] of drawn) names.set(person, found)
  }
  return names
}

function newName(person: string, naming: RowNaming): string {
  return naming === 'ids' ? storableText(person) : `p_${randomBytes(nameBytes).toString('base64url')}`
}

/** The hash of the person behind each of these names; one that names nobody is left out. */
export async function hashesOfNames(
  analytics: Analytics, names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = await analytics.query<{ person: string, name: string }>(
    'SELECT person, name FROM row_names WHERE name IN {names:Array(String)}', { names })
  return new Map(found.map(({ person, name }) => [name, person]))
}

/** Lets go of the names of persons that were erased at an instant (N3). */
export async function dropNames(
  analytics: Analytics, erased: ReadonlyMap<string, number>,
): Promise<void> {
  for (const some of hashedInTurns(erased.keys())) {
    const where = [...some].map(([hash, person]) =>
      `(person = '${hash}' AND since < fromUnixTimestamp64Milli(${erased.get(person)}, 'UTC'))`).join(' OR ')
    const found = await analytics.query(`SELECT 1 FROM row_names WHERE ${where} LIMIT 1`)
    if (found.length > 0) {
      await analytics.client.command({ query: `ALTER TABLE row_names DELETE WHERE ${where}`,
        clickhouse_settings: { mutations_sync: '1' } })
    }
  }
}

/** Persons of rows that were copied before rows had names: what their rows carry is their name. */
export async function nameOldRows(analytics: Analytics): Promise<void> {
  await analytics.client.command({ query: `
INSERT INTO row_names (person, name, since)
SELECT DISTINCT lower(hex(SHA256(user_id))), user_id, fromUnixTimestamp64Milli(0, 'UTC')
FROM (SELECT user_id FROM records_all UNION ALL SELECT user_id FROM psp_components
  UNION ALL SELECT user_id FROM dead_letters)
WHERE user_id NOT IN (SELECT name FROM row_names)` })
}

/** The persons by their hashes, so many at a time. */
function* hashedInTurns(persons: Iterable<string>): Generator<ReadonlyMap<string, string>> {
  const all = [...persons]
  for (let i = 0; i < all.length; i += personsPerStatement) {
    yield new Map(all.slice(i, i + personsPerStatement).map(person => [personHash(person), person]))
  }
}

function instantText(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace('Z', '')
}
