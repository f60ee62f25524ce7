/**
 * The mistakes of other memories (SPEC section 13) that concern what is known about a person, one case each.
 */
import { composePrompt } from '../../actors/psp/index.js'
import { KeptPerson, type RecordInput } from './pipeline.js'

/** A mistake, and whether our memory avoids it. */
interface Mistake {
  readonly name: string
  isAvoided(): Promise<boolean>
}

const START = Date.UTC(2026, 0, 1)
const minuteMs = 60_000
const dayMs = 86_400_000

/** All of them. */
export const mistakes: readonly Mistake[] = [
  {
    name: 'adding the same memory twice deletes it',
    async isAvoided() {
      const person = await KeptPerson.begin(START)
      const once = noteOf('same', 'I love sourdough bread.', 0)
      await person.keep([once])
      const before = JSON.stringify(person.psp().components)
      await person.keep([once, { ...once, id: 'again' }])
      const { components } = person.psp()
      return components.length === 1 && before.includes(components[0].id)
        && components[0].evidence.length === 2
    },
  },
  {
    name: 'a contradiction deletes both',
    async isAvoided() {
      const person = await keeperOf(['I like spicy food.', 'I do not like spicy food.'])
      const now = person.psp().components
      const then = person.psp(START + minuteMs / 2).components
      return now.length === 1 && then.length === 1 && now[0].id !== then[0].id
    },
  },
  {
    name: 'unrelated facts retire each other because one says not',
    async isAvoided() {
      const person = await keeperOf(['I like walking in the forest.',
        'I do not like meetings in the morning.',
        'I do not like walking to meetings.', 'I like meetings in the forest.'])
      return person.psp().components.length === 4
    },
  },
  {
    name: 'the own prompt becomes a memory',
    async isAvoided() {
      const person = await keeperOf(['I love sourdough bread.', 'I want to run a marathon in spring.'])
      const before = knownOf(person)
      const { text } = composePrompt({ psp: person.psp(), knowledge: [] })
      await person.keep([noteOf('echo', text, 10), noteOf('lines', text.split('\n').slice(4).join('\n'), 11)])
      return knownOf(person) === before
    },
  },
  {
    name: 'a hundred restatements are a hundred memories',
    async isAvoided() {
      const person = await keeperOf(Array.from({ length: 100 }, () => 'I prefer green tea over coffee.'))
      return person.psp().components.filter(({ memory }) => memory === 'learning').length === 1
    },
  },
  {
    name: 'ten thousand tags for two thousand bookmarks',
    async isAvoided() {
      const person = await KeptPerson.begin(START)
      const spellings = ['web-app', 'Web Apps', 'webapps', 'web app', 'WebApp']
      await person.keep(spellings.map((tag, i) => ({ ...noteOf(`r${i}`, `A page about ${i}.`, i),
        tag: [tag] })))
      const interests = person.psp().components.filter(({ type }) => type === 'core_interest')
      return interests.length === 1 && interests[0].support.records === spellings.length
    },
  },
  {
    name: 'evidence that arrives late ends what is newer',
    async isAvoided() {
      const person = await KeptPerson.begin(START)
      await person.keep([noteOf('new', 'I love spicy food.', 10 * dayMs / minuteMs)])
      await person.keep([noteOf('late', 'I hate spicy food.', 0)])
      return person.psp().components.map(({ evidence }) => evidence[0]).join() === 'new'
    },
  },
]

/** What is known and how well, without what time alone changes. */
function knownOf(person: KeptPerson): string {
  return JSON.stringify(person.psp().components.map(({ id, evidence, confidence,
    total_attention_weight: weight }) =>
    [id, evidence, confidence, weight]))
}

async function keeperOf(notes: readonly string[]): Promise<KeptPerson> {
  const person = await KeptPerson.begin(START)
  await person.keep(notes.map((note, i) => noteOf(`r${i}`, note, i)))
  return person
}

function noteOf(id: string, note: string, minute: number): RecordInput {
  return { id, note, source: 'notes_app', timestamp: new Date(START + minute * minuteMs).toISOString() }
}
