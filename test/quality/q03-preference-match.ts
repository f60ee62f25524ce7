/**
 * Q3: all preferences of the data are records of one person; a question is asked whose good answer must
 * respect one of them. Is that one among the first components, the first records found, and in the prompt?
 */
import { rankedComponents, type Psp } from '../../actors/psp/index.js'
import { readRequest } from './chosen-embedder.js'
import { cosinesTo } from './cosine.js'
import type { Preference } from './data-folder.js'
import { lineOf } from './line.js'
import type { Context, Line, Metric, Split } from './metric.js'
import { Okapi, rankedPlaces } from './okapi.js'
import { KeptPerson } from './pipeline.js'
import { splitsOf } from './splits.js'

const DEPTHS = [5, 20]
const BUDGET = 1_000
const RESULTS = 50
const START_MS = Date.UTC(2024, 0, 1)
const HOUR_MS = 3_600_000
/** How much better than plain cosine recall@20 of components shall be. */
const GAIN = 1.1

interface Asked {
  readonly split: Split
  /** Place of the right one in each ranking, 0 = first; Infinity when it is not there. */
  readonly components: number
  readonly records: number
  readonly cosine: number
  readonly bm25: number
  readonly isInPrompt: boolean
  readonly ms: number
  readonly tokens: number
}

/** Preference match. */
export const q03: Metric = {
  id: 'Q3',
  title: 'Preference match',
  definition: 'Every preference is a record of one person. For each question: is the preference that a good '
    + 'answer must respect among the first 5 or 20 components (by relevance to the request), among the first '
    + 'records found, and in the prompt of 1,000 tokens? Split by topic; the records of all topics are '
    + 'searched.',
  run: measure,
}

async function measure({ data, seed, log }: Context): Promise<Line[]> {
  const preferences = data.preferences()
  const person = await KeptPerson.begin(START_MS)
  await person.keep(preferences.map(({ preference }, i) => ({
    id: idOf(i), timestamp: new Date(START_MS + i * HOUR_MS).toISOString(), source: 'notes',
    note: preference,
  })))
  const psp = person.psp()
  log(`${preferences.length} preferences became ${psp.components.length} components`)
  const splits = splitsOf(preferences.map(({ topic }) => topic), seed)
  const asked = askAll(person, psp, preferences, splits)
  return (['dev', 'test'] as const).flatMap(split =>
    linesOf(asked.filter(one => one.split === split), split, seed))
}

function linesOf(asked: readonly Asked[], split: Split, seed: number): Line[] {
  if (asked.length === 0) return []
  const isWithin = (place: number, depth: number): number => (place < depth ? 1 : 0)
  const line = (name: 'components' | 'records', depth: number): Line => {
    const cosine = asked.map(one => isWithin(one.cosine, depth))
    const target = name === 'components' && depth === 20
      ? { target: { atLeast: GAIN * cosine.reduce((sum, hit) => sum + hit, 0) / cosine.length } } : {}
    return lineOf({
      measure: `recall@${depth} of ${name}`, split, seed, ...target,
      ours: asked.map(one => isWithin(one[name], depth)),
      theirs: { cosine, BM25: asked.map(one => isWithin(one.bm25, depth)) },
    })
  }
  return [
    ...DEPTHS.map(depth => line('components', depth)),
    ...DEPTHS.map(depth => line('records', depth)),
    lineOf({
      measure: `in the prompt of ${BUDGET} tokens`, split, seed, times: asked.map(({ ms }) => ms),
      ours: asked.map(({ isInPrompt }) => Number(isInPrompt)), tokens: asked.map(({ tokens }) => tokens),
    }),
  ]
}

function askAll(
  person: KeptPerson, psp: Psp, preferences: readonly Preference[], splits: ReadonlyMap<string, Split>,
): Asked[] {
  const texts = preferences.map(({ preference }) => preference)
  const cosines = cosinesTo(texts)
  const okapi = new Okapi(texts)
  return preferences.map(({ question, topic }, i) => {
    const ranked = rankedComponents(psp, readRequest(question))
    const right = new Set(psp.components.filter(({ evidence }) => evidence.includes(idOf(i)))
      .map(({ id }) => id))
    const startedAt = performance.now()
    const { components, knowledge, tokens } = person.prompt(question, BUDGET)
    const ms = performance.now() - startedAt
    return {
      split: splits.get(topic) ?? 'test',
      components: placeOf(ranked.findIndex(({ component }) => right.has(component.id))),
      records: placeOf(person.search(question, { limit: RESULTS }).findIndex(({ id }) => id === idOf(i))),
      cosine: rankedPlaces(cosines(question)).indexOf(i),
      bm25: rankedPlaces(okapi.scores(question)).indexOf(i),
      isInPrompt: knowledge.includes(idOf(i)) || components.some(id => right.has(id)),
      ms, tokens,
    }
  })
}

function idOf(i: number): string {
  return `preference-${i}`
}

function placeOf(index: number): number {
  return index < 0 ? Infinity : index
}
