/**
 * What the tour writes: 80 columns, headings, wrapped text. Bold and dim only where a terminal shows them.
 *
 * P1  No line of prose or table is wider than `columns`. Commands are never cut: they are copied.
 */

/** Columns of a line. */
const columns = 80
const escape = '\u001b['

/** A page of text that is written as it is composed. */
export class Screen {
  readonly #out: NodeJS.WritableStream
  readonly #isTerminal: boolean

  constructor(out: NodeJS.WritableStream, isTerminal: boolean) {
    this.#out = out
    this.#isTerminal = isTerminal
  }

  /** A heading with a line that fills the width. */
  heading(text: string): void {
    const rule = '─'.repeat(Math.max(0, columns - text.length - 4))
    this.line('')
    this.line(`${this.#styled('2', '──')} ${this.#styled('1', text)} ${this.#styled('2', rule)}`)
    this.line('')
  }

  /** Text, wrapped; later lines of a list entry stand under its first word. */
  text(text: string, indent = 2): void {
    for (const paragraph of text.split('\n')) {
      const hang = /^\s*(?:[-•*]|\d+\.) /.exec(paragraph)?.[0].length ?? 0
      for (const [i, part] of wrapped(paragraph, columns - indent, hang).entries()) {
        this.line(' '.repeat(indent + (i === 0 ? 0 : hang)) + part)
      }
    }
  }

  /** Less important text, wrapped. */
  aside(text: string, indent = 2): void {
    for (const part of wrapped(text, columns - indent, 0)) {
      this.line(' '.repeat(indent) + this.#styled('2', part))
    }
  }

  /** Lines as they are, cut at the width. */
  table(text: string, indent = 2): void {
    for (const row of text.split('\n')) {
      const room = columns - indent
      this.line(' '.repeat(indent) + (row.length > room ? `${row.slice(0, room - 1)}…` : row))
    }
  }

  /** One line, uncut. */
  line(text: string): void {
    this.#out.write(`${text}\n`)
  }

  #styled(code: string, text: string): string {
    return this.#isTerminal ? `${escape}${code}m${text}${escape}0m` : text
  }
}

/** Lines of at most `width`; all but the first are `hang` shorter. A longer word keeps a line of its own. */
function wrapped(text: string, width: number, hang: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of text.split(' ')) {
    const room = width - (lines.length === 0 ? 0 : hang)
    if (current !== '' && current.length + 1 + word.length > room) {
      lines.push(current)
      current = word
    } else current = current === '' ? word : `${current} ${word}`
  }
  return [...lines, current]
}
