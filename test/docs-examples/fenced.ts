/**
 * Fenced blocks of our documents. A block whose fence reads `ts examples/03-x.ts#name` quotes the lines
 * between `// #region name` and `// #endregion` of that file, without their common indent.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One block. */
export interface Fenced {
  readonly document: string
  /** 1-based line of the fence. */
  readonly line: number
  readonly language: string
  /** What follows the language, e.g. `examples/03-x.ts#name`. */
  readonly source: string
  readonly text: string
}

/** Documents for readers: README.md, CHANGELOG.md and what is in docs/. */
export function documentsOf(root: string): string[] {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  const documents = pages.filter(page => page.endsWith('.md')).map(page => `docs/${page}`)
  return ['README.md', 'CHANGELOG.md', ...documents]
}

/** The blocks of a document, in order. */
export function fencedOf(root: string, document: string): Fenced[] {
  const blocks: Fenced[] = []
  let open: { line: number, language: string, source: string, lines: string[] } | undefined
  for (const [i, text] of readFileSync(join(root, document), 'utf8').split('\n').entries()) {
    const fence = /^```(\w*) ?(.*)$/.exec(text)
    if (fence && open) {
      const { lines, ...where } = open
      blocks.push({ document, ...where, text: lines.join('\n') })
      open = undefined
    } else if (fence) open = { line: i + 1, language: fence[1], source: fence[2], lines: [] }
    else open?.lines.push(text)
  }
  return blocks
}

/** The region `file#name`. Throws when there is none. */
export function regionOf(root: string, source: string): string {
  const [file, name] = source.split('#')
  const lines = readFileSync(join(root, file), 'utf8').split('\n')
  const start = lines.findIndex(line => line.trim() === `// #region ${name}`)
  const length = lines.slice(start + 1).findIndex(line => line.trim() === '// #endregion')
  if (start < 0 || length < 0) throw new Error(`${file} has no region ${name}`)
  const region = lines.slice(start + 1, start + 1 + length)
  const indent = Math.min(...region.filter(line => line.trim() !== '').map(line => line.search(/\S/)))
  return region.map(line => line.slice(indent)).join('\n').trimEnd()
}
