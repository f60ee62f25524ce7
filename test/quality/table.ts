/** Lines as people read them: the terminal's table and the cells of the page. */
import type { Baseline, Interval, Line, Unit } from './metric.js'
import type { Measured } from './report.js'

/** The columns of a line. */
export interface Cells {
  readonly measure: string
  readonly split: string
  readonly count: string
  readonly value: string
  readonly target: string
  readonly baselines: string
  readonly latency: string
  readonly tokens: string
}

/** A line in words. */
export function cellsOf({ measure, split, count, value, unit, interval, baselines, ...rest }: Line): Cells {
  const { latencyMs, promptTokens } = rest
  return {
    measure, split, count: String(count),
    value: [numberOf(value, unit), interval === undefined ? '' : intervalOf(interval, unit)].join(' ').trim(),
    target: split === 'dev' ? '' : targetOf({ value, unit, ...rest }),
    baselines: baselines.map(one => baselineOf(one, unit)).join('; '),
    latency: latencyMs === undefined ? '' : `${latencyMs.p50.toFixed(1)} / ${latencyMs.p95.toFixed(1)}`,
    tokens: promptTokens === undefined ? '' : promptTokens.toFixed(0),
  }
}

/** The results as one table for a terminal. */
export function tableOf(measured: readonly Measured[]): string {
  const head: Cells = { measure: 'measure', split: 'split', count: 'n', value: 'ours', target: 'target',
    baselines: 'baselines (ours minus theirs)', latency: 'ms p50/p95', tokens: 'tokens' }
  const rows = measured.flatMap(({ id, title, lines, missing }) => [
    `${id} ${title}${missing === undefined ? '' : `: not measured, ${missing}`}`,
    ...(lines.length === 0 ? [] : aligned([head, ...lines.map(cellsOf)])),
    '',
  ])
  return rows.join('\n')
}

function aligned(rows: readonly Cells[]): string[] {
  const names = ['measure', 'split', 'count', 'value', 'target', 'latency', 'tokens', 'baselines'] as const
  const widths = names.map(name => Math.max(...rows.map(row => row[name].length)))
  return rows.map(row => `  ${names.map((name, i) => row[name].padEnd(widths[i])).join('  ')}`.trimEnd())
}

function targetOf({ value, unit, target }: Pick<Line, 'value' | 'unit' | 'target'>): string {
  if (target === undefined) return ''
  const { atLeast, atMost } = target
  const isMet = (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost)
  const said = [
    ...(atLeast === undefined ? [] : [`≥ ${numberOf(atLeast, unit)}`]),
    ...(atMost === undefined ? [] : [`≤ ${numberOf(atMost, unit)}`]),
  ].join(', ')
  return `${said} ${isMet ? 'met' : 'NOT MET'}`
}

function baselineOf({ name, value, interval }: Baseline, unit: Unit): string {
  const difference = interval === undefined ? '' : ` ${intervalOf(interval, unit, 'signed')}`
  return `${name} ${numberOf(value, unit)}${difference}`
}

function intervalOf({ low, high }: Interval, unit: Unit, sign: 'signed' | 'plain' = 'plain'): string {
  const of = (value: number): string =>
    `${sign === 'signed' && value >= 0 ? '+' : ''}${numberOf(value, unit)}`
  return `[${of(low)}, ${of(high)}]`
}

/** Shares have three digits, times one, the rest none. */
function numberOf(value: number, unit: Unit): string {
  switch (unit) {
    case 'share': return value.toFixed(3).replace(/^(-?)0\./, '$1.')
    case 'count': return Number.isInteger(value) ? String(value) : value.toFixed(2)
    case 'ms': return `${value.toFixed(2)} ms`
    case 'µs': return `${value.toFixed(1)} µs`
    case 'bytes': return `${value.toFixed(0)} B`
    case 'tokens': return `${value.toFixed(0)} tokens`
  }
}
