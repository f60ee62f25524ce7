/** Tokens of SQL, as far as the server must understand it. */
import t from 'tap'
import { tokensOf } from '../../../deploy/embedded/lexer.js'

const textsOf = (sql: string): string[] => [...tokensOf(sql)].map(token => token.text)

t.test('L1 comments, strings, quoted names and here-documents are cut as ClickHouse cuts them', async t => {
  t.same(textsOf('SELECT a -- file(\n, b /* url( */ # remote(\n'), ['select', 'a', ',', 'b'])
  t.same(textsOf('\'it\'\'s \\\' one\' x'), ['\'it\'\'s \\\' one\'', 'x'])
  t.same(textsOf('`a``b` "c\\"d"'), ['a``b', 'c"d'])
  t.same(textsOf('$x$ file( $y$ $x$ z'), ['$x$ file( $y$ $x$', 'z'])
})

t.test('L2 blanks beyond ASCII do not hide a bracket', async t => {
  t.same(textsOf('file\u200b('), ['file', '('])
})

t.test('L3 depth counts open brackets', async t => {
  t.same([...tokensOf('a(b(c))d')].map(token => token.depth), [0, 0, 1, 1, 2, 2, 1, 0])
})

t.test('an unfinished string or comment ends the text and never loops', async t => {
  t.same(textsOf('\'abc'), ['\'', 'abc'])
  t.same(textsOf('a /* b'), ['a'])
})
