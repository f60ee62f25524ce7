/**
 * What a person is remembered by: the rules of SPEC section 4 and the mistakes of section 13, through the
 * whole fold.
 */
import t from 'tap'
import { pspOf } from '../../../actors/psp/index.js'
import { dayMs, Keeper, start } from './keeping.js'

t.test('the same statement a hundred times is one component, stronger each time', async t => {
  const ana = await Keeper.begin()
  for (let i = 0; i < 100; i += 1) await ana.keep({ note: 'I prefer green tea over coffee.' })
  t.strictSame(ana.known('learning_preference'), ['Prefers green tea over coffee'])
  const { support, confidence, evidence } = ana.component('Prefers green tea over coffee')
  t.equal(support.records, 100)
  t.equal(confidence, 1)
  t.equal(evidence.length, 12)
  t.equal(evidence.at(-6), 'r100', 'the newest evidence is kept')
})

t.test('create, then strengthen: weight a, then 1.2 a, confidence .7, then .8', async t => {
  const ana = await Keeper.begin()
  const [{ attention_weight: a }] = await ana.keep({ note: 'I love sourdough bread' })
  const first = ana.component('Loves sourdough bread')
  t.match(first, { total_attention_weight: a, confidence: 0.7, evidence: ['r1'] })
  const [{ attention_weight: b }] = await ana.keep({ note: 'I love sourdough bread' })
  const second = ana.component('Loves sourdough bread')
  t.equal(second.total_attention_weight, Math.round((a + 1.2 * b) * 1e4) / 1e4)
  t.equal(second.confidence, 0.8)
})

t.test('adding the same record twice changes nothing at all', async t => {
  const ana = await Keeper.begin()
  await ana.keep({ id: 'x', note: 'I love sourdough bread', tag: ['food'] })
  const before = ana.stored()
  t.strictSame(await ana.keep({ id: 'x', note: 'I love sourdough bread', tag: ['food'] }), [])
  t.strictSame(ana.stored(), before)
  t.equal(ana.changes().length, 1)
})

t.test(
  'a contradiction supersedes: the new is current, the old keeps its interval, an as-of read returns it',
  async t => {
    const ana = await Keeper.begin()
    await ana.keep({ note: 'I like spicy food.', at: start })
    await ana.advance(10 * dayMs)
    await ana.keep({ note: 'I do not like spicy food anymore.' })
    t.strictSame(ana.known('learning_preference'), ['Does not like spicy food anymore'])
    t.strictSame(ana.known('learning_preference', start + dayMs), ['Likes spicy food'])
    const old = ana.cells().components.get('c1')
    t.match(old, { superseded_by: 'c2', valid_from: start, valid_to: start + 10 * dayMs, evidence: ['r1'] })
    t.strictSame(
      ana
        .changes()
        .map(({ change }) => change)
        .sort(),
      ['created', 'created', 'superseded'],
    )
  },
)

t.test('evidence that arrives late does not end what is newer', async t => {
  const ana = await Keeper.begin()
  await ana.keep({ note: 'I love spicy food', at: start + 10 * dayMs })
  await ana.keep({ note: 'I hate spicy food', at: start })
  t.strictSame(ana.known('learning_preference'), ['Loves spicy food'])
  t.strictSame(ana.known('learning_preference', start + dayMs), ['Hates spicy food'])
})

t.test('unrelated facts do not retire each other because one says "not"', async t => {
  const ana = await Keeper.begin()
  await ana.keep(
    { note: 'I like walking in the forest.' },
    { note: 'I do not like meetings on Mondays.' },
    { note: 'I do not like raw onions.' },
  )
  t.equal(ana.known('learning_preference').length, 3)
  t.notOk(ana.changes().some(({ change }) => change === 'superseded'))
})

t.test('numbers: another number for the same goal replaces it, for another goal it does not', async t => {
  const ana = await Keeper.begin()
  await ana.keep({ note: 'I want to run 5 km every week.' }, { note: 'I want to read 20 books this year.' })
  await ana.keep({ note: 'I want to run 10 km every week.' })
  t.strictSame(ana.known('current_goal'), [
    'Wants to read 20 books this year',
    'Wants to run 10 km every week',
  ])
})

t.test('one value at a time: a job replaces a job; names that can both hold stay', async t => {
  const ana = await Keeper.begin()
  await ana.keep({ note: 'I work at Acme.' }, { note: 'I like Paris.' }, { note: 'I like Berlin.' })
  await ana.keep({ note: 'I work at Initech.' })
  t.strictSame(ana.known('work_context'), ['Works at Initech'])
  t.strictSame(ana.known('learning_preference'), ['Likes Berlin', 'Likes Paris'])
})

t.test('a request about answers replaces the earlier one of its kind', async t => {
  const ana = await Keeper.begin()
  await ana.keep({ note: 'Please keep your answers short.' }, { note: 'Please answer in German.' })
  await ana.keep({ note: 'Please give me more detailed answers.' })
  t.strictSame(ana.known('communication_style'), ['Wants answers in German', 'Wants detailed answers'])
})

t.test('a topic becomes an interest with its earlier records as evidence', async t => {
  const ana = await Keeper.begin()
  await ana.keep(
    { highlight: 'Interactive rebase of branches', tag: ['git'] },
    { highlight: 'Deleting merged branches', tag: ['Git'] },
    { highlight: 'Commit history of one branch', tag: ['git'] },
  )
  t.match(ana.known('core_interest')[0], /^Git: branches/)
  t.strictSame([...ana.psp().components[0].evidence].sort(), ['r1', 'r2', 'r3'])
})

t.test('a tag that files anything names no interest', async t => {
  const ana = await Keeper.begin()
  for (let i = 0; i < 5; i += 1) await ana.keep({ highlight: `Errand ${i}`, tag: ['inbox', 'todo'] })
  t.strictSame(ana.known('core_interest'), [])
})

t.test('an address visited more than three times is what the person works with, confidence n/10', async t => {
  const ana = await Keeper.begin()
  for (let i = 0; i < 3; i += 1)
    await ana.keep({ highlight: `Part ${i}`, address: 'https://www.example.org/docs/' })
  t.strictSame(ana.known('work_context'), [])
  await ana.keep({ highlight: 'Part 4', address: 'https://www.example.org/docs/' })
  t.equal(ana.component('Returns often to example.org/docs').confidence, 0.4)
})

t.test('a tone must last over several records', async t => {
  const ana = await Keeper.begin()
  for (let i = 0; i < 5; i += 1) await ana.keep({ note: `Day ${i} was wonderful and the garden looks great` })
  t.strictSame(ana.known('communication_style'), [])
  await ana.keep({ note: 'What a wonderful, great evening' })
  t.strictSame(ana.known('communication_style'), ['Writes in a positive, warm tone'])
})

t.test('junk does not become knowledge: tutorials, boilerplate, questions, conditions, code', async t => {
  const ana = await Keeper.begin()
  const filler = 'This command prints the list of files that changed, which helps when the output is long. '
  await ana.keep(
    { note: `${filler.repeat(5)} Now I want to sort the list. ${filler}` },
    { note: 'If I want to sleep, I count sheep.' },
    { note: 'Do I prefer tea?' },
    { note: 'You need to restart the server.' },
    { note: 'We use cookies. Accept all cookies to continue.' },
    { note: 'const goal = { want: "x" }' },
  )
  t.strictSame(ana.known(), [])
})

t.test('a statement made in passing counts when a second record makes it too', async t => {
  const ana = await Keeper.begin()
  const filler =
    'The talk covered schedulers, queues, workers and their failure modes in much detail, with figures. '
  await ana.keep({ note: `${filler.repeat(6)} I want to write a scheduler in Rust. ${filler}` })
  t.strictSame(ana.known('current_goal'), [])
  await ana.keep({ note: `${filler.repeat(5)} ${filler} I want to write a scheduler in Rust.` })
  t.strictSame(ana.known('current_goal'), ['Wants to write a scheduler in Rust'])
  t.strictSame([...ana.component('Wants to write a scheduler in Rust').evidence].sort(), ['r1', 'r2'])
})

t.test('a revision supersedes: counts are not doubled, what it no longer says ends', async t => {
  const ana = await Keeper.begin()
  const page = { id: 'x', address: 'https://example.org/a', tag: ['food'] }
  await ana.keep({ ...page, note: 'I love sourdough bread' })
  const [revised] = await ana.keep({ ...page, note: 'I love rye bread from the oven' })
  t.match(revised, { revision: 2, sequence: 2 })
  t.strictSame(ana.known('learning_preference'), ['Loves rye bread from the oven'])
  t.equal(ana.cells().profile.get().records, 1)
  t.equal(ana.cells().topics.get('food')?.records, 1)
  t.equal(revised.attention_metrics.address_revisit, 0.1)
  t.equal(ana.cells().recent.length, 1)
})

t.test('evidence ids exist, changes are numbered without a gap', async t => {
  const ana = await Keeper.begin()
  for (let i = 0; i < 40; i += 1) {
    await ana.keep({
      highlight: `How to bake bread number ${i}`,
      note: `I want to bake ${i % 3} loaves of rye bread`,
      tag: ['baking', `t${i % 7}`],
    })
  }
  const ids = new Set(ana.folded().map(({ record }) => record.id))
  for (const { evidence } of ana.psp().components)
    t.ok(evidence.length > 0 && evidence.every(id => ids.has(id)))
  t.strictSame(
    ana.changes().map(({ sequence }) => sequence),
    ana.changes().map((_, i) => i + 1),
  )
})

t.test('variants of a tag are one; the vocabulary does not explode', async t => {
  const ana = await Keeper.begin()
  await ana.keep(
    { highlight: 'One', tag: ['web-app'] },
    { highlight: 'Two', tag: ['Web Apps'] },
    { highlight: 'Three', tag: ['webapps'] },
  )
  t.equal(ana.cells().topics.size, 1)
})

t.test('two thousand new words do not become two thousand tags', async t => {
  const ana = await Keeper.begin()
  const parts = [
    'bra',
    'kel',
    'mor',
    'tis',
    'vun',
    'dol',
    'fep',
    'gar',
    'hin',
    'jop',
    'lam',
    'nek',
    'pod',
    'qua',
  ]
  const word = (i: number): string =>
    parts[i % 14] + parts[Math.floor(i / 14) % 14] + parts[Math.floor(i / 196) % 14]
  for (let i = 0; i < 2_000; i += 40) {
    const words = Array.from({ length: 40 }, (_, k) => word(i + k))
    const pairs = Array.from({ length: 10 }, (_, k) => words.slice(k * 4, k * 4 + 4).join(' and the '))
    await ana.keep(...pairs.map(note => ({ note: `We saw the ${note} yesterday.` })))
  }
  const tags = new Set(ana.folded().flatMap(folded => folded.enhanced_tags))
  t.ok(tags.size > 200 && tags.size < 1_200, `${tags.size} tags`)
})

t.test('a passed person reads as plain JSON without vectors', async t => {
  const ana = await Keeper.begin()
  await ana.keep({ note: 'I love sourdough bread' })
  const json: unknown = JSON.parse(
    JSON.stringify(pspOf(ana.cells(), { now: start, scope: { scope: 'account' } })),
  )
  t.match(json, {
    as_of: '2026-01-01T00:00:00.000Z',
    components_count: 1,
    components: { learning: [{ evidence: ['r1'], valid_to: null }] },
  })
  t.notMatch(JSON.stringify(json), /embedding|claim/)
})

t.test('a text that comes again makes no topic; the tags that the person gives it do', async t => {
  const ana = await Keeper.begin()
  for (let i = 0; i < 14; i += 1) await ana.keep({ note: 'Loading the dashboard, please wait' })
  t.strictSame(ana.known('core_interest'), [])
  for (let i = 0; i < 4; i += 1) await ana.keep({ note: 'Loading the dashboard, please wait', tag: ['ops'] })
  t.equal(ana.known('core_interest').length, 1)
})

t.test('no longer one tool, now another: one is current, the other keeps its interval', async t => {
  const ana = await Keeper.begin()
  await ana.keep({ note: 'I use Vim as my editor.', at: start })
  await ana.keep({ note: 'I use Postgres.' })
  await ana.advance(10 * dayMs)
  await ana.keep({ note: 'I no longer use Vim, now Helix.' })
  t.strictSame(ana.known('work_context'), ['Uses Helix', 'Uses Postgres'])
  t.strictSame(ana.known('work_context', start + dayMs), ['Uses Postgres', 'Uses Vim as their editor'])
})

t.test('a record without tags is filed where its likes are, and clusters carry that name', async t => {
  const ana = await Keeper.begin()
  for (const what of ['branch', 'commit', 'merge', 'tag', 'stash']) {
    await ana.keep({ highlight: `Undo the last git ${what}`, tag: ['git'] })
    await ana.keep({ highlight: `A recipe for rye bread with ${what}`, tag: ['bread'] })
  }
  const [folded] = await ana.keep({ highlight: 'Undo the last git rebase' })
  t.equal(folded.enhanced_tags[0], 'git')
  t.equal(ana.cells().clusters.get(folded.cluster_id)?.name, 'git')
})
