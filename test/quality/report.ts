/**
 * What a run found, per metric. Kept in a file, so that a run of some metrics leaves what others were found
 * to be; the page is written from it.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Line, Metric } from './metric.js'

/** A metric's result. */
export interface Measured {
  readonly id: string
  readonly title: string
  readonly definition: string
  readonly note?: string
  readonly lines: readonly Line[]
  /** Why there are none. */
  readonly missing?: string
  /** Processor time of the whole metric. */
  readonly cpuSeconds: number
}

/** All results. */
export interface Report {
  readonly seed: number
  readonly measured: readonly Measured[]
}

/** The report in `path` with these results in the place of older ones of the same metrics, and new notes. */
export function mergedReport(path: string, fresh: Report, order: readonly Metric[]): Report {
  const known = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Report).measured : []
  const all = new Map([...known, ...fresh.measured].map(one => [one.id, one]))
  const measured = order.flatMap(({ id, note }) => {
    const one = all.get(id)
    return one === undefined ? [] : [{ ...one, note }]
  })
  return { seed: fresh.seed, measured }
}

/** The report in `path` as it is, with new notes. */
export function keptReport(path: string, seed: number, order: readonly Metric[]): Report {
  return mergedReport(path, { seed, measured: [] }, order)
}

/** Writes a report. */
export function writeReport(path: string, report: Report): void {
  writeFileSync(path, `${JSON.stringify(report, (_, value: unknown) => shortened(value), 1)}\n`)
}

/** Five digits tell enough, and keep a file's changes readable. */
function shortened(value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(5)) : value
}
