/** Prose: the invariants P1..P5 of actors/text/prose.ts. */
import fc from 'fast-check'
import t from 'tap'
import { joinProse, proseOf } from '../../../actors/text/index.js'

const lines = (...parts: string[]): string => parts.join('\n')

t.test('P1 both texts have the same length, whatever the text', async () => {
  const mark = fc.constantFrom('`', '```', '*', '_', '#', '# ', '- ', '> ', '[', '](', ')', '<', '>', '|',
    '\n', '\n\n', '\\', '&amp;',
    'https://a.bc/d', ' ', 'word', 'é', '世界', '😀', '\ud800', '    ')
  fc.assert(fc.property(fc.array(mark, { maxLength: 40 }), parts => {
    const { shown, read } = proseOf(parts.join(''))
    return shown.length === read.length
  }), { seed: 7, numRuns: 500 })
})

t.test('P2 inline code and URLs are shown but not read', async t => {
  const prose = proseOf('Use `git rebase` as in https://git-scm.com/docs, **always**.')
  t.equal(prose.shown, 'Use git rebase as in https://git-scm.com/docs, always.')
  t.equal(prose.read.replace(/ +/g, ' '), 'Use as in , always.')
  t.equal(prose.code, 'git rebase')
})

t.test('P3 a code block is in neither text, its beginning is kept for search', async t => {
  const prose = proseOf(lines('Before.', '', '```js', 'let x = 1', '```', 'After.', '', '    indented()', '',
    'End.'))
  t.equal(prose.shown, 'Before.\n\nAfter.\n\nEnd.')
  t.equal(prose.code, 'let x = 1 indented()')
  t.equal(proseOf(`\`\`\`\n${'x'.repeat(5_000)}`).code.length, 1_000,
    'bounded, and an open fence ends with the text')
})

t.test('P4 headings, lists, quotes and tables become blocks', async t => {
  const prose = proseOf(lines('---', 'title: x', '---', '# Title #', 'one', 'two', '', '1. first',
    '2. [second](http://a.b)', '', '> quoted',
    '', '| a | b |', '|---|---|', '| c | d |', '[ref]: http://x.y'))
  t.equal(prose.shown, 'Title\n\none two\n\nfirst\n\nsecond\n\nquoted\n\na b\n\nc d')
  t.equal(prose.listItems, 2)
  t.same(prose.titleStarts, [0])
})

t.test('an underlined line is a title, emphasis inside a word is not emphasis', async t => {
  t.same(proseOf(lines('Intro.', '', 'Part two', '--------', 'Text')).titleStarts, ['Intro.\n\n'.length])
  t.equal(proseOf('keep my_var_name and 2 * 3 * 4, drop *this* and __that__').shown,
    'keep my_var_name and 2 * 3 * 4, drop this and that')
})

t.test('plain text comes out as it went in, its spaces tidied', async t => {
  t.equal(proseOf('  Just a   note, nothing else. ').shown, 'Just a note, nothing else.')
})

t.test('joining shifts titles and keeps empty parts out', async t => {
  const joined = joinProse(proseOf('Why it matters'), proseOf('# Head\ntext'), 'titled')
  t.equal(joined.shown, 'Why it matters\n\nHead\n\ntext')
  t.same(joined.titleStarts, [0, 'Why it matters\n\n'.length])
  t.equal(joinProse(proseOf(''), proseOf('only'), 'titled').shown, 'only')
})
