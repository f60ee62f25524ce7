/**
 * Cuts SQL into tokens, as far as this server must understand it: to see what kind of statement came, where
 * the data of an INSERT begin, and which functions are called.
 *
 * L1  Comments, strings, quoted names and here-documents are cut exactly as ClickHouse cuts them, so that
 *     nothing can hide in one or pretend to be one.
 * L2  What is not known to be harmless is a token of its own; characters beyond ASCII outside quotes count as
 *     blanks.
 * L3  `depth` is the number of open round brackets around a token.
 */

/** What a token is. */
type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'sign'

/** One token with its place in the text. */
export interface Token {
  readonly kind: TokenKind
  /** Lower-case for a word; without quotes for a quoted name; as written otherwise. */
  readonly text: string
  readonly start: number
  readonly end: number
  readonly depth: number
}

const blank = /(?:[\s\u0080-\uffff]|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?(?:\*\/|$))+/y
const word = /[A-Za-z_][A-Za-z0-9_]*/y
const number = /\d[A-Za-z0-9_.]*/y
const quotedName = /`((?:[^`\\]|\\[\s\S]|``)*)`|"((?:[^"\\]|\\[\s\S]|"")*)"/y
const stringLiteral = /'(?:[^'\\]|\\[\s\S]|'')*'/y
const hereDocument = /\$(\w*)\$[\s\S]*?\$\1\$/y

/** Yields the tokens of `sql` from the left; a caller that has seen enough stops, and nothing more is cut. */
export function* tokensOf(sql: string): Generator<Token> {
  let at = 0
  let depth = 0
  while (at < sql.length) {
    const skipped = match(blank, sql, at)
    if (skipped) {
      at += skipped[0].length
      continue
    }
    const token = tokenAt(sql, at, depth)
    if (token.text === '(') depth += 1
    if (token.text === ')') depth -= 1
    at = token.end
    yield token
  }
}

function tokenAt(sql: string, start: number, depth: number): Token {
  const token = (kind: TokenKind, text: string, length: number): Token =>
    ({ kind, text, start, end: start + length, depth })
  let found = match(word, sql, start)
  if (found) return token('word', found[0].toLowerCase(), found[0].length)
  found = match(quotedName, sql, start)
  if (found) return token('quoted', (found[1] ?? found[2] ?? '').replace(/\\(.)/gs, '$1'), found[0].length)
  found = match(stringLiteral, sql, start) ?? match(hereDocument, sql, start)
  if (found) return token('string', found[0], found[0].length)
  found = match(number, sql, start)
  if (found) return token('number', found[0], found[0].length)
  return token('sign', sql.charAt(start), 1)
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
