/**
 * Prose: what a person wrote, without the marks of Markdown around it.
 *
 * Owns the line structure (headings, lists, quotes, tables, fenced code, front matter). Inline marks are read
 * by `inline.ts`.
 *
 * P1 `shown` and `read` have the same length, and position i means the same place in both.
 * P2 `shown` is fit to be printed: inline code and URLs stand in it. In `read` they are blanks: code is not
 *    prose, a URL is no word.
 * P3 A fenced or indented code block is in neither; its text is in `code`, at most CODE_CHARS_MAX characters.
 * P4 Blocks (paragraph, heading, list item, table row) are separated by an empty line, lines of one block by
 *    one space.
 * P5 Time is linear in the length of the text, whatever the text.
 */
import { readInline, type InlineSink } from './inline.js'

/** A text without its Markdown. Offsets are UTF-16 code units. */
export interface Prose {
  /** Fit to be printed. */
  readonly shown: string
  /** Same length as `shown`; everything that is not prose is blank. */
  readonly read: string
  /** Came as it is: `shown` and `read` are the text, but for its blanks. */
  readonly isPlain: boolean
  /** The same of the first of two joined proses. */
  readonly isFirstPlain: boolean
  /** Inline code and the beginning of code blocks, for search. */
  readonly code: string
  /** How many list items the text has. */
  readonly listItems: number
  /** Where blocks begin that are titles: headings, or lines that the caller calls so. */
  readonly titleStarts: readonly number[]
  /** Where the second of two joined proses begins; 0 for a prose that was not joined. */
  readonly secondAt: number
}

/** Enough of the code for search to find it; the rest repeats itself. */
const CODE_CHARS_MAX = 1_000

const MARKED = /[`*_#>[\]<|~\\&]|:\/\/|www\.|\n|\t|^\s*(?:[-+•]|\d{1,3}[.)])\s/
/** Blanks that are not one space each. */
const UNTIDY = /\s\s|[^\S ]/
const FENCE = /^ {0,3}(`{3,}|~{3,})/
const HEADING = /^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$/
const ITEM = /^(\s*)(?:[-*+•]|\d{1,3}[.)]|[a-z][.)])\s+(?:\[[ xX]\]\s+)?(.*)$/
const RULE = /^ {0,3}(?:[-=*_][ \t]*){3,}$/
const TABLE_RULE = /^[\s|:+-]+$/
const DEFINITION = /^ {0,3}\[[^\]]{1,200}\]:\s*\S/
const INDENTED = /^(?: {4}|\t)/

/**
 * Reads Markdown or plain text. Plain text is valid Markdown and comes out as it went in, with its spaces
 * tidied.
 */
export function proseOf(markdown: string): Prose {
  if (!MARKED.test(markdown)) {
    const plain = UNTIDY.test(markdown) ? markdown.replace(/\s+/g, ' ').trim() : markdown.trim()
    return { shown: plain, read: plain, isPlain: true, isFirstPlain: true, code: '', listItems: 0,
      titleStarts: [], secondAt: 0 }
  }
  const writer = new BlockWriter()
  const lines = markdown.split(/\r\n|\r|\n/)
  let at = frontMatterLines(lines)
  while (at < lines.length) {
    const line = lines[at]
    const fence = FENCE.exec(line)?.[1]
    if (fence !== undefined) {
      at = writer.codeBlock(lines, at + 1, fence)
      continue
    }
    writer.line(line)
    at += 1
  }
  return writer.finish()
}

/**
 * Joins two proses as two blocks; `titled` says that the first is a title unless it ends as a sentence does.
 */
export function joinProse(first: Prose, second: Prose, titled: 'titled' | 'plain'): Prose {
  const gap = first.shown !== '' && second.shown !== '' ? '\n\n' : ''
  const shift = first.shown.length + gap.length
  const starts = titled === 'titled' && first.titleStarts[0] !== 0 ? [0, ...first.titleStarts]
    : first.titleStarts
  return {
    shown: first.shown + gap + second.shown,
    read: first.read + gap + second.read,
    isPlain: first.isPlain && second.isPlain,
    isFirstPlain: first.isPlain,
    code: first.code === '' ? second.code : `${first.code} ${second.code}`,
    listItems: first.listItems + second.listItems,
    titleStarts: second.titleStarts.length === 0 ? starts
      : [...starts, ...second.titleStarts.map(start => start + shift)],
    secondAt: shift,
  }
}

/** How many lines a leading block of front matter takes, 0 if there is none. */
function frontMatterLines(lines: readonly string[]): number {
  if (lines[0] !== '---') return 0
  const end = lines.indexOf('---', 1)
  const isMatter = end > 0 && lines.slice(1, end).every(line => /^\s*(?:[\w-]{1,40}:|-\s|#|$)/.test(line))
  return isMatter ? end + 1 : 0
}

/** Collects lines into blocks and blocks into the two texts. */
class BlockWriter implements InlineSink {
  private shown = ''
  private read = ''
  private readonly codeParts: string[] = []
  private codeChars = 0
  private listItems = 0
  private readonly titleStarts: number[] = []
  private pending: string[] = []
  private isInList = false
  private isAfterBlank = true

  line(line: string): void {
    if (line.trim() === '') return this.blank()
    if (this.isAfterBlank && !this.isInList && INDENTED.test(line)) return this.code(line.trim())
    const heading = HEADING.exec(line)
    const item = heading === null ? ITEM.exec(line) : null
    if (heading !== null) this.block(heading[1], 'title')
    else if (RULE.test(line)) this.rule(line)
    else if (item !== null) this.item(item[2])
    else if (line.includes('|') && TABLE_RULE.test(line)) this.flush()
    else if (DEFINITION.test(line)) this.flush()
    else this.text(line)
    this.isAfterBlank = false
  }

  codeBlock(lines: readonly string[], from: number, fence: string): number {
    this.flush()
    let at = from
    for (; at < lines.length; at += 1) {
      const line = lines[at].trim()
      if (line.startsWith(fence) && line.replaceAll(fence[0], '') === '') return at + 1
      this.code(line)
    }
    return at
  }

  word(shown: string, read: string): void {
    this.shown += shown
    this.read += read
  }

  code(text: string): void {
    if (this.codeChars >= CODE_CHARS_MAX || text === '') return
    const part = text.slice(0, CODE_CHARS_MAX - this.codeChars)
    this.codeParts.push(part)
    this.codeChars += part.length + 1
  }

  finish(): Prose {
    this.flush()
    const { shown, read, listItems, titleStarts } = this
    const code = this.codeParts.join(' ')
    return { shown, read, isPlain: false, isFirstPlain: false, code, listItems, titleStarts, secondAt: 0 }
  }

  private blank(): void {
    this.flush()
    this.isAfterBlank = true
  }

  private rule(line: string): void {
    const isUnderline = this.pending.length === 1 && !this.isInList && /^\s*[-=]+\s*$/.test(line)
    if (isUnderline) this.block(this.pending.splice(0).join(' '), 'title')
    else this.flush()
  }

  private item(text: string): void {
    this.flush()
    this.listItems += 1
    this.isInList = true
    this.pending.push(text)
  }

  private text(line: string): void {
    const isContinued = this.pending.length > 0 || INDENTED.test(line) || line.startsWith('  ')
    if (!isContinued) this.isInList = false
    const quoted = line.replace(/^\s*(?:>\s?)+/, '')
    if (!line.includes('|')) this.pending.push(quoted)
    else this.block(quoted.replace(/\|/g, ' '), 'text')
  }

  private block(text: string, kind: 'title' | 'text'): void {
    this.flush()
    this.isInList = false
    if (kind === 'title' && text.trim() !== '') this.titleStarts.push(this.nextStart())
    this.pending.push(text)
    this.flush()
  }

  private nextStart(): number {
    return this.shown === '' ? 0 : this.shown.length + 2
  }

  private flush(): void {
    if (this.pending.length === 0) return
    const text = this.pending.join(' ').replace(/\s+/g, ' ').trim()
    this.pending = []
    if (text === '') return
    const before = this.shown.length
    if (before > 0) this.word('\n\n', '\n\n')
    readInline(text, this)
    if (before > 0 && this.shown.length === before + 2) {
      this.shown = this.shown.slice(0, before)
      this.read = this.read.slice(0, before)
    }
  }
}
