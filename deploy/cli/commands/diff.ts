/**
 * hinata diff v1 v2: which persons another version sees differently, and where. Exit code 0: equal; 1: not,
 * or not known for someone who changes all the time.
 */
import type { CellDifference, Difference } from '../../../engine/index.js'
import type { Config } from '../../config/index.js'
import { parseVersion, withVersions } from '../pipeline.js'

const personsShownMax = 20
const entriesShownMax = 10
const textShownMax = 60

/** Compares and prints: a line per person with `json`, then the sum. */
export async function diff(
  config: Config, from: string, to: string, options: { user?: string, json?: boolean },
): Promise<void> {
  const [a, b] = [parseVersion(from), parseVersion(to)]
  const sum = { compared: 0, different: 0, unsettled: 0, cells: {} as Record<string, number> }
  const asked = options.user === undefined ? {} : { key: options.user }
  const begin = Date.now()
  await withVersions(config, async versions => {
    for await (const difference of versions.diff(a, b, { ...asked, onCompared() { sum.compared++ } })) {
      sum.different++
      if (difference.kind === 'unsettled') sum.unsettled++
      for (const { cell } of difference.cells) sum.cells[cell] = (sum.cells[cell] ?? 0) + 1
      const isShown = options.user !== undefined || sum.different <= personsShownMax
      if (options.json) process.stdout.write(`${jsonOf(difference)}\n`)
      else if (isShown) process.stdout.write(textOf(difference, options.user === undefined))
    }
  })
  if (sum.different > 0) process.exitCode = 1
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ from: a, to: b, ...sum, elapsed_ms: Date.now() - begin })}\n`)
  } else process.stdout.write(sumOf(from, to, sum))
}

function sumOf(from: string, to: string, sum: {
  compared: number, different: number, unsettled: number, cells: Record<string, number>,
}): string {
  if (sum.different === 0) return `${from} and ${to} are equal: ${sum.compared} persons compared.\n`
  const cells = Object.entries(sum.cells).map(([cell, count]) => `${cell} ${count}`).join(', ')
  const hidden = Math.max(0, sum.different - personsShownMax)
  return (hidden > 0 ? `… and ${hidden} more persons; all of them: --json\n` : '')
    + `${from} and ${to} differ for ${sum.different} of ${sum.compared} persons (entries: ${cells}).\n`
    + (sum.unsettled > 0 ? `${sum.unsettled} of them changed all the while: compare again later.\n` : '')
    + `One person in full: hinata diff ${from} ${to} --user ID\n`
}

function jsonOf({ key, kind, partition, cells, more }: Difference): string {
  const named = cells.map(({ value: _value, ...cell }) => cell)
  return JSON.stringify({ user_id: key, kind, partition, more, cells: named })
}

function textOf({ key, kind, cells, more }: Difference, isBrief: boolean): string {
  const shown = isBrief ? cells.slice(0, entriesShownMax) : cells
  const rest = cells.length - shown.length + more
  return `${key}: ${kind}\n${shown.map(lineOf).join('')}${rest > 0 ? `  … and ${rest} more\n` : ''}`
}

function lineOf({ cell, entry, change, paths, value }: CellDifference): string {
  const what = change === 'changed'
    ? paths.map(({ path, before, after }) =>
      `${path === '' ? '' : `${path} `}${brief(before)} → ${brief(after)}`).join(', ')
    : `${change}${describes(value) ? `: ${brief(value.description)}` : ''}`
  return `  ${cell}${entry === '' ? '' : ` ${entry}`}  ${what}\n`
}

function describes(value: unknown): value is { description: string } {
  return typeof value === 'object' && value !== null && 'description' in value
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= textShownMax ? text : `${text.slice(0, textShownMax)}…`
}
