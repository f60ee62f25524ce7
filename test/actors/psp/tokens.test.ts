/** Tokens are those of the tokenizer, whatever is remembered (T1). */
import t from 'tap'
import fc from 'fast-check'
import { Tiktoken } from 'js-tiktoken/lite'
import cl100k from 'js-tiktoken/ranks/cl100k_base'
import { countTokens } from '../../../actors/psp/index.js'

const tokenizer = new Tiktoken(cl100k)
const word = fc.constantFrom('I', 'they’re', 'rebase', '  ', ' ', '\n', '\n\n', '\t', '2024', '3.14', 'naïve',
  '寿司', '🙂', '##', '- ', 'don\'t', 'HTTPServer', '://', 'a'.repeat(40), '\r\n', '...', 'привет', '\u0000')

t.test('T1 a text has as many tokens as the tokenizer says, the first time and the next', async t => {
  const texts = fc.array(fc.oneof(word, fc.string({ unit: 'grapheme' })), { maxLength: 30 })
  fc.assert(fc.property(texts, parts => {
    const text = parts.join('')
    const expected = tokenizer.encode(text, [], []).length
    return countTokens(text) === expected && countTokens(text) === expected
  }), { seed: 14, numRuns: 500 })
  t.equal(countTokens(''), 0)
})

t.test('long texts and long pieces are counted too', async t => {
  const text = 'Rowing uses the legs more than the arms. '.repeat(400)
  t.equal(countTokens(text), tokenizer.encode(text, [], []).length)
  t.ok(countTokens('z'.repeat(20_000)) > 100)
})
