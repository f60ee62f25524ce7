/**
 * Q12: is what was forgotten forgotten everywhere? Notes with words that nobody else uses are put among a
 * person's own; some are deleted one by one, then the person is erased.
 */
import { lineOf } from './line.js'
import type { Context, Line, Metric, Split } from './metric.js'
import { notesOf } from './note-stream.js'
import { KeptPerson, type RecordInput } from './pipeline.js'

/** Records of the person's own. */
const HISTORY = 100
const CANARIES = 20
const hourMs = 3_600_000
const BUDGET = 2_000

/** Forgetting. */
export const q12: Metric = {
  id: 'Q12',
  title: 'Forgetting',
  definition: `Among ${HISTORY} notes of a person stand ${CANARIES} goals, each with a word of its own. `
    + 'Every second one is deleted, then the person is erased. Hits: how many places know a deleted word: '
    + 'the prompt for it, search by text, what is known about the person, and every stored byte (cells, rows '
    + 'with their vectors). Redis, ClickHouse, files and logs of a running system are read by '
    + 'test/scenarios/erasure.test.ts.',
  run: measure,
}

async function measure({ data, seed }: Context): Promise<Line[]> {
  const notes = notesOf(data)
  const lines: Line[] = []
  for (const [i, split] of (['dev', 'test'] as const).entries()) {
    lines.push(...await forgetting(notes.slice(i * HISTORY, (i + 1) * HISTORY), split, seed))
  }
  return lines
}

async function forgetting(history: readonly RecordInput[], split: Split, seed: number): Promise<Line[]> {
  const person = await KeptPerson.begin(Date.parse(history[0].timestamp))
  const words = Array.from({ length: CANARIES }, (_, i) => `zanzi${'bcdfghjklmnpqrstvwxz'[i]}aro`)
  await person.keep(history)
  const began = person.now
  await person.keep(words.map((word, i): RecordInput => ({
    id: `goal-${i}`, timestamp: new Date(began + (i + 1) * hourMs).toISOString(), source: 'notes_app',
    highlight: `I want to learn ${word} cooking`, note: `My goal is to cook ${word} every week.`, tag: [word],
  })))
  const known = words.map(word => hitsOf(person, word))
  const gone = words.filter((_, i) => i % 2 === 0)
  await person.forget(words.flatMap((_, i) => (i % 2 === 0 ? [`goal-${i}`] : [])))
  const afterRecords = gone.map(word => hitsOf(person, word))
  const left = words.filter((_, i) => i % 2 === 1).map(word => Number(hitsOf(person, word) > 0))
  await person.forget('all')
  const afterPerson = words.map(word => hitsOf(person, word))
  const line = (measure: string, ours: readonly number[], atMost?: number): Line => lineOf({
    measure, split, seed, ours: [...ours], unit: 'count',
    ...(atMost === undefined ? {} : { target: { atMost } }) })
  return [
    line('places that know a word before', known),
    line('hits of deleted records', afterRecords, 0),
    line('hits of an erased person', afterPerson, 0),
    lineOf({ measure: 'records left that are known still', split, seed, ours: left, target: { atLeast: 1 } }),
  ]
}

/** How many places know the word. */
function hitsOf(person: KeptPerson, word: string): number {
  const question = `What do I want with ${word}?`
  const places = [
    person.prompt(question, BUDGET).text.replaceAll(question, ''),
    JSON.stringify(person.search(word)),
    JSON.stringify(person.psp()),
    [...person.stored()].map(([name, packed]) => `${name} ${packed.toString('latin1')}`).join('\n'),
  ]
  return places.filter(place => place.toLowerCase().includes(word)).length
}
