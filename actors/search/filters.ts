/** From the filters of a request to one test of an entry. */
import type { Entry } from './entry.js'
import type { SearchFilters } from './request.js'

/** Does the entry pass? */
export type EntryTest = (entry: Entry) => boolean

/** The test that all given filters make together; undefined when none is given. */
export function entryTest(filters: SearchFilters | undefined): EntryTest | undefined {
  const tests: EntryTest[] = []
  const { source, tags, from, to, min_influence: influence, tier, access } = filters ?? {}
  oneOf(source, entry => entry.source, tests)
  oneOf(tier, entry => entry.tier, tests)
  oneOf(access, entry => entry.access, tests)
  if (tags !== undefined && tags.length > 0) {
    const wanted = new Set(tags.map(tag => tag.trim().toLowerCase()))
    const isWanted = (tag: string): boolean => wanted.has(tag)
    tests.push(entry => entry.tags.some(isWanted) || entry.enhancedTags.some(isWanted))
  }
  if (from !== undefined) tests.push(entry => entry.eventTime >= from)
  if (to !== undefined) tests.push(entry => entry.eventTime <= to)
  if (influence !== undefined) tests.push(entry => entry.influence >= influence)
  return tests.length === 0 ? undefined : entry => tests.every(test => test(entry))
}

function oneOf(
  values: readonly string[] | undefined, field: (entry: Entry) => string, tests: EntryTest[],
): void {
  if (values === undefined || values.length === 0) return
  const wanted = new Set(values)
  tests.push(entry => wanted.has(field(entry)))
}
