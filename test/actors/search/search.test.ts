/** What a search finds, in which order, and what it says about it. */
import t from 'tap'
import { HinataError } from '../../../engine/index.js'
import { staticHash } from '../../../actors/embedding/index.js'
import type { SearchAnswer } from '../../../actors/search/index.js'
import { apply, ask, day, folded, idsFor, searchFor, start, viewOf } from './folded-records.js'

const notes = [
  folded(1, { id: 'rebase', highlight: 'Rebasing', note: 'git rebase moves a branch onto another base' }),
  folded(2, { id: 'stash', highlight: 'Stashing', note: 'git stash keeps changes for later' }),
  folded(3, { id: 'bread', highlight: 'Sourdough bread', note: 'Feed the starter twice, then bake it hot' }),
  folded(4, { id: 'panes', highlight: 'Panes', note: 'Split the window of tmux into two panes' }),
]

t.test('the record that says what was asked comes first; inflection does not matter', async t => {
  const view = viewOf(notes)
  t.equal(idsFor(view, { query: 'rebase git branches' })[0], 'rebase')
  t.equal(idsFor(view, { query: 'How do I bake breads?' })[0], 'bread')
  t.equal(idsFor(view, { query: 'tmux' })[0], 'panes')
})

t.test('relevance .5 separates what was written from what was not', async t => {
  const view = viewOf(notes)
  t.same(idsFor(view, { query: 'rebasing a git branch', minRelevance: 0.5 })[0], 'rebase')
  t.same(idsFor(view, { query: 'restaurants of Lisbon', minRelevance: 0.5 }), [])
})

t.test('total counts all above the least relevance, results are the first of them', async t => {
  const { total, results } = searchFor(viewOf(notes), { query: 'git', limit: 1, minRelevance: 0.5 })
  t.equal(total, 2)
  t.equal(results.length, 1)
  t.ok(results[0].relevance >= 0.5 && results[0].relevance <= 1)
})

t.test('a word in the highlight counts more than the same word in the note', async t => {
  const view = viewOf([
    folded(1, { id: 'highlight', highlight: 'Kubernetes', note: 'Evening' }),
    folded(2, { id: 'newer note', highlight: 'Evening', note: 'Kubernetes' }),
  ])
  t.same(idsFor(view, { query: 'kubernetes' }), ['highlight', 'newer note'])
})

t.test('tags and enhanced tags are found', async t => {
  const view = viewOf([
    folded(1, { id: 'given', note: 'first', tag: ['astronomy'] }),
    folded(2, { id: 'added', note: 'second', enhanced_tags: ['astronomy'] }),
    folded(3, { id: 'none', note: 'third' }),
  ])
  t.same(idsFor(view, { query: 'astronomy', minRelevance: 0.3 }), ['given', 'added'])
})

t.test('a typo is found by meaning alone', async t => {
  const { results } = searchFor(viewOf(notes), { query: 'sourdoughs bred starters' })
  t.equal(results[0].id, 'bread')
  const [first] = searchFor(viewOf(notes), { query: 'Soourdough' }).results
  t.equal(first.id, 'bread')
  t.equal(first.reason, 'similar in meaning')
})

t.test('a neighbour in the session lends its words, a record of another day does not', async t => {
  const minute = 60_000
  const view = viewOf([
    folded(1, { id: 'question', note: 'Which telescope shall I buy?', event_time: start }),
    folded(2, { id: 'answer', note: 'The small one from the shop downtown', event_time: start + minute }),
    folded(3, { id: 'later', note: 'The small one from the shop downtown', event_time: start + 31 * minute }),
  ])
  const { results } = searchFor(view, { query: 'telescope', minRelevance: 0.3 })
  t.same(results.map(({ id, reason }) => [id, reason]), [
    ['question', 'says telescope'],
    ['answer', 'kept beside a record that says telescope'],
  ])
})

t.test('the record before at the same address lends its words, whatever the tracking parameters', async t => {
  const view = viewOf([
    folded(1, { id: 'first', note: 'Telescope reviews', address: 'https://Example.org/scopes?utm_source=x' }),
    folded(2, { id: 'second', note: 'Cheap and light', address: 'https://example.org/scopes' }),
    folded(3, { id: 'elsewhere', note: 'Cheap and light', address: 'https://example.org/bikes' }),
  ])
  t.same(idsFor(view, { query: 'telescope', minRelevance: 0.3 }), ['first', 'second'])
})

t.test('who says a line counts for that line, not for the lines beside it', async t => {
  const at = (minute: number): { event_time: number } => ({ event_time: start + minute * 60_000 })
  const view = viewOf([
    folded(1, { id: 'asks', note: 'Ada: How was the sailing?', ...at(0) }),
    folded(2, { id: 'says', note: 'Bo: The sailing was windy', ...at(1) }),
    folded(3, { id: 'other', note: 'Ada: Windy is good for sailing', ...at(2) }),
  ])
  t.equal(idsFor(view, { query: 'What did Bo say of the sailing?' })[0], 'says')
  t.equal(idsFor(view, { query: 'Is windy sailing good for Ada?' })[0], 'other')
  const { results } = searchFor(view, { query: 'Bo' })
  const named = results.filter(({ reason }) => /says bo/.test(reason))
  t.same(named.map(({ id }) => id), ['says'], 'the name is lent to nobody')
})

t.test('what only asks comes after what says the same', async t => {
  const view = viewOf([
    folded(2, { id: 'asks', note: 'Does the sourdough need a warm oven?' }),
    folded(1, { id: 'says', note: 'The sourdough does need a warm oven' }),
  ])
  t.same(idsFor(view, { query: 'sourdough warm oven' }), ['says', 'asks'])
})

t.test('irregular words are found by their base', async t => {
  const view = viewOf([...notes, folded(5, { id: 'bought', note: 'Went downtown and bought a kayak' })])
  const [first] = searchFor(view, { query: 'When did I buy it, and where did I go?' }).results
  t.same([first.id, first.reason], ['bought', 'says buy, go'])
})

t.test('a time that was asked for decides between records that say the same', async t => {
  const text = { note: 'Planted tomatoes in the garden' }
  const view = viewOf([
    folded(10, { id: 'january', ...text }),
    folded(40, { id: 'february', ...text }),
    folded(70, { id: 'march', ...text }),
  ])
  t.equal(idsFor(view, { query: 'What did I plant in the garden in February 2024?' })[0], 'february')
  t.equal(idsFor(view, { query: 'What did I plant in the garden on 10 March 2024?' })[0], 'march')
  t.equal(idsFor(view, { query: 'weather in February 2024' })[0], 'february')
})

t.test('attention and recency decide between equals, and only then', async t => {
  const text = { note: 'Watering the tomatoes' }
  const view = viewOf([
    folded(1, { id: 'old', ...text }),
    folded(2, { id: 'attended', ...text, attention_weight: 0.9 }),
    folded(399, { id: 'new', ...text }),
    folded(400, { id: 'newest but off', note: 'Tomatoes', attention_weight: 1 }),
  ])
  const ids = idsFor(view, { query: 'watering tomatoes' })
  t.same(ids, ['new', 'attended', 'old', 'newest but off'])
})

t.test('without a question: what passes the filters, newest first, fully relevant', async t => {
  const { total, results } = searchFor(viewOf(notes), { query: ' ', limit: 2, minRelevance: 0.9 })
  t.equal(total, 4)
  t.same(results.map(({ id, relevance }) => [id, relevance]), [['panes', 1], ['bread', 1]])
})

t.test('a vector is a question of its own', async t => {
  const vector = Array.from(staticHash.embedBatch(['bake sourdough']), x => x * 7)
  t.equal(idsFor(viewOf(notes), { vector })[0], 'bread')
  const refusal = new HinataError('VECTOR_DIMENSION', { expected: 384, found: 2 })
  t.throws(() => searchFor(viewOf(notes), { vector: [1, 2] }), refusal)
})

t.test('vectors of another model are not compared', async t => {
  const view = viewOf([
    folded(1, { id: 'foreign', note: 'astronomy', embedding: { model: 'use-lite', version: '1', dim: 384 } }),
    folded(2, { id: 'ours', note: 'astronomical' }),
  ])
  const vector = Array.from(staticHash.embedBatch(['astronomy']))
  t.same(idsFor(view, { vector }), ['ours'])
  t.same(idsFor(view, { query: 'astronomy' }).sort(), ['foreign', 'ours'], 'words still find it')
})

t.test('results carry the record; long notes are cut, masked texts stand for the real ones', async t => {
  const view = viewOf([folded(1, {
    id: 'secret', highlight: 'Card 4111 1111 1111 1111', note: `Zanzibar ${'long '.repeat(200)}`,
    address: 'https://a.example/x', tag: ['money'], enhanced_tags: ['card'],
    source: 'browser', access: 'shared', sensitivity: 'restricted',
    attention_weight: 0.25, psp_influence_weight: 0.75,
    masked: { highlight: 'Card [CARD]', note: 'masked '.repeat(100) },
  })])
  const { results: [found] } = searchFor(view, { query: 'card' })
  t.same({ ...found, relevance: 0 }, {
    id: 'secret', relevance: 0, highlight: 'Card [CARD]', note: 'masked '.repeat(100).slice(0, 400),
    address: 'https://a.example/x', tags: ['money'], enhanced_tags: ['card'], event_time: start + day,
    influence: 0.75, attention: 0.25, source: 'browser', access: 'shared', sensitivity: 'restricted',
    cooled: '', reason: 'says card',
  })
  t.not(searchFor(view, { query: '4111' }).results[0]?.reason, 'says 4111', 'what is masked cannot be probed')
  t.not(searchFor(view, { query: 'Zanzibar' }).results[0]?.reason, 'says zanzibar')
})

t.test('neighbours of a record, most similar first, without itself', async t => {
  const again = folded(5, { id: 'rebase again', note: 'git rebase moves a branch onto a newer base' })
  const view = viewOf([...notes, again])
  const { results } = ask(view, 'neighbours', { id: 'rebase', limit: 2 }) as SearchAnswer
  t.equal(results.length, 2)
  t.equal(results[0].id, 'rebase again')
  t.ok(results[0].relevance > results[1].relevance)
  t.same(ask(view, 'neighbours', { id: 'unknown', limit: 2 }), { total: 0, results: [] })
})

t.test('odd questions find nothing and do no harm', async t => {
  const view = viewOf(notes)
  const odd = ['', '🙂', 'the of and', '\u0000', '__proto__ constructor', 'x'.repeat(2_000), 'a '.repeat(999)]
  for (const query of odd) {
    t.ok(searchFor(view, { query }).total >= 0)
  }
  t.equal(searchFor(viewOf([]), { query: 'anything' }).total, 0)
  t.equal(searchFor(view, { limit: 1_000 }).results.length, 4)
  t.equal(searchFor(view, { limit: -3 }).results.length, 1)
})

t.test('other scripts are found', async t => {
  const view = viewOf([
    ...notes,
    folded(5, { id: 'tokyo', note: '東京で寿司を食べる' }),
    folded(6, { id: 'msk', note: 'Купить билеты в театр' }),
  ])
  t.equal(idsFor(view, { query: '寿司' })[0], 'tokyo')
  t.equal(idsFor(view, { query: 'театр' })[0], 'msk')
})

t.test('what is applied is found at once', async t => {
  const view = viewOf(notes)
  apply(view, [folded(5, { id: 'fresh', note: 'Quinces are ripe in October' })])
  t.equal(idsFor(view, { query: 'quinces' })[0], 'fresh')
})
