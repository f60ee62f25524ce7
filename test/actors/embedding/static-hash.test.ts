/** The default embedder: E1..E2, and what it is for: near texts are near. */
import fc from 'fast-check'
import t from 'tap'
import { embedWords, quantise, similarity, staticHash, wordRank } from '../../../actors/embedding/index.js'
import { vocablesOf } from '../../../actors/text/index.js'

const vectorOf = (text: string): Int8Array => quantise(staticHash.embedBatch([text]))
const near = (a: string, b: string): number => similarity(vectorOf(a), vectorOf(b))

t.test('E1 any split of a batch gives the same bytes', async () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 8 }), texts => {
    const whole = staticHash.embedBatch(texts)
    const parts = texts.flatMap(text => Array.from(staticHash.embedBatch([text])))
    return Buffer.from(whole.buffer).equals(Buffer.from(Float32Array.from(parts).buffer))
  }), { seed: 5, numRuns: 100 })
})

t.test('words that were cut before give the same row', async t => {
  const text = 'Reading 机器学习 papers in the morning'
  const row = new Float32Array(staticHash.dim)
  embedWords(vocablesOf(text), row, 0)
  t.same(row, staticHash.embedBatch([text]))
})

t.test('E2 a row has length 1, and 0 without words', async t => {
  for (const text of ['hello world', 'qzxv jjkw', '世界', 'x']) {
    const square = staticHash.embedBatch([text]).reduce((sum, x) => sum + x * x, 0)
    t.ok(Math.abs(square - 1) < 1e-5, `${text}: ${square}`)
  }
  t.ok(staticHash.embedBatch(['… !']).every(x => x === 0))
  t.equal(staticHash.embedBatch([]).length, 0)
})

t.test('meaning, form, typos and other scripts bring texts together', async t => {
  const unrelated = near('The stock market fell sharply', 'A recipe for apple pie')
  t.ok(near('A man is playing a guitar', 'Someone plays an instrument') > unrelated + 0.2)
  t.ok(near('kubernetes deployment', 'kubernets deployments') > 0.6, 'typo')
  t.ok(near('机器学习很有趣', '我喜欢机器学习') > near('机器学习很有趣', '今天天气很好') + 0.2)
  t.ok(near('Привет мир', 'привет, миру') > 0.4)
})

t.test('the table ranks words by frequency', async t => {
  t.equal(wordRank('the'), 0)
  t.ok((wordRank('guitar') ?? 0) > (wordRank('music') ?? 0))
  t.equal(wordRank('qzxvjk'), undefined)
  t.equal(wordRank('constructor') === undefined || Number.isInteger(wordRank('constructor')), true)
})
