// What a person says of a component holds against inference (actors/psp/saying.ts), and is folded once.
import t from 'tap'
import { composePrompt, contextFor, pspOf } from '../../../actors/psp/index.js'
import { dayMs, hourMs, Keeper, start } from './keeping.js'

const tea = 'Prefers green tea over coffee'

t.test('a rating above 4 raises the weight by a tenth, one below 3 lowers it, and confidence follows (H4)',
  async t => {
    const ana = await Keeper.begin()
    await ana.keep({ note: 'I prefer green tea over coffee.' })
    const before = ana.component(tea)
    t.equal(await ana.say({ kind: 'rate', component: 'c1', rating: 5 }), 'done')
    const raised = ana.component(tea)
    t.equal(raised.total_attention_weight, round(before.total_attention_weight * 1.1))
    t.equal(raised.confidence, round(before.confidence + (1 - before.confidence) / 5))
    await ana.say({ kind: 'rate', component: 'c1', rating: 1 })
    const lowered = ana.component(tea)
    t.equal(lowered.total_attention_weight, round(before.total_attention_weight * 1.1 * 0.9))
    t.equal(lowered.confidence, round(raised.confidence * (1 - 1 / 6)))
    await ana.say({ kind: 'rate', component: 'c1', rating: 3.5 })
    t.equal(ana.component(tea).total_attention_weight, lowered.total_attention_weight)
    for (let i = 0; i < 30; i += 1) await ana.say({ kind: 'rate', component: 'c1', rating: 5 })
    const { total_attention_weight: most, confidence, said } = ana.component(tea)
    t.ok(most <= before.total_attention_weight * 4.05, 'thirty ratings are bounded')
    t.ok(confidence > 0.85 && confidence <= 1)
    t.match(said, { ratings: 33, factor: 4 })
  })

t.test('a command is obeyed once, and an id that comes with other content changes nothing', async t => {
  const ana = await Keeper.begin()
  await ana.keep({ note: 'I prefer green tea over coffee.' })
  await ana.say({ kind: 'rate', component: 'c1', rating: 5 }, 'app/1')
  const stored = ana.stored()
  t.equal(await ana.say({ kind: 'rate', component: 'c1', rating: 5 }, 'app/1'), 'done')
  t.strictSame(ana.stored(), stored)
  await ana.say({ kind: 'remove', component: 'c1' }, 'app/1')
  t.strictSame(ana.stored(), stored)
  t.equal(await ana.say({ kind: 'rate', component: 'c7', rating: 5 }), 'COMPONENT_UNKNOWN')
  t.same(ana.changes().map(({ change }) => change), ['created', 'rated'])
  t.equal(ana.dead().length, 0)
})

t.test('what is removed stays away, however often it is said again, until it is restored (H2)', async t => {
  const ana = await Keeper.begin()
  await ana.keep({ note: 'I prefer green tea over coffee.' })
  await ana.advance(dayMs)
  t.equal(await ana.say({ kind: 'remove', component: 'c1' }), 'done')
  t.equal(await ana.say({ kind: 'remove', component: 'c1' }), 'unchanged')
  t.strictSame(ana.known(), [])
  for (let i = 0; i < 5; i += 1) await ana.keep({ note: 'I prefer green tea over coffee.' })
  await ana.keep({ note: 'I like long walks by the sea.' })
  t.strictSame(ana.known(), ['Likes long walks by the sea'], 'and nothing else is kept away')
  t.strictSame(ana.known(undefined, start + hourMs), [tea], 'it was known then (H3)')
  t.equal(await ana.say({ kind: 'rate', component: 'c1', rating: 5 }), 'COMPONENT_ENDED')
  t.equal(await ana.say({ kind: 'amend', component: 'c1', isPinned: true }), 'COMPONENT_ENDED')
  await ana.advance(dayMs)
  t.equal(await ana.say({ kind: 'amend', component: 'c1', isRestored: true }), 'done')
  t.ok(ana.known().includes(tea))
  t.notOk(ana.known(undefined, start + 1.5 * dayMs).includes(tea), 'it was not known in between')
  await ana.keep({ note: 'I prefer green tea over coffee.' })
  t.equal(ana.component(tea).support.records, 2, 'evidence counts again')
})

t.test('a removed topic does not come back, and is not what the person is busy with', async t => {
  const ana = await Keeper.begin()
  const keep = async (from: number): Promise<void> => {
    for (let i = from; i < from + 4; i += 1) {
      await ana.keep({ highlight: `Branches and commits, part ${i}`, tag: ['git'] })
    }
  }
  await keep(0)
  const [interest] = ana.psp().components
  t.match(interest?.description, /^Git/)
  await ana.say({ kind: 'remove', component: interest!.id })
  await keep(4)
  t.strictSame(ana.known('core_interest'), [])
  t.strictSame(pspOf(ana.cells(), { now: start + dayMs, scope: { scope: 'account' } }).focus, [])
  t.notMatch(composePrompt({ psp: ana.psp(), knowledge: [] }).text, /[Gg]it:/)
  await ana.say({ kind: 'amend', component: interest!.id, isRestored: true })
  await keep(8)
  t.match(ana.known('core_interest'), [/^Git/])
})

t.test('a corrected goal says what the person said; its earlier wording is ruled out (H1, H2)', async t => {
  const ana = await Keeper.begin()
  await ana.keep({ note: 'I want to run 5 km every week.' })
  await ana.advance(dayMs)
  const description = 'Wants to run 8 km every week'
  t.equal(await ana.say({ kind: 'amend', component: 'c1', description }), 'done')
  t.match(ana.component(description), { id: 'c1', confidence: 1, evidence: ['r1'] })
  t.strictSame(ana.known(), [description])
  t.strictSame(ana.known(undefined, start + hourMs), ['Wants to run 5 km every week'], 'H3')
  await ana.keep({ note: 'I want to run 5 km every week.' }, { note: 'I want to run 12 km every week.' })
  t.strictSame(ana.known(), [description], 'neither what it said before nor another number')
  await ana.keep({ note: 'I want to run 8 km every week.' })
  t.strictSame(ana.known(), [description])
  t.equal(ana.component(description).support.records, 2, 'what says the same is evidence')
  const changes = ana.changes().filter(({ record_id: cause }) => cause === '')
  t.same(changes.map(({ change, component }) => [change, component.id]).sort(),
    [['corrected', 'c1'], ['superseded', 'c2']])
  t.same(changes.map(({ component }) => component.valid_to).sort(), [start + dayMs, null].sort())
})

t.test('a corrected interest keeps its topic and its text', async t => {
  const ana = await Keeper.begin()
  for (let i = 0; i < 3; i += 1) await ana.keep({ highlight: `Branches, part ${i}`, tag: ['git'] })
  const [{ id } = { id: '' }] = ana.psp().components
  const description = 'Git, for the history of documents'
  await ana.say({ kind: 'amend', component: id, description })
  const before = ana.component(description).support.records
  for (let i = 3; i < 12; i += 1) await ana.keep({ highlight: `Commits, part ${i}`, tag: ['git'] })
  t.strictSame(ana.known('core_interest'), [description])
  t.ok(ana.component(description).support.records > before)
})

t.test('what is pinned is high, and no contradiction ends it until it is unpinned (H1)', async t => {
  const ana = await Keeper.begin()
  await ana.keep({ note: 'I work at Acme.' })
  for (const subject of ['bread', 'rivers', 'chess', 'trains', 'clocks', 'maps', 'stamps', 'kites']) {
    await ana.keep({ note: `I love old ${subject}` }, { note: `I love old ${subject}` })
  }
  await ana.say({ kind: 'amend', component: 'c1', isPinned: true })
  t.equal(await ana.say({ kind: 'amend', component: 'c1', isPinned: true }), 'unchanged')
  await ana.advance(dayMs)
  await ana.keep({ note: 'I work at Initech.' })
  t.strictSame(ana.known('work_context'), ['Works at Acme'])
  await ana.advance(300 * dayMs)
  const psp = ana.psp()
  t.match(ana.component('Works at Acme'), { priority: 'high', activity: 'active' })
  t.match(contextFor(psp).high_priority_focus, [{ id: 'c1', said: { pinned_at: /^2026/ } }])
  await ana.say({ kind: 'amend', component: 'c1', isPinned: false })
  await ana.keep({ note: 'I work at Initech.' })
  t.strictSame(ana.known('work_context'), ['Works at Initech'])
  t.same(ana.changes().map(({ sequence }) => sequence), ana.changes().map((_, i) => i + 1))
})

t.test('a restored component ends what contradicts it', async t => {
  const ana = await Keeper.begin()
  await ana.keep({ note: 'I work at Acme.' })
  await ana.advance(dayMs)
  await ana.keep({ note: 'I work at Initech.' })
  await ana.advance(dayMs)
  await ana.say({ kind: 'amend', component: 'c1', isRestored: true })
  t.strictSame(ana.known('work_context'), ['Works at Acme'])
  t.strictSame(ana.known('work_context', start + 1.5 * dayMs), ['Works at Initech'])
  t.strictSame(ana.known('work_context', start + hourMs), ['Works at Acme'])
  await ana.say({ kind: 'amend', component: 'c2', isRestored: true, isPinned: true })
  t.strictSame(ana.known('work_context'), ['Works at Initech'])
  await ana.say({ kind: 'amend', component: 'c1', isRestored: true })
  await ana.keep({ note: 'I work at Acme.' })
  t.strictSame(ana.known('work_context'), ['Works at Acme', 'Works at Initech'], 'but nothing that is held')
})

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
