/**
 * Q9: interests change. One person's records, then another's under the same name: how soon does the working
 * memory show the new interests, and how much of the old core is kept?
 */
import { lineOf } from './line.js'
import type { Context, Line, Metric, Split } from './metric.js'
import { personsOf } from './note-stream.js'
import { KeptPerson, type RecordInput } from './pipeline.js'
import { splitsOf } from './splits.js'

const RECORDS = 120
const PERSONS_MAX = 30
/** Of the first five topics of the focus, so many must be new. */
const FIRST = 5
const NEW_MIN = 3
const CORE = 5
const CORE_SHOWN = 20

interface Adapted {
  readonly split: Split
  readonly first: number
  readonly most: number
  readonly kept: number
}

/** Adaptation. */
export const q09: Metric = {
  id: 'Q9',
  title: 'Adaptation',
  definition: `${RECORDS} records of one person, then ${RECORDS} of another as if the first went on. Records `
    + 'until the first new topic, and until three of the first five topics of the focus, are the second '
    + "person's (the stream's length when never); share of the five heaviest old interests that are among "
    + 'the twenty heaviest after the second stream. Split by pair of persons.',
  run: measure,
}

async function measure({ data, seed, log }: Context): Promise<Line[]> {
  const persons = [...personsOf(data, RECORDS, RECORDS).values()].slice(0, PERSONS_MAX)
  const pairs = persons.slice(1).map((records, i) => ({ name: `${i}`, old: persons[i], next: records }))
  const splits = splitsOf(pairs.map(({ name }) => name), seed)
  const all: Adapted[] = []
  for (const { name, old, next } of pairs) {
    all.push({ split: splits.get(name) ?? 'test', ...await adapted(old, continued(old, next)) })
  }
  log(`${pairs.length} pairs`)
  return (['dev', 'test'] as const).flatMap(split => {
    const of = all.filter(one => one.split === split)
    return [
      lineOf({ measure: 'records until the first new topic', split, seed, unit: 'count',
        ours: of.map(({ first }) => first) }),
      lineOf({ measure: 'records until three of five are new', split, seed, unit: 'count',
        ours: of.map(({ most }) => most) }),
      lineOf({ measure: 'old core kept', split, seed, ours: of.map(({ kept }) => kept) }),
    ]
  })
}

async function adapted(old: readonly RecordInput[], next: readonly RecordInput[]): Promise<Omit<Adapted,
  'split'>> {
  const person = await KeptPerson.begin(Date.parse(old[0].timestamp))
  await person.keep(old)
  const before = person.psp()
  const known = new Set(before.focus.map(({ key }) => key))
  const core = before.components.filter(({ type }) => type === 'core_interest').slice(0, CORE)
  let first = next.length
  let most = next.length
  for (const [i, record] of next.entries()) {
    await person.keep([record])
    if (most < next.length) continue
    const focus = person.psp().focus.slice(0, FIRST)
    const fresh = focus.filter(({ key }) => !known.has(key)).length
    if (fresh > 0) first = Math.min(first, i + 1)
    if (fresh >= NEW_MIN) most = i + 1
  }
  const heaviest = person.psp().components.slice(0, CORE_SHOWN).map(({ id }) => id)
  return { first, most, kept: core.filter(({ id }) => heaviest.includes(id)).length / Math.max(1,
    core.length) }
}

/** The records of `next` at their own pace, beginning where `old` ends, under ids of their own. */
function continued(old: readonly RecordInput[], next: readonly RecordInput[]): RecordInput[] {
  const shift = Date.parse(old[old.length - 1].timestamp) - Date.parse(next[0].timestamp)
  return next.map(record => ({ ...record, id: `next-${record.id}`,
    timestamp: new Date(Date.parse(record.timestamp) + shift).toISOString() }))
}
