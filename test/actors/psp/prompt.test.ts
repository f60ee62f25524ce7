/** The prompt: its budget, its order, what it names. */
import t from 'tap'
import {
  composePrompt,
  contextFor,
  countTokens,
  PROMPT_MARK,
  requestOf,
  type Knowledge,
} from '../../../actors/psp/index.js'
import { condense } from '../../../actors/psp/condense.js'
import { dayMs, Keeper, start } from '../person/keeping.js'

const foods = [
  'rye bread',
  'miso soup',
  'lentil stew',
  'goat cheese',
  'plum jam',
  'fennel salad',
  'black coffee',
  'oat porridge',
]
const sports = ['rowing', 'fencing', 'climbing', 'sailing', 'running', 'cycling', 'judo', 'skating']

async function richPerson(): Promise<Keeper> {
  const ana = await Keeper.begin()
  for (const food of foods)
    await ana.keep({ note: `I love ${food}.`, tag: ['food'], highlight: `Recipe for ${food}` })
  for (const [i, sport] of sports.entries())
    await ana.keep({ note: `I want to try ${sport} with club number ${i}.`, tag: ['sport'] })
  return ana
}

const notes: Knowledge[] = Array.from({ length: 20 }, (_, i) => ({
  id: `k${i}`,
  title: `Training plan ${i}`,
  relevance: 1 - i / 40,
  at: start,
  text: `Week ${i} begins slowly. Rowing uses the legs more than the arms. Sleep decides the rest. `.repeat(
    6,
  ),
}))

t.test('never over the budget, and more than 90 % of it used when there is enough to say', async t => {
  const psp = (await richPerson()).psp()
  for (const budget of [300, 600, 1_000, 2_000, 4_000]) {
    const { text, tokens } = composePrompt({
      psp,
      knowledge: notes,
      request: requestOf('How do I start rowing?'),
      budget,
    })
    t.equal(tokens, countTokens(text))
    t.ok(tokens <= budget, `${tokens} of ${budget}`)
    t.ok(tokens > budget * 0.9 || budget > 2_000, `${tokens} of ${budget}`)
  }
})

t.test('notes that answer are quoted whole, the most relevant first, under their days', async t => {
  const psp = (await richPerson()).psp()
  const said = (id: string, text: string, relevance: number, days: number): Knowledge =>
    ({ id, title: '', text, relevance, at: start + days * dayMs })
  const knowledge = [
    said('a', 'The boat club opens at six on weekdays.', 0.9, 3),
    said('b', 'Blisters heal faster uncovered.', 0.8, 0),
    said('c', 'The coach says to row with the legs first.', 0.7, 3),
    said('d', 'Nothing of use. '.repeat(400), 0.1, 1),
  ]
  const request = requestOf('How do I start rowing?')
  const { text, knowledge: quoted } = composePrompt({ psp, knowledge, request, budget: 1_000 })
  t.match(text, [
    '## Relevant notes', '1 January 2026:', '- Blisters heal faster uncovered.',
  ].join('\n'))
  t.match(text, [
    '4 January 2026:', '- The boat club opens at six on weekdays.',
    '- The coach says to row with the legs first.',
  ].join('\n'), 'a day is said once')
  t.same(quoted.slice(0, 1), ['b'], 'in order of time')
  const shown = Array.from({ length: 40 }, (_, i) =>
    composePrompt({ psp: { ...psp, components: [] }, knowledge, request, budget: 50 + 2 * i }).knowledge)
  t.ok(shown.every(ids => ids.length < 2 || ids.includes('a')), 'left out only if too long')
})

t.test('without a request, what is known comes before notes', async t => {
  const psp = (await richPerson()).psp()
  const { components, knowledge } = composePrompt({ psp, knowledge: notes, budget: 500 })
  t.ok(components.length >= 10 && knowledge.length >= 1)
})

t.test('unused share flows on: a person without goals gives the room to what there is', async t => {
  const ana = await Keeper.begin()
  for (const food of foods) await ana.keep({ note: `I love ${food}.` })
  const { components } = composePrompt({ psp: ana.psp(), knowledge: [], budget: 200 })
  t.equal(components.length, ana.known().length)
})

t.test('it carries the mark, plain sentences, and only what holds', async t => {
  const ana = await richPerson()
  await ana.keep({ note: 'I do not like rye bread.' })
  const { text } = composePrompt({ psp: ana.psp(), knowledge: [] })
  t.ok(text.startsWith(PROMPT_MARK))
  t.match(text, '- Does not like rye bread')
  t.notMatch(text, /Loves rye bread|activity:/)
  t.equal(text, composePrompt({ psp: ana.psp(), knowledge: [] }).text)
})

t.test('the buffer holds the last ten minutes', async t => {
  const ana = await Keeper.begin()
  await ana.keep({ highlight: 'A lamp for the desk' })
  t.match(composePrompt({ psp: ana.psp(), knowledge: [] }).text, '## Just now\n- A lamp for the desk')
  await ana.advance(11 * 60_000)
  t.notMatch(composePrompt({ psp: ana.psp(), knowledge: [] }).text, 'lamp')
})

t.test('pages that a person returns to share one line, after what they say about their work', async t => {
  const ana = await Keeper.begin()
  for (let i = 0; i < 8; i += 1) {
    await ana.keep({ highlight: `Page ${i}`, address: `https://example.org/${i % 2}` })
  }
  await ana.keep({ note: 'I work at a bakery.' })
  const { text, components } = composePrompt({ psp: ana.psp(), knowledge: [] })
  t.match(text, /- Works at a bakery\n- Returns often to example.org\/[01], example.org\/[01]/)
  t.equal(components.length, 3)
  t.equal(contextFor(ana.psp()).work_context[0]?.description, 'Works at a bakery')
})

t.test('the context keeps its limits and puts the relevant first', async t => {
  const ana = await richPerson()
  const context = contextFor(ana.psp(), requestOf('Which coffee should I buy?'))
  t.equal(context.learning_preferences[0]?.description, 'Loves black coffee')
  t.equal(context.relevant_context[0]?.description, 'Loves black coffee')
  t.ok((context.relevant_context[0]?.relevance ?? 0) >= 0.3, 'a shared word counts')
  t.ok(
    context.learning_preferences.length <= 3 &&
      context.current_goals.length <= 3 &&
      context.core_interests.length <= 5,
  )
  t.equal(context.active_components_count, ana.psp().components.length)
  await ana.advance(60 * dayMs)
  t.equal(
    contextFor(ana.psp(), requestOf('Which coffee should I buy?')).relevant_context[0]?.description,
    'Loves black coffee',
  )
})

t.test('condensing keeps the sentences that answer, in their order, within the tokens', async t => {
  const text =
    'The café opens at nine. Trains leave hourly. A rebase moves commits to a new base. Bring a coat. ' +
    'Never rebase shared branches.'
  t.equal(
    condense(text, 'git rebase', 20),
    'A rebase moves commits to a new base. Never rebase shared branches.',
  )
  t.equal(condense('Short.', 'x', 20), 'Short.')
  t.ok(countTokens(condense(text.repeat(30), 'trains', 15)) <= 15)
})
