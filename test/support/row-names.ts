/** Rows and their names, for tests that ask by the person's id, or care for ids no further. */
import { createHash } from 'node:crypto'
import { migrate, type Analytics } from '../../analytics/index.js'

/** The condition on `user_id` for the rows of a person, by the name that they carry. */
export function isOf(person: string): string {
  return `user_id IN (SELECT name FROM row_names WHERE person = '${hashOf(person)}')`
}

/** Those of the persons whose hash is among the lines. */
export function hashedAmong(lines: string, persons: readonly string[]): string[] {
  return persons.filter(person => lines.split('\n').includes(hashOf(person)))
}

/** Lets rows of these persons carry their ids, as of those who were there before rows had names. */
export async function keepIds(analytics: Analytics, ...persons: readonly string[]): Promise<void> {
  await migrate(analytics)
  await analytics.client.insert({ table: 'row_names', columns: ['person', 'name', 'since'],
    values: persons.map(person => [hashOf(person), person, '1970-01-01 00:00:00.000']),
    format: 'JSONCompactEachRow' })
}

function hashOf(person: string): string {
  return createHash('sha256').update(person).digest('hex')
}
