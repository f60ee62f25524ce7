/** Tags, topics and recommended highlights: the rules of SPEC section 2, one by one. */
import t from 'tap'
import { enrichBatch, tagKey, TAGS_MAX, type Enrichment } from '../../../actors/enrichment/index.js'

const enrich = (highlight: string, note = '', tag: readonly string[] = []): Enrichment =>
  enrichBatch([{ highlight, note, address: '', tag }])[0]

t.test('tagKey is the same for every variant', async t => {
  for (const variants of [['web app', 'Web-Apps', 'webapps', 'web_app'], ['library', 'Libraries'],
    ['box', 'boxes'], ['node.js', 'NodeJS'],
    ['c++', 'C++'], ['bus', 'bus'], ['analysis', 'Analysis'], ['class', 'classes'], ['学习', '学习']]) {
    t.equal(new Set(variants.map(tagKey)).size, 1, variants.join(', '))
  }
  t.not(tagKey('c'), tagKey('c++'))
  t.not(tagKey('new'), tagKey('news'))
  t.equal(tagKey('--'), '--')
})

t.test('T1 lower-case, at most ten, longer than three characters, never a given one or its variant',
  async t => {
  const note = 'The violin, cello, trumpet, clarinet, oboe, bassoon, harpsichord, trombone, tuba, flute, ' +
    'piccolo and timpani of an orchestra.'
  const { enhancedTags } = enrich('', note, ['Violins', 'or-chestra'])
  t.equal(enhancedTags.length, TAGS_MAX)
  for (const tag of enhancedTags) t.ok(tag === tag.toLowerCase() && tag.length > 3, tag)
  t.notOk(enhancedTags.some(tag => ['violin', 'orchestra'].includes(tagKey(tag))))
  t.equal(new Set(enhancedTags.map(tagKey)).size, TAGS_MAX)
  t.same(enrich('', 'A violin in an orchestra.', ['Violins']).enhancedTags, ['orchestra'])
})

t.test('T2 names first, then rarer words before common ones, wherever they stand', async t => {
  const { enhancedTags } = enrich('',
    'Music at school is about harpsichord lessons. We moved to Kubernetes with node.js and C++.')
  t.same(new Set(enhancedTags.slice(0, 3)), new Set(['kubernetes', 'node.js', 'c++']))
  t.ok(enhancedTags.indexOf('harpsichord') < enhancedTags.indexOf('school'))
})

t.test('junk words, code and URLs give no tags', async t => {
  const note = 'Some things and stuff, `harpsichord()` and https://harpsichord.example/violin.'
  t.same(enrich('', note).enhancedTags, [])
})

t.test('T3 what is PII is no tag, topic or highlight', async t => {
  const { enhancedTags, semanticAnalysis, recommendedHighlights } = enrich('',
    'My name is Wilhelmina Zorbquux, mail wz@zorb.example.', ['a@b.example'])
  const all = [...enhancedTags, ...semanticAnalysis.mainTopics, ...semanticAnalysis.keyConcepts,
    ...recommendedHighlights].join(' ')
  t.notMatch(all, /zorb|wilhelmina|@/i)
})

t.test('main topics are given tags first, key concepts are noun phrases', async t => {
  const { semanticAnalysis } = enrich('Training a neural network',
    'A neural network needs training data and a fast graphics card.', ['ml'])
  t.equal(semanticAnalysis.mainTopics[0], 'ml')
  t.ok(semanticAnalysis.mainTopics.length <= 5)
  t.equal(semanticAnalysis.keyConcepts[0], 'neural network')
})

t.test('a note under 100 characters is its own highlight', async t => {
  t.same(enrich('x', ' Short `note` here. ').recommendedHighlights, ['Short `note` here.'])
  t.same(enrich('x', '').recommendedHighlights, [])
})

t.test('L1 L2 of a longer note the central sentences are chosen, at most three', async t => {
  const central = 'The important point is that a message queue keeps messages durable until every ' +
    'consumer has acknowledged the messages it took.'
  const note = `Hi there. ${central} It was sunny. Consumers read from the queue in order. ` +
    'A queue may be full. Messages wait in the queue. Bye now all.'
  const { recommendedHighlights } = enrich('', note)
  t.equal(recommendedHighlights[0], central)
  t.equal(recommendedHighlights.length, 3)
  t.notOk(recommendedHighlights.includes('Hi there.'))
})
