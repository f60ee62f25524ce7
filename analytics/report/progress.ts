/**
 * What single persons did in a week, for the report.
 *
 * P3  Of those alone who consent to analytics (docs/PRIVACY.md): who they are is asked of the caller, and
 *     without somebody to ask nobody is named. Only they can be: rows have names, and `persons` knows whose
 *     they are of those alone who consent (row-names.ts). What is told are counts: no text, no topic, no
 *     component.
 */
import type { Analytics } from '../connection.js'

/** Which of these persons consent to being told of. */
export type Consenting = (persons: readonly string[]) => Promise<ReadonlySet<string>>

/** One person's week. */
export interface PersonProgress {
  readonly person: string
  readonly records: number
  /** Records of the week before. */
  readonly before: number
  /** Days on which they wrote. */
  readonly days: number
  /** What their prompt learnt: new components, and such as a newer one replaced. */
  readonly created: number
  readonly superseded: number
}

/** What the person's rows carry. */
interface Named {
  readonly name: string
}

/** Beginnings of the week before, of the week, of the next, as ClickHouse reads them. */
export interface TwoWeeks {
  readonly from: string
  readonly middle: string
  readonly to: string
}

/** The most active persons that are asked about, and those that are told. */
const askedMax = 1_000
const toldMax = 20

const activeSql = `
SELECT persons.person AS person, name, records, before, days
FROM
(
SELECT user_id AS name, toUInt32(countIf(accepted_at >= {middle:DateTime64(3, 'UTC')})) AS records,
  toUInt32(countIf(accepted_at < {middle:DateTime64(3, 'UTC')})) AS before,
  toUInt32(uniqExactIf(toDate(accepted_at), accepted_at >= {middle:DateTime64(3, 'UTC')})) AS days
FROM records_current
WHERE {from:DateTime64(3, 'UTC')} <= accepted_at AND accepted_at < {to:DateTime64(3, 'UTC')}
  AND user_id IN (SELECT user_id FROM persons)
GROUP BY user_id HAVING records > 0
) AS active
INNER JOIN persons ON persons.user_id = active.name
ORDER BY records DESC, person LIMIT ${askedMax}`

const learntSql = `
SELECT user_id AS name, toUInt32(countIf(change = 'created')) AS created,
  toUInt32(countIf(change = 'superseded')) AS superseded
FROM psp_components
WHERE {middle:DateTime64(3, 'UTC')} <= changed_at AND changed_at < {to:DateTime64(3, 'UTC')}
  AND user_id IN {names:Array(String)}
GROUP BY name SETTINGS final = 0`

/** Those who consent, the most active first (P3). */
export async function progressOf(
  analytics: Analytics, weeks: TwoWeeks, consenting: Consenting,
): Promise<PersonProgress[]> {
  const active = await analytics.query<Omit<PersonProgress, 'created' | 'superseded'> & Named>(activeSql,
    { ...weeks })
  const yes = await consenting(active.map(({ person }) => person))
  const told = active.filter(({ person }) => yes.has(person)).slice(0, toldMax)
  if (told.length === 0) return []
  const learnt = await analytics.query<Pick<PersonProgress, 'created' | 'superseded'> & Named>(learntSql,
    { ...weeks, names: told.map(({ name }) => name) })
  const byName = new Map(learnt.map(one => [one.name, one]))
  return told.map(({ name, ...one }) => {
    const { created = 0, superseded = 0 } = byName.get(name) ?? {}
    return { ...one, created, superseded }
  })
}
