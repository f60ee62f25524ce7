/**
 * Compares the rows of `records` with what the log holds of each person: none lost, none doubled, the running
 * numbers of each person's records without a gap.
 *
 * While records flow, ClickHouse may have more than was in the log at the cut, and may lack what its sink has
 * not passed; so only what must hold then is compared: nothing doubled. `isAtRest` compares all, and months.
 * Rows accepted before `keptFrom` may have been let go (retention.ts): nobody misses them. Rows are looked
 * for under every name of their person (row-names.ts).
 */
import type { Findings, LogTally } from '../engine/index.js'
import type { Analytics } from './connection.js'
import { namesOf } from './row-names.js'

/** Persons that one query asks for: their names travel in its address. */
const personsPerQuery = 100

const perPerson = `
SELECT transform(user_id, {names:Array(String)}, {persons:Array(String)}, '') AS person,
    toUInt32(count()) AS rows, toUInt32(uniqExact(id, revision)) AS contents,
    toUInt32(uniqExactIf(id, accepted_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC'))) AS ids,
    toUInt32(max(sequence)) AS last
FROM records_all WHERE user_id IN {names:Array(String)} GROUP BY person SETTINGS final = 0`

const perMonth = `
SELECT formatDateTime(accepted_at, '%Y-%m') AS month, toUInt32(count()) AS records
FROM records_all GROUP BY month SETTINGS final = 0`

interface PersonRows {
  readonly person: string
  readonly rows: number
  readonly contents: number
  readonly ids: number
  readonly last: number
}

/** Compares the persons of one partition. Returns the number of rows. Throws CLICKHOUSE_UNREACHABLE. */
export async function verifyRows(
  analytics: Analytics, tally: LogTally, findings: Findings, isAtRest: boolean, keptFrom = 0,
): Promise<number> {
  const persons = [...tally.keys.keys()]
  let rows = 0
  for (let i = 0; i < persons.length; i += personsPerQuery) {
    const asked = persons.slice(i, i + personsPerQuery)
    const named = [...await namesOf(analytics, asked)].flatMap(([person, names]) =>
      names.map(name => [name, String(asked.indexOf(person))] as const))
    const found = named.length === 0 ? [] : await analytics.query<PersonRows>(perPerson, {
      names: named.map(([name]) => name), persons: named.map(([, person]) => person), from: keptFrom })
    const byPerson = new Map(found.map(one => [asked[Number(one.person)], one]))
    for (const person of asked) {
      const of = byPerson.get(person)
      rows += of?.rows ?? 0
      comparePerson(person, of, tally, findings, isAtRest, keptFrom)
    }
  }
  return rows
}

function comparePerson(
  person: string, found: PersonRows | undefined, tally: LogTally, findings: Findings, isAtRest: boolean,
  keptFrom: number,
): void {
  const { ids, records } = tally.keys.get(person)!
  const { rows, contents, ids: foundIds, last } = found ?? { rows: 0, contents: 0, ids: 0, last: 0 }
  if (rows > contents) findings.add('rows', 'doubled', `rows twice: ${person}`, rows - contents)
  if (!isAtRest) return
  if (foundIds < ids) {
    findings.add('rows', 'lost', `rows missing: ${person}, ${foundIds} of ${ids}`, ids - foundIds)
  }
  if (foundIds > ids) {
    findings.add('rows', 'doubled', `rows of nothing: ${person}, ${foundIds} of ${ids}`, foundIds - ids)
  }
  const mayBeGone = keptFrom > 0 && ids === 0
  if (last !== records && !mayBeGone) {
    findings.add('rows', last < records ? 'lost' : 'doubled',
      `running number: ${person} ends with ${last}, the log has ${records} folded`, Math.abs(last - records))
  }
}

/**
 * Compares the rows of each month with the folded records of all partitions: rows of persons that no log
 * knows
 * are found here. There may be fewer: merges drop contents that were revised.
 */
export async function verifyMonths(
  analytics: Analytics, months: ReadonlyMap<string, number>, findings: Findings,
): Promise<void> {
  const found = new Map((await analytics.query<{ month: string, records: number }>(perMonth))
    .map(({ month, records }) => [month, records]))
  for (const [month, counted] of found) {
    const expected = months.get(month) ?? 0
    if (counted <= expected) continue
    findings.add('months', 'doubled',
      `records of ${month}: ${counted} counted, the log has ${expected}`, counted - expected)
  }
}
