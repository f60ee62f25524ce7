/**
 * Understands a statement just far enough to run it the right way.
 *
 * S1  A statement is one statement: anything after a semicolon is refused, as by ClickHouse over HTTP.
 * S2  What may write is decided by the engine (`readonly`), never by the reading done here.
 * S3  The data of an INSERT begin where ClickHouse says: after the format's name, blanks, and one line break.
 *
 * ```
 *  INSERT INTO t (a, b) SETTINGS x = 1 FORMAT JSONEachRow \n {"a": 1}
 *  ╰─────── target ────╯╰── options ──╯╰───── format ────╯  ╰─ data
 *                      ╰ fileClauseAt                      ╰ dataAt
 * ```
 */
import { refusal } from './exception.js'
import { tokensOf, type Token } from './lexer.js'

/** An INSERT whose data follow the statement. */
export interface InsertWithData {
  readonly format: string
  /** Where the data begin in the text. */
  readonly dataAt: number
  /** Where the text of the statement ends. */
  readonly headEnd: number
  /** Where `FROM INFILE` belongs. */
  readonly fileClauseAt: number
}

/** What is known about a statement. */
export interface Statement {
  /** The first word, lower-case, behind any opening brackets. */
  readonly verb: string
  /** The format asked for in the text, if any. */
  readonly format: string | undefined
  /** A SELECT inside an expression: the engine computes it while it plans, before the first row. */
  readonly hasScalarSelect: boolean
  /** WITH TOTALS: a last row of another kind. */
  readonly hasTotals: boolean
  /** The query_id that a `KILL QUERY WHERE query_id = '…'` names. */
  readonly killsQueryId: string | undefined
}

/** Finds the head of an INSERT with data, or undefined if the text is something else. */
export function insertHeadOf(text: string): InsertWithData | undefined {
  let fileClauseAt: number | undefined
  let previous: Token | undefined
  let place: 'verb' | 'target' | 'clauses' = 'verb'
  for (const token of tokensOf(text)) {
    if (place === 'verb') {
      if (!isWord(token, 'insert')) return undefined
      place = 'target'
    } else if (place === 'target') {
      // The target's own name may be any word: clauses are looked for behind INSERT INTO [TABLE] name.
      if (token.kind !== 'word' || !/^(?:into|table|function)$/.test(token.text)) place = 'clauses'
    } else {
      const isName = previous?.text === '.'
      if (token.depth === 0 && token.kind === 'word' && !isName) {
        // VALUES are expressions, not data: the guard must read them.
        if (/^(?:select|with|from|watch|values)$/.test(token.text)) return undefined
        if (token.text === 'settings') fileClauseAt ??= token.start
        if (previous !== undefined && isWord(previous, 'format')) {
          return { format: text.slice(token.start, token.end), headEnd: token.end,
            fileClauseAt: fileClauseAt ?? previous.start, dataAt: dataAfter(text, token.end) }
        }
      }
      previous = isName ? undefined : token
    }
  }
  return undefined
}

/** The statement that reads the same rows from a file. `path` is ours and holds no quote. */
export function insertFromFile(text: string, head: InsertWithData, path: string): string {
  return `${text.slice(0, head.fileClauseAt)} FROM INFILE '${path}' COMPRESSION 'none' ` +
    text.slice(head.fileClauseAt, head.headEnd)
}

function dataAfter(text: string, end: number): number {
  return end + (/^[ \t\f]*;?[ \t\f]*\r?\n?/.exec(text.slice(end, end + 1024))?.[0].length ?? 0)
}

/** Reads a whole statement. Throws SYNTAX_ERROR if there is none or more than one (S1). */
export function statementOf(text: string): Statement {
  const opening: Token[] = []
  let format: string | undefined
  let hasScalarSelect = false
  let hasTotals = false
  let endedAt: number | undefined
  let previous: Token | undefined
  let beforeBrackets: Token | undefined
  for (const token of tokensOf(text)) {
    const isEnd = token.text === ';' && token.kind === 'sign'
    if (endedAt !== undefined && !isEnd) {
      throw refusal('SYNTAX_ERROR',
        `Syntax error (Multi-statements are not allowed): failed at position ${endedAt}.`)
    }
    if (isEnd) endedAt = token.start + 1
    if (opening.length <= killQueryShape.length && token.text !== '(') opening.push(token)
    if (isWord(previous, 'format') && token.depth === 0
      && (token.kind === 'word' || token.kind === 'quoted')) {
      format = token.kind === 'quoted' ? token.text : text.slice(token.start, token.end)
    }
    const isSelect = isWord(token, 'select') || isWord(token, 'with')
    if (isSelect && previous?.text === '(' && beforeBrackets && !sourceWords.test(beforeBrackets.text)) {
      hasScalarSelect = true
    }
    if (isWord(previous, 'with') && isWord(token, 'totals')) hasTotals = true
    if (isWord(previous, 'input') && token.text === '(' && opening[0]?.text === 'insert') {
      throw refusal('NOT_IMPLEMENTED',
        'INSERT … SELECT … FROM input() is not supported. Insert without SELECT.')
    }
    if (token.text !== '(') beforeBrackets = token
    previous = token
  }
  if (opening[0] === undefined) throw refusal('SYNTAX_ERROR', 'Syntax error: Empty query.')
  return { verb: opening[0].text, format, hasScalarSelect, hasTotals, killsQueryId: killedQueryIdOf(opening) }
}

/** Words after which `(SELECT` is a source of rows, not a value. */
const sourceWords = /^(?:from|join|view|union|all|distinct|except|intersect|,)$/
const killQueryShape = ['kill', 'query', 'where', 'query_id', '='] as const

function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === 'word' && token.text === text
}

function killedQueryIdOf(opening: readonly Token[]): string | undefined {
  const id = opening[killQueryShape.length]
  const isKill = killQueryShape.every((text, at) => opening[at]?.text === text)
  return isKill && id?.kind === 'string' ? id.text.slice(1, -1) : undefined
}

/** A text as a string literal. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll('\'', '\\\'')}'`
}
