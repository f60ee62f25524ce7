/**
 * Q7: people change. A stream says one thing, other things that have nothing to do with it, then that it is
 * no longer so. Is the new value current, the old one superseded with its interval, found as of then, and
 * nothing else touched? And the mistakes of other systems (SPEC section 13) as cases of their own.
 */
import { contextFor, requestOf, type CurrentComponent } from '../../actors/psp/index.js'
import { lineOf } from './line.js'
import type { Context, Line, Metric, Split } from './metric.js'
import { KeptPerson } from './pipeline.js'
import { splitsOf } from './splits.js'
import { mistakes } from './q07-mistakes.js'

const START = Date.UTC(2026, 0, 1)
const dayMs = 86_400_000
const CHANGED_DAY = 20
/** Said between: about something else, though it says not. */
const ASIDE = ['I do not like crowded trains.', 'I love walking in the hills.', 'I never skip breakfast.',
  'I want to read 12 books this year.']
const ALL = { atLeast: 1 }

/** How something changes: what is said first and then, with {a} and {b} for the old and the new value. */
interface Change {
  readonly topic: string
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly values: readonly (readonly [old: string, next: string])[]
  readonly question: string
}

const changes: readonly Change[] = [
  { topic: 'tool', question: 'Which tools do they use?',
    before: ['I use {a}.', "I'm using {a} every day."],
    after: ['I no longer use {a}, now {b}.', 'I switched from {a} to {b}.',
      'I stopped using {a} and now use {b}.',
      'I replaced {a} with {b}.', 'I use {b} instead of {a} now.'],
    values: [['Vim', 'Helix'], ['Notion', 'Obsidian'], ['MySQL', 'PostgreSQL'], ['Windows', 'Linux']] },
  { topic: 'home', question: 'Where do they live?',
    before: ['I live in {a}.', 'I am living in {a}.'], after: ['I moved to {b}.', 'I live in {b} now.',
      'I have moved from {a} to {b}.'],
    values: [['Lisbon', 'Oslo'], ['Graz', 'Turin'], ['Leeds', 'Porto']] },
  { topic: 'employer', question: 'Where do they work?',
    before: ['I work at {a}.', 'I work for {a}.'], after: ['I now work for {b}.', 'I work at {b} now.',
      'I left {a} and joined {b}.'],
    values: [['Acme', 'Initech'], ['Globex', 'Umbra'], ['Hooli', 'Vandelay']] },
  { topic: 'number', question: 'How far do they want to run?',
    before: ['I want to run {a} km every week.'], after: ['I want to run {b} km every week.',
      'I want to run {b} km every week now.'],
    values: [['5', '10'], ['12', '8'], ['20', '25']] },
  { topic: 'date', question: 'When is the deadline?',
    before: ['My deadline is {a}.'],
    after: ['My deadline is {b}.', 'My deadline moved to {b}.', 'My deadline has been moved to {b}.'],
    values: [['Friday', 'Monday'], ['12 May', '3 June'], ['2026-04-01', '2026-05-15']] },
  { topic: 'amount', question: 'What is their budget?',
    before: ['My budget is {a} euros.'], after: ['My budget is {b} euros now.', 'My budget is now {b} euros.',
      'My budget was raised to {b} euros.'],
    values: [['500', '800'], ['1000', '1500'], ['60', '90']] },
  { topic: 'liking', question: 'How do they feel about {b}?',
    before: ['I like {a}.', 'I love {a}.'], after: ['I no longer like {a}.', 'I do not like {a} anymore.',
      'I hate {a}.'],
    values: [['spicy food', 'spicy food'], ['jazz', 'jazz'], ['open offices', 'open offices']] },
  { topic: 'favourite', question: 'What is their favourite editor?',
    before: ['My favourite editor is {a}.'], after: ['My favourite editor is {b}.',
      'My favourite editor is {b} now.'],
    values: [['Vim', 'Emacs'], ['Nano', 'Kakoune'], ['Atom', 'Zed']] },
  { topic: 'goal', question: 'Do they want to learn {b}?',
    before: ['I want to learn {a}.'], after: ['I no longer want to learn {a}.', 'I gave up learning {a}.'],
    values: [['Rust', 'Rust'], ['Dutch', 'Dutch'], ['the cello', 'the cello']] },
  { topic: 'answers', question: 'What length or tone should answers have?',
    before: ['Please keep your answers {a}.'], after: ['Please make your answers {b}.'],
    values: [['short', 'more detailed'], ['formal', 'casual']] },
]

interface Tried {
  readonly split: Split
  readonly topic: string
  readonly isCurrent: boolean
  readonly isSuperseded: boolean
  readonly isFoundThen: boolean
  readonly isNothingLost: boolean
}

/** Updates. */
export const q07: Metric = {
  id: 'Q7',
  title: 'Updates',
  definition: 'Streams of one person: a statement, four about other things, then its update, in all '
    + 'combinations of wordings and values. On top: the new value is the first of its slot in the context '
    + 'for a question about it, and the old one is in it no more. Superseded: the old component has its '
    + 'interval, from the first record to the second. Then: a read as of the day before finds the old one. '
    + 'Nothing lost: the others are as they were. Split by wording and value. The mistakes are those of '
    + 'section 13 that concern memory.',
  run: measure,
}

async function measure({ seed, log }: Context): Promise<Line[]> {
  const streams = changes.flatMap(change => change.values.flatMap(([old, next]) =>
    change.before.flatMap(before => change.after.map(after => ({
      change, question: said(change.question, old, next),
      first: said(before, old, next), then: said(after, old, next) })))))
  const splits = splitsOf(streams.map(({ first, then }) => `${first} ${then}`), seed)
  const tried: Tried[] = []
  for (const { change, question, first, then } of streams) {
    const split = splits.get(`${first} ${then}`) ?? 'test'
    const one = await tryStream({ ...change, question }, first, then, split)
    tried.push(one)
    const isGood = one.isCurrent && one.isSuperseded && one.isFoundThen && one.isNothingLost
    if (!isGood && split === 'dev') log(`not right: ${first} ${then} ${JSON.stringify(one)}`)
  }
  const lines = (['dev', 'test'] as const).flatMap(split => linesOf(tried, split, seed))
  const cases: number[] = []
  for (const { name, isAvoided } of mistakes) {
    const isRight = await isAvoided()
    if (!isRight) log(`a known mistake is made: ${name}`)
    cases.push(Number(isRight))
  }
  return [...lines,
    lineOf({ measure: 'known mistakes avoided', split: 'test', seed, ours: cases, target: ALL })]
}

function linesOf(tried: readonly Tried[], split: Split, seed: number): Line[] {
  const of = tried.filter(one => one.split === split)
  const line = (measure: string, isRight: (one: Tried) => boolean): Line =>
    lineOf({ measure, split, seed, target: ALL, ours: of.map(one => Number(isRight(one))) })
  return [
    line('current value on top', one => one.isCurrent),
    line('old one superseded, with its interval', one => one.isSuperseded),
    line('old one found as of then', one => one.isFoundThen),
    line('nothing else lost', one => one.isNothingLost),
  ]
}

async function tryStream(
  { topic, question }: Pick<Change, 'topic' | 'question'>, first: string, then: string, split: Split,
): Promise<Tried> {
  const person = await KeptPerson.begin(START)
  const keep = (id: string, note: string, day: number): Promise<void> => person.keep([
    { id, note, source: 'notes_app', timestamp: new Date(START + day * dayMs).toISOString() }])
  await keep('old', first, 0)
  for (const [i, note] of ASIDE.entries()) await keep(`aside${i}`, note, 5 + i)
  const before = person.psp().components
  const old = before.find(({ evidence }) => evidence.includes('old'))
  await keep('new', then, CHANGED_DAY)
  const after = person.psp().components
  const context = contextFor(person.psp(), requestOf(question)).relevant_context
  const next = after.find(({ evidence }) => evidence.includes('new'))
  const changedAt = START + CHANGED_DAY * dayMs
  const then1 = person.psp(changedAt - dayMs).components
  const asides = (components: readonly CurrentComponent[]): string => JSON.stringify(components
    .filter(({ evidence }) => evidence.some(id => id.startsWith('aside'))).map(({ id }) => id).sort())
  const was = person.component(old?.id ?? '')
  return {
    split, topic,
    isCurrent: next !== undefined && after.every(({ id }) => id !== old?.id)
      && context[0]?.id === next.id,
    isSuperseded: was !== undefined && was.superseded_by === next?.id
      && was.valid_from === START && was.valid_to === changedAt,
    isFoundThen: old !== undefined && then1.some(({ id }) => id === old.id),
    isNothingLost: asides(before) === asides(after),
  }
}

function said(pattern: string, old: string, next: string): string {
  return pattern.replace('{a}', old).replace('{b}', next)
}
