/** Enrichment as a whole: N1..N4 of actors/enrichment/enrich.ts. */
import fc from 'fast-check'
import t from 'tap'
import { analyseBatch, enrichBatch, findPii, type EnrichInput } from '../../../actors/enrichment/index.js'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.array(fc.constantFrom('We like ', 'harpsichord', '-', 'music. ', '# Head\n', '- item\n', '`code` ',
    'Zorb-quux ', 'a@b.example ', '世界 ', '3.5 ',
    'never ', 'node.js ', '\n\n', 'call 212-555-0123 ', '```\n', 'GPT-4 ', 'zorb.quux, '),
      { maxLength: 20 }).map(parts => parts.join('')))
const record: fc.Arbitrary<EnrichInput> = fc.record({
  highlight: text, note: text, address: fc.constant('https://a.example/'),
    tag: fc.array(fc.string({ maxLength: 10 }), { maxLength: 3 }),
})

t.test('N1 any split and order of a batch gives the same bytes; N2 it never throws', async t => {
  fc.assert(fc.property(fc.array(record, { maxLength: 6 }), records => {
    const whole = enrichBatch(records)
    const single = [...records].reverse().map(one => enrichBatch([one])[0]).reverse()
    t.same(single, whole)
  }), { seed: 13, numRuns: 150 })
})

t.test('N2 long hostile texts come back', async t => {
  const hostile = ['a', 'a.', '-', '\'', 'ab-', 'http://a/', '`', '`x', '[', '[](', '<a ', '*a', '_', '- ',
    '|-', '> ', '# ', '世', '😀', 'é\u0301', '1,', '\n', 'Aa ']
  for (const unit of hostile) {
    const [{ vector }] = enrichBatch([{ highlight: '', note: unit.repeat(50_000 / unit.length),
      address: '', tag: [] }])
    t.ok(vector.length === 384, JSON.stringify(unit))
  }
})

t.test('N4 nothing that leaves holds PII', async () => {
  fc.assert(fc.property(record, one => {
    const [{ enhancedTags, recommendedHighlights, semanticAnalysis, maskedHighlight,
      maskedNote }] = enrichBatch([one])
    const out = [...enhancedTags, ...recommendedHighlights, ...semanticAnalysis.mainTopics,
      ...semanticAnalysis.keyConcepts,
      maskedHighlight ?? '', maskedNote ?? '']
    return out.every(part => findPii(part).length === 0)
  }), { seed: 17, numRuns: 300 })
})

t.test('sentences stay beside the enrichment; at most twelve', async t => {
  const [{ text: analysed }] = analyseBatch([{
    highlight: 'Budget', address: '', tag: [],
      note: `We will not spend more than $500 on the MacBook Pro. ${'More text here. '.repeat(20)}`,
  }])
  t.equal(analysed.sentences.length, 12)
  t.same(analysed.sentences[1], { text: 'We will not spend more than $500 on the MacBook Pro.' })
})

t.test('a record that is all code is still found by its words', async t => {
  const [code, empty] = enrichBatch([
    { highlight: '', note: '```\nselect balance from accounts\n```', address: '', tag: [] },
      { highlight: '', note: '', address: '', tag: [] }])
  t.ok(code.vector.some(x => x !== 0))
  t.ok(empty.vector.every(x => x === 0))
})

t.test('records in other scripts are enriched too', async t => {
  const [{ enhancedTags, semanticAnalysis, vector }] = enrichBatch([{ highlight: '机器学习笔记',
    note: '我喜欢机器学习。', address: '', tag: [] }])
  t.ok(enhancedTags.includes('学习'))
  t.equal(semanticAnalysis.complexityLevel, 'low')
  t.ok(vector.some(x => x !== 0))
})
