/** Reading: R1..R4 of actors/text/reading.ts, and M1 of model.ts. */
import fc from 'fast-check'
import t from 'tap'
import {
  joinProse, meanSentenceWords, proseOf, readProse, readTitle, textOf, wordsOf, type Reading,
} from '../../../actors/text/index.js'
import { readClasses } from '../../../actors/text/reading.js'

const read = (text: string): Reading => readProse(proseOf(text))
const sentences = (text: string): string[] => {
  const reading = read(text)
  return reading.sentences.map(sentence => textOf(sentence, reading))
}

t.test('R1 what was read before changes nothing', async t => {
  const piece = fc.constantFrom('zorb-quux', 'zorb', 'quux', 'zorb.quux', 'Zorb', 'ZORB', 'zorb,', '(quux',
    'a/zorb', 'x1-y2', 'zorb\'s', 'wug',
    'running', 'the', 'is', '.', '!', 'GPT-4', '#zorb', 'quux.Zorb', '--', 'zorb_quux', '3.5kg', 'wug…quux')
  const text = fc.array(piece, { minLength: 1, maxLength: 8 }).map(parts => parts.join(' '))
  const glued = fc.array(piece, { minLength: 1, maxLength: 5 }).map(parts => parts.join(''))
  fc.assert(fc.property(fc.array(fc.oneof(text, glued), { minLength: 2, maxLength: 12 }), texts => {
    const forward = texts.map(read)
    const backward = [...texts].reverse().map(read).reverse()
    t.same(backward, forward)
  }), { seed: 11, numRuns: 300 })
})

t.test('R2 tokens are pieces of the shown text, in order, without code or URLs', async t => {
  const { tokens, prose } = read('We can\'t use `rm -rf` or https://x.io with node.js, C++ and my_hash!')
  for (const { start, end, text } of tokens) t.equal(prose.shown.slice(start, end), text)
  const words = tokens.filter(({ kind }) => kind !== 'mark').map(({ text }) => text)
  t.same(words, ['We', 'ca', 'n\'t', 'use', 'or', 'with', 'node.js', 'C++', 'and', 'my_hash'])
})

t.test('R2 a run too long to be a word moves no token after it', async t => {
  const { tokens, prose } = read(`See ${'x'.repeat(80)} const values, said nobody`)
  t.same(tokens.map(({ text }) => text), ['See', 'const', 'values', ',', 'said', 'nobody'])
  for (const { start, end, text } of tokens) t.equal(prose.shown.slice(start, end), text)
})

t.test('M1 a word that an odd chunk added is unknown to later chunks', async t => {
  const words = (text: string): string[] => read(text).tokens.map(token => token.text)
  for (const odd of ['(wug\'s)', 'wug\'s-quux', 'x/wug\'s,', 'x/4non', '4non-quux', '$4non']) read(odd)
  t.same(words('wug\'s'), ['wug', '\'s'])
  t.same(words('4non.'), ['4', 'non', '.'])
})

t.test('G1 a remembered chunk is what is found anew; classes alone are the same classes', async t => {
  const piece = fc.constantFrom('zorb-quux', 'Zorb.', '(quux)', 'can\'t', 'gonna', 'run', 'the', 'Running',
    '3.5kg', 'node.js', '\n\n', 'a b', '$5', 'x1-y2,', '机器学习', '--', '"hi"')
  const text = fc.array(piece, { minLength: 1, maxLength: 8 }).map(parts => parts.join(' '))
  fc.assert(fc.property(text, one => {
    const prose = proseOf(one)
    const { tokens } = readProse(prose)
    t.same(readProse(prose).tokens, tokens)
    t.same(readClasses(prose).map(({ text, kind }) => `${kind} ${text}`),
      tokens.map(({ text, kind }) => `${kind} ${text}`))
  }), { seed: 12, numRuns: 300 })
})

const odd = fc.constantFrom('Zorb-Quux', 'Über', 'İzmir', 'Node.js', 'my_hash', 'C++', 'WWW. Zorb', 'can\'t',
  'ΟΔΟΣ', 'The', 'Running', 'Fast', 'привет', '机器学习', 'x'.repeat(70), '`code`', '3.5KG', '- Item',
  '\n\n', 'Gonna', 'naÿve')
const oddText = fc.array(odd, { maxLength: 7 }).map(parts => parts.join(' '))

t.test('the words of two joined proses are those of each', async t => {
  fc.assert(fc.property(oddText, oddText, (one, other) => {
    const [title, note] = [proseOf(one), proseOf(other)]
    const { first, second } = readProse(joinProse(title, note, 'titled'))
    t.same(first.map(({ text }) => text), wordsOf(title.read))
    t.same(second.map(({ text }) => text), wordsOf(note.read))
  }), { seed: 13, numRuns: 300 })
})

t.test('L1 a title in lower case has the classes of the lower-cased text', async t => {
  fc.assert(fc.property(oddText, oddText, (one, other) => {
    const classesOf = (words: ReturnType<typeof readTitle>): string[] =>
      words.map(({ word, kind }) => `${kind} ${word.text}`)
    const reading = readProse(joinProse(proseOf(one), proseOf(other), 'titled'))
    t.same(classesOf(readTitle(one, reading)), classesOf(readClasses(proseOf(one.toLowerCase()))), one)
  }), { seed: 14, numRuns: 500 })
})

t.test('R3 an empty line ends a sentence', async t => {
  t.same(sentences('First point\n\nSecond point. Third one!\n- item one\n- item two'),
    ['First point', 'Second point.', 'Third one!', 'item one', 'item two'])
})

t.test('R4 other scripts have words and sentences', async t => {
  t.same(sentences('我喜欢机器学习。今天天气很好。'), ['我喜欢机器学习。', '今天天气很好。'])
  t.same(read('Привет мир. Как дела?').tokens.map(({ text }) => text), ['Привет', 'мир', 'Как', 'дела'])
  t.ok(read('ไม่มีช่องว่างระหว่างคำ').words > 1)
})

t.test('negation, classes and lemmas', async t => {
  const reading = read('I do not like cold winters. Everything else works.')
  t.same(reading.sentences.map(({ hasNegation }) => hasNegation), [true, false])
  const winters = reading.tokens.find(({ text }) => text === 'winters')
  t.match(winters, { lemma: 'winter', kind: 'noun', isNegated: true })
  t.equal(reading.tokens.find(({ text }) => text === 'cold')?.kind, 'adjective')
})

t.test('mean sentence length counts a contraction once, and a title with what follows', async t => {
  t.equal(meanSentenceWords(read('I can\'t go. You don\'t care.')), 3)
  t.equal(meanSentenceWords(read('# A title of five words\n\nThen five words of text.')), 10)
  t.equal(meanSentenceWords(read('One two.\n\n# A title of five words\n\nThen five words of text.')), 6)
  t.equal(meanSentenceWords(read('# Is this a title?\n\nIt is a sentence.')), 4, 'an end mark makes it one')
  t.equal(meanSentenceWords(read('')), 0)
})

t.test('names that every program knows are only words', async t => {
  const { tokens } = read('constructor __proto__ toString hasOwnProperty valueOf')
  t.ok(tokens.some(({ text }) => text === 'constructor'))
})
