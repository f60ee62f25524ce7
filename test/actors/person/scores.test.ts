/** SPEC section 3, number by number. */
import t from 'tap'
import { attentionOf, visited, usesAt, type AttentionCounts } from '../../../actors/person/attention.js'
import { influenceOf, priorityScoreOf, qualityOf, storageTierOf } from '../../../actors/person/scores.js'
import { dayMs, hourMs, Keeper, start } from './keeping.js'

const none: AttentionCounts = {
  similar: 1,
  notes: 0,
  visits: 0,
  related: 0,
  noteChars: 0,
  tags: 0,
  topicSpanMs: 0,
}

t.test('attention: each metric has its steps', async t => {
  const metric = (counts: Partial<AttentionCounts>): ReturnType<typeof attentionOf>['metrics'] =>
    attentionOf({ ...none, ...counts }).metrics
  for (const [n, value] of [
    [1, 0.1],
    [2, 0.4],
    [3, 0.4],
    [4, 0.7],
    [5, 0.7],
    [6, 1],
  ]) {
    t.equal(metric({ similar: n }).highlight_frequency, value, `similar ${n}`)
  }
  for (const [n, value] of [
    [1, 0.2],
    [2, 0.6],
    [3, 0.6],
    [5, 0.8],
    [6, 1],
  ])
    t.equal(metric({ notes: n }).note_density, value, `notes ${n}`)
  for (const [n, value] of [
    [1, 0.1],
    [3, 0.5],
    [6, 0.8],
    [7, 1],
  ])
    t.equal(metric({ visits: n }).address_revisit, value, `visits ${n}`)
  for (const [n, value] of [
    [0, 0.1],
    [1, 1],
    [20, 1],
  ])
    t.equal(metric({ related: n }).time_investment, value, `related ${n}`)
})

t.test('attention: depth counts signs, the weight is at most 1', async t => {
  const depth = (counts: Partial<AttentionCounts>): string =>
    attentionOf({ ...none, ...counts }).metrics.interaction_depth
  t.equal(depth({ noteChars: 201 }), 'low')
  t.equal(depth({ noteChars: 201, tags: 4 }), 'medium')
  t.equal(depth({ noteChars: 200, tags: 4 }), 'low')
  t.equal(depth({ related: 6, tags: 4, topicSpanMs: 7 * dayMs + 1 }), 'high')
  t.equal(attentionOf(none).weight, 0.1, '.8 × (.3 × .1 + .25 × .2 + .3 × .1 + .15 × .1)')
  t.equal(
    attentionOf({ similar: 9, notes: 9, visits: 9, related: 9, noteChars: 300, tags: 9, topicSpanMs: 0 })
      .weight,
    1,
  )
})

t.test('quality, influence, priority and tier', async t => {
  t.equal(qualityOf({ depth: 1, information: 0.4, engagement: 0.5, complexity: 0.2, novelty: 0.6 }), 0.57)
  t.equal(influenceOf(0, 0), 0.05)
  t.equal(influenceOf(1, 1), 1)
  t.equal(influenceOf(0.5, 0.25), 0.43)
  t.equal(priorityScoreOf(0.8, 2 * dayMs, 0.5), 0.361)
  t.equal(storageTierOf(0.71, 365 * dayMs), 'hot')
  t.equal(storageTierOf(0.1, 7 * dayMs - 1), 'hot')
  t.equal(storageTierOf(0.31, 365 * dayMs), 'warm')
  t.equal(storageTierOf(0.1, 29 * dayMs), 'warm')
  t.equal(storageTierOf(0.3, 30 * dayMs), 'cold')
})

t.test('visits are counted in a window of 30 days of event time', async t => {
  let use = visited(undefined, start, 'note')
  use = visited(use, start + 10 * dayMs, 'no note')
  t.equal(usesAt(use.visits, start + 10 * dayMs), 2)
  t.equal(usesAt(use.notes, start + 10 * dayMs), 1)
  t.equal(usesAt(use.visits, start + 35 * dayMs), 1)
})

t.test('a person who comes back pays more attention, through the whole fold', async t => {
  const ana = await Keeper.begin()
  const page = {
    address: 'https://Example.org/redis?utm_source=x',
    highlight: 'Redis streams introduction',
    note: 'Worth reading',
  }
  for (let i = 0; i < 3; i += 1) await ana.keep({ ...page, at: start + i * hourMs })
  const [fourth] = await ana.keep({ ...page, address: 'https://example.org/redis', at: start + 4 * hourMs })
  t.strictSame(fourth.attention_metrics, {
    highlight_frequency: 0.7,
    note_density: 0.8,
    address_revisit: 0.8,
    time_investment: 0.1,
    interaction_depth: 'low',
  })
  const [later] = await ana.keep({ ...page, at: start + 60 * dayMs })
  t.equal(later.attention_metrics.address_revisit, 0.1, 'the window has passed')
})

t.test('records with two tags in common are related; one is not enough', async t => {
  const ana = await Keeper.begin()
  await ana.keep({ highlight: 'Alpha text', tag: ['a', 'b', 'c'] }, { highlight: 'Beta words', tag: ['a'] })
  const [one] = await ana.keep({ highlight: 'Gamma lines', tag: ['c', 'x'] })
  t.equal(one.attention_metrics.time_investment, 0.1)
  const [two] = await ana.keep(
    { highlight: 'Delta lines', tag: ['B', 'as'] },
    { highlight: 'Epsilon', tag: ['b', 'a'] },
  )
  t.equal(two.attention_metrics.time_investment, 0.1)
  t.equal(ana.folded()[4].attention_metrics.time_investment, 1)
})

t.test('novelty: 1 at first, 0 for the same words again', async t => {
  const ana = await Keeper.begin()
  const [first, again, other] = await ana.keep(
    { highlight: 'Bread needs salt and patience' },
    { highlight: 'Bread needs salt and patience' },
    { highlight: 'Kubernetes pods restart' },
  )
  t.equal(first.quality_parts.novelty, 1)
  t.equal(again.quality_parts.novelty, 0)
  t.ok(other.quality_parts.novelty > 0.6)
})
