/** Reports as files: bench/results/<name>.json, in the order of the page. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from './benchmark.js'

/** Names of the benchmarks whose reports are in the common form, in the order of the page. */
const reportNames = ['keyed-counter', 'hot-key-counter', 'cold-keys', 'ingest', 'reads', 'actors',
  'growth-persons', 'growth-records', 'growth-partitions', 'growth-nodes', 'drain', 'restart',
  'move'] as const

/** Writes one. */
export function writeReport(folder: string, report: Report): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${report.name}.json`), `${JSON.stringify(report, null, 2)}\n`)
}

/** Those that are there. */
export function readReports(folder: string): Report[] {
  return reportNames.map(name => join(folder, `${name}.json`)).filter(existsSync)
    .map(path => JSON.parse(readFileSync(path, 'utf8')) as Report)
}
