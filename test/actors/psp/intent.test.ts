/** The cue table: what people say, and what is understood. */
import t from 'tap'
import { analyseBatch } from '../../../actors/enrichment/index.js'
import { cueRules, mayStateSomething } from '../../../actors/psp/cue-rules.js'
import { extractIntents, type Intent } from '../../../actors/psp/intent.js'

function intentsOf(note: string, source = 'notes', address = ''): Intent[] {
  const record = {
    id: '1',
    timestamp: '2026-01-01T00:00:00.000Z',
    source,
    highlight: '',
    note,
    address,
    tag: [],
    access: 'private' as const,
  }
  const [analysed] = analyseBatch([record])
  return extractIntents({ record, app: 'a', receivedAt: 0 }, analysed)
}

t.test('statements are understood', async t => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['I want to run a marathon in spring.', 'current_goal', 'Wants to run a marathon in spring'],
    ['Need to finish the report by Friday', 'current_goal', 'Needs to finish the report by Friday'],
    ["I'm working on a parser for my thesis.", 'current_goal', 'Is working on a parser for their thesis'],
    ['My goal this year is to sleep more.', 'current_goal', 'Goal: sleep more'],
    ['I want to learn Rust.', 'core_interest', 'Wants to learn Rust'],
    ['Lately I am really interested in urban gardening.', 'core_interest', 'Interested in urban gardening'],
    ['I believe that honesty pays.', 'personal_value', 'Believes in this: honesty pays'],
    ['Privacy matters a lot to me.', 'personal_value', 'Privacy: matters to them'],
    ['I never commit without tests.', 'personal_value', 'Never commits without tests'],
    ['I work as a nurse in Oslo.', 'work_context', 'Works as a nurse in Oslo'],
    ['Project Apollo: the deadline is Friday.', 'work_context', 'Project Apollo: the deadline is Friday'],
    ['I usually work at night.', 'work_context', 'Works at night'],
    ['I use Vim for everything.', 'work_context', 'Uses Vim for everything'],
    ['I no longer use Vim, now Helix.', 'work_context', 'Uses Helix'],
    ['I switched from Vim to Helix.', 'work_context', 'Uses Helix'],
    ['I use Helix instead of Vim now.', 'work_context', 'Uses Helix'],
    ['I stopped using Vim.', 'work_context', 'No longer uses Vim'],
    ['I moved from Oslo to Rome.', 'work_context', 'Lives in Rome'],
    ['I left Acme and joined Initech.', 'work_context', 'Works at Initech'],
    ['I am no longer vegetarian.', 'learning_preference', 'Is no longer vegetarian'],
    ['My budget is 500 euros now.', 'work_context', 'Their budget: 500 euros'],
    ['My dog is called Rex.', 'work_context', 'Their dog: Rex'],
    ['My favourite editor is Vim.', 'learning_preference', 'Favourite editor: Vim'],
    ["I can't stand loud restaurants.", 'learning_preference', 'Does not like loud restaurants'],
    ['I am not a fan of long meetings', 'learning_preference', 'Does not like long meetings'],
    ['I mostly listen to podcasts.', 'learning_preference', 'Mostly listens to podcasts'],
    ['Keep your replies brief, please.', 'communication_style', 'Wants short, concise answers'],
    ['Please answer in Spanish.', 'communication_style', 'Wants answers in Spanish'],
  ]
  for (const [note, type, description] of cases) {
    const [first] = intentsOf(note)
    t.match(first, { type, description, isDirect: true }, note)
    t.equal(first?.vector.length, 384)
  }
})

t.test('R3 a clause that some rule fits is never refused before the rules', async t => {
  const subjects = ['', 'i ', 'we ', 'I am ', "I'm ", "we're ", "I've been ", 'my ', 'our ', "i'd ", "we'd ",
    'i have ']
  const verbs = ['want to learn', 'interested in', 'believe that', 'working on', 'planning to', 'have to',
    'todo:', 'goal is to', 'work as', 'a nurse and', 'project is', 'favourite tool is', 'do not like',
    'do not want to', 'avoid', 'refuse to', 'have no interest in', 'tired of', 'would rather', 'a fan of',
    'have a passion for', 'have a fear of', 'allergic to', 'have a diet with', 'follow a', 'never', 'always',
    'usually', 'stopped learning', 'next steps:', 'reading up on', 'diving into', 'getting into',
    'saving for', 'training for', 'preparing', 'remember to', 'hoping to', 'trying to', 'to do:', 'need to',
    'use', 'no longer use Vim, now', 'switched from Vim to', 'replaced Vim with', 'no longer use', 'live in',
    'use Emacs instead of', 'moved to', 'left Acme and joined', 'work at', 'no longer work at',
    'finished', 'prefer', 'value', 'like to', 'studying', 'building']
  const clauses = subjects.flatMap(subject => verbs.map(verb => `${subject}${verb} big things`))
  clauses.push('I am vegan', 'I am no longer vegan', 'My dog is called Rex')
  clauses.push('Privacy matters a lot to me', 'Titles do not matter to me', 'Peace is very important to me')
  const fitting = new Set<string>()
  for (const clause of clauses) {
    for (const { pattern, says, slot } of cueRules) {
      if (!pattern.test(clause)) continue
      fitting.add(`${slot} ${says} ${pattern.source}`)
      t.ok(mayStateSomething(clause), clause)
    }
  }
  t.equal(fitting.size, cueRules.length, 'every rule was tried')
  t.notOk(mayStateSomething('A library for parsing dates'))
})

t.test('polarity', async t => {
  t.equal(intentsOf('I avoid crowded places.')[0].claim.polarity, -1)
  t.equal(intentsOf('I no longer want to learn Rust.')[0].claim.polarity, -1)
  t.equal(intentsOf('I love crowded places.')[0].claim.polarity, 1)
})

t.test('what states nothing about the person is left alone', async t => {
  for (const note of [
    'You want to run this command first.',
    'If I want to sleep, I count sheep.',
    'When it rains and I want to stay at home, the cat is happy.',
    'Do I like tea?',
    'I like it.',
    'He prefers tea.',
    'I use this to sort the list.',
    'My guess is that 5 is enough.',
    'My cat is cute.',
    'We value your privacy.',
    'We love our customers.',
    'We need your consent to go on.',
    'I would like to receive promotional emails.',
    'The deadline scheduler of the kernel',
    'const i = want(to)',
    'Sign up for our newsletter!',
    '',
    'A tool to manage tasks and projects.',
  ])
    t.strictSame(
      intentsOf(note).map(({ description }) => description),
      [],
      note,
    )
})

t.test('in a long text a statement is a hint', async t => {
  const filler = 'The server writes each block to the disk before it answers, which takes a while. '.repeat(6)
  t.equal(intentsOf(`${filler} I want to sort the list.`)[0].isDirect, false)
})

t.test('what a web page says is not what the person says', async t => {
  const page = 'https://example.org/book'
  t.strictSame(intentsOf('Building web apps with Go', 'notes', page), [])
  t.strictSame(intentsOf('A project to learn from. Project Apollo.', 'notes', page), [])
  t.equal(intentsOf('I want to build web apps with Go', 'notes', page).length, 1)
  t.equal(intentsOf('Enjoy long walks in the woods', 'notes', page).length, 1, 'an I that is left out')
})

t.test('a question in a chat shows how the person learns, confidence .6', async t => {
  const [chat] = intentsOf('How does a B-tree split?', 'my_chatbot')
  t.match(chat, { type: 'learning_preference', confidence: 0.6, claim: { slot: 'chat' } })
})

t.test('confidential text gives no description, PII is masked', async t => {
  t.strictSame(intentsOf('I want to change my password, secret token and private credential.'), [])
  t.notMatch(intentsOf('I want to write to ana@example.org tomorrow.')[0].description, /ana@/)
})
