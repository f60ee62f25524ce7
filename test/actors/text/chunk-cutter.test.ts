/** The chunk cutter: K1 of actors/text/chunk-cutter.ts, against wink's own cutter. */
import fc from 'fast-check'
import t from 'tap'
import { cutChunk } from '../../../actors/text/chunk-cutter.js'
import { loadPipeline, UNKNOWN } from '../../../actors/text/model.js'

const wink = loadPipeline()
const known = wink.words.length

/** What wink cuts; an unknown word gets a place behind the lexicon. */
const winkCuts = (chunk: string): unknown[] => {
  const numbers = wink.cut(chunk)
  const cuts: unknown[] = []
  for (let i = 0; i < numbers.length; i += 3) {
    const [index, spaces, lemmaAndPos] = numbers.slice(i, i + 3)
    cuts.push([wink.words[index], index < known ? index : UNKNOWN, spaces, lemmaAndPos])
  }
  return cuts
}
const ownCuts = (chunk: string): unknown[] => cutChunk(chunk, wink)
  .map(({ text, index, spaces, lemmaAndPos }) => [text, index < known ? index : UNKNOWN, spaces, lemmaAndPos])

t.test('K1 a chunk is cut as wink cuts it', async t => {
  const word = fc.oneof(
    fc.constantFrom('zorb', 'Zorb', 'the', 'The', 'can', 'cannot', 'gonna', 'a', 'I', 'x', 'USD', 'wug',
      'etc', 'Inc', 'anti', 'wise', 'QUUX', 'constructor', 'running', 'e', '2011', '7', 'don', 'vueÿjs',
      'naïve', 'RFC7231', 's3', 'x1990s', '5pm', 'a4th', 'and', 'us', 'be'),
    fc.stringMatching(/^[A-Za-z]{1,9}$/), fc.stringMatching(/^[A-Za-zÿé0-9]{1,6}$/))
  const mark = fc.constantFrom(...'--(),.:;!?"”’/…]', '\'s', '/', '-')
  const chunk = fc.array(fc.oneof({ weight: 3, arbitrary: word }, mark), { minLength: 1, maxLength: 5 })
    .map(parts => parts.join(''))
  fc.assert(fc.property(chunk, one => {
    t.same(ownCuts(one), winkCuts(one), one)
  }), { seed: 21, numRuns: 3_000 })
})
