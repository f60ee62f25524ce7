/** Words, stems, token sets and hashes. */
import fc from 'fast-check'
import t from 'tap'
import {
  hash32, isStopWord, jaccard, stemOf, tokenSetOf, vocableOf, vocablesOf, wordsOf,
} from '../../../actors/text/index.js'

t.test('W1 every script has words', async t => {
  t.same(wordsOf('The Quick-brown fox, 42 times'), ['the', 'quick', 'brown', 'fox', '42', 'times'])
  t.same(wordsOf('机器学习 is fun'), ['机器', '学习', 'is', 'fun'])
  t.same(wordsOf('ελληνικά и русский'), ['ελληνικά', 'и', 'русский'])
  t.same(wordsOf('… !'), [])
})

t.test('W2 the tail of a contraction is no word', async t => {
  t.same(wordsOf('Don\'t say it’s Anna\'s o\'clock'), ['don', 'say', 'it', 'anna', 'o', 'clock'])
})

t.test('S1 stems fold inflections and leave the rest alone', async t => {
  t.same(['running', 'runs', 'connections', 'connected'].map(stemOf), ['run', 'run', 'connect', 'connect'])
  t.equal(stemOf('学习'), '学习')
  t.equal(stemOf('a'.repeat(40)), 'a'.repeat(40), 'too long to be a word')
  t.equal(stemOf('constructor'), 'constructor')
})

t.test('S1 a token set is sorted, without repeats and stop words, and bounded', async t => {
  t.same(tokenSetOf(vocablesOf('The runs of the running runner')), tokenSetOf(vocablesOf('runner run')))
  t.same(tokenSetOf(['the', 'of'].map(vocableOf)), [])
  t.equal(tokenSetOf(Array.from({ length: 100 }, (_, i) => vocableOf(`plum${i}`))).length, 64)
  fc.assert(fc.property(fc.array(fc.string({ maxLength: 6 }), { maxLength: 200 }), words => {
    const set = tokenSetOf(words.map(vocableOf))
    return set.length <= 64 && set.every((hash, i) => Number.isInteger(hash)
      && (i === 0 || set[i - 1] < hash))
  }), { seed: 3, numRuns: 200 })
})

t.test('Jaccard is shared over all', async t => {
  t.equal(jaccard([1, 2, 3], [2, 3, 4]), 0.5)
  t.equal(jaccard([1], [1]), 1)
  t.equal(jaccard([], []), 0)
})

t.test('H1 hashes never change: they are in stored state', async t => {
  t.equal(hash32('', 0), 0xab3e7c0b)
  t.equal(hash32('hinata', 0), 0xd6663847)
  t.not(hash32('hinata', 0), hash32('hinata', 1))
})

t.test('stop words are the words without a topic', async t => {
  t.ok(isStopWord('the'))
  t.notOk(isStopWord('theatre'))
})
