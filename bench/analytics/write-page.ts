/**
 * Writes what measure.js found into docs/ANALYTICS.md, between its markers.
 *
 *   node dist/bench/analytics/write-page.js                 from bench/results/analytics.json
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Results {
  readonly machine: { readonly cpu: string, readonly cores: number, readonly node: string,
    readonly clickhouse: string }
  readonly date: string
  readonly runs: number
  readonly tables: readonly { readonly table: string, readonly all_rows: number, readonly parts: number,
    readonly largest_part: number, readonly bytes: number, readonly bytes_per_row: number,
    readonly ratio: number }[]
  readonly columns: readonly { readonly table: string, readonly name: string, readonly bytes: number,
    readonly ratio: number }[]
  readonly equal: { readonly final_rows: number }
  readonly questions: readonly { readonly name: string, readonly p50_ms: number, readonly max_ms: number,
    readonly processor_ms: number, readonly rows_read: number }[]
}

const root = join(import.meta.dirname, '../../..')
const page = join(root, 'docs/ANALYTICS.md')
const [begin, end] = ['<!-- measured: begin -->', '<!-- measured: end -->']
/** Columns that are shown: the rest is less than a hundredth each. */
const shareMin = 0.01
/** Tables with fewer rows are ledgers. */
const rowsMin = 1_000

const results = JSON.parse(readFileSync(join(root, 'bench/results/analytics.json'), 'utf8')) as Results
const text = readFileSync(page, 'utf8')
const [from, to] = [text.indexOf(begin), text.indexOf(end)]
if (from < 0 || to < from) throw new Error(`${page} has no markers for what was measured`)
writeFileSync(page, `${text.slice(0, from)}${begin}\n${measured().join('\n')}\n${text.slice(to)}`)

function measured(): string[] {
  const { machine, date, runs, tables, questions, equal } = results
  const records = tables.find(({ table }) => table === 'records')
  if (!records) throw new Error('the results tell nothing of records')
  const columns = results.columns.filter(({ table, bytes }) =>
    table === 'records' && bytes > shareMin * records.bytes)
  return [
    `${date}, ${machine.cores} cores of ${machine.cpu}, Node ${machine.node}, `
      + `ClickHouse ${machine.clickhouse}; ${count(equal.final_rows)} records in ${count(records.all_rows)} `
      + `rows, with contents that were revised. Times are of ${runs} runs, nothing else running.`,
    '',
    '| table | rows | parts | largest part | MB | bytes per row | packed |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...tables.filter(one => one.all_rows > rowsMin).map(one =>
      `| ${one.table} | ${count(one.all_rows)} | ${one.parts} | ${count(one.largest_part)} | `
      + `${megabytes(one.bytes)} | ${one.bytes_per_row} | ${one.ratio} : 1 |`),
    '',
    '| question | p50 ms | max ms | processor ms | rows read |',
    '|---|---:|---:|---:|---:|',
    ...questions.map((one, i) => `| ${i + 1}. ${one.name} | ${one.p50_ms} | ${one.max_ms} | `
      + `${one.processor_ms} | ${count(one.rows_read)} |`),
    '',
    '| column of records | MB | share | packed |',
    '|---|---:|---:|---:|',
    ...columns.map(({ name, bytes, ratio }) => `| ${name} | ${megabytes(bytes)} | `
      + `${Math.round(100 * bytes / records.bytes)} % | ${ratio} : 1 |`),
  ]
}

function count(number: number): string {
  return number.toLocaleString('en-GB')
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)
}
