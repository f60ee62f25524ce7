/**
 * How the twenty questions do on generated records, and what these take on the disk.
 *
 *   node dist/bench/analytics/measure.js --data-dir FOLDER --json results.json       after generate.js
 *
 * Prints tables, parts, bytes per record, compression by column, and per question the time and the rows read;
 * writes the same as JSON. The exit code is 1 when rows are not equal or a median is above two seconds.
 *
 * Question: does each answer come within two seconds on two cores? Lower bound: none; a scan of one column of
 * ten million rows takes some 10 ms. Not measured: a load of inserts beside it. Times are of five runs, of
 * which the first finds the page cache as generate.js left it; processor time is that of this process, which
 * holds the engine.
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { openAnalytics, questions, type Analytics } from '../../analytics/index.js'
import { startEmbeddedClickhouse } from '../../deploy/embedded/index.js'

const runs = 5
const medianMsMax = 2_000
/** Columns that are told of each table, the largest first. */
const columnsMax = 60
/** Persons and words of the generated world, for the questions that name one. */
const parameters = { person: 'person-7', words: '%bread%', at: '2026-01-15 00:00:00' }

interface Statistics {
  readonly rows: number
  readonly statistics: { readonly rows_read: number }
}

/** What the disk holds. */
interface Sizes {
  readonly tables: readonly Record<string, string | number>[]
  readonly columns: readonly Record<string, string | number>[]
  readonly equal: { readonly final_rows: number, readonly current_rows: number, readonly identities: number }
}

/** One question, measured. Times in ms. */
interface Measured {
  readonly name: string
  readonly p50_ms: number
  readonly max_ms: number
  readonly processor_ms: number
  readonly rows_read: number
  readonly rows: number
}

async function sizesOf(analytics: Analytics): Promise<Sizes> {
  const tables = await analytics.query<Record<string, string | number>>(`
SELECT table, toUInt32(sum(parts.rows)) AS all_rows, toUInt32(count()) AS parts,
  toUInt32(max(parts.rows)) AS largest_part, toFloat64(sum(bytes_on_disk)) AS bytes,
  round(bytes / all_rows, 1) AS bytes_per_row, round(sum(data_uncompressed_bytes) / bytes, 2) AS ratio
FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table ORDER BY bytes DESC`)
  const columns = await analytics.query<Record<string, string | number>>(`
SELECT table, name, type, compression_codec AS codec, toFloat64(data_compressed_bytes) AS bytes,
  round(data_uncompressed_bytes / data_compressed_bytes, 2) AS ratio
FROM system.columns
WHERE database = currentDatabase() AND bytes > 0 ORDER BY table, bytes DESC LIMIT ${columnsMax} BY table`)
  const [equal] = await analytics.query<Sizes['equal']>(`
SELECT (SELECT toUInt32(count()) FROM records FINAL) AS final_rows,
  (SELECT toUInt32(count()) FROM records_current) AS current_rows,
  (SELECT toUInt32(uniqExact(user_id, id)) FROM records_all) AS identities`)
  return { tables, columns, equal }
}

async function measure(analytics: Analytics, name: string, sql: string): Promise<Measured> {
  const times: number[] = []
  let answer: Statistics = { rows: 0, statistics: { rows_read: 0 } }
  const cpu = process.cpuUsage()
  for (let run = 0; run < runs; run++) {
    const began = performance.now()
    const result = await analytics.client.query({ query: sql, query_params: parameters, format: 'JSON' })
    answer = JSON.parse(await result.text()) as Statistics
    times.push(performance.now() - began)
  }
  const { user, system } = process.cpuUsage(cpu)
  times.sort((a, b) => a - b)
  return {
    name, p50_ms: Math.round(times[Math.floor(runs / 2)]), max_ms: Math.round(times[runs - 1]),
    processor_ms: Math.round((user + system) / 1_000 / runs), rows_read: answer.statistics.rows_read,
    rows: answer.rows,
  }
}

const { values } = parseArgs({ options: {
  'data-dir': { type: 'string', default: '' }, json: { type: 'string' },
} })
const server = await startEmbeddedClickhouse({ host: '127.0.0.1', port: 0, dataDir: values['data-dir'] })
const analytics = await openAnalytics({ url: server.url, requestTimeoutMs: 600_000 })
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const sizes = await sizesOf(analytics)
for (const row of sizes.tables) say(JSON.stringify(row))
for (const { table, name, codec, bytes, ratio } of sizes.columns) {
  say(`${table}.${name}: ${bytes} bytes, ${ratio} : 1  ${codec}`)
}
say(JSON.stringify(sizes.equal))
say('question              p50 ms  max ms  processor ms  rows read  rows')
const asked: Measured[] = []
for (const { name, sql } of questions) {
  const one = await measure(analytics, name, sql)
  asked.push(one)
  const cells = [one.p50_ms, one.max_ms, one.processor_ms, one.rows_read, one.rows]
  say(name.padEnd(20) + cells.map((cell, i) => String(cell).padStart([8, 8, 14, 11, 6][i])).join(''))
}
const slow = asked.filter(({ p50_ms: ms }) => ms > medianMsMax).map(({ name }) => name)
const { final_rows: final, current_rows: current, identities } = sizes.equal
const areEqual = final === current && current === identities
say(`${slow.length === 0 ? 'no question' : slow.join(', ')} above ${medianMsMax} ms; rows `
  + `${areEqual ? 'equal' : 'differ'}`)
if (values.json) {
  const date = new Date().toISOString().slice(0, 10)
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version,
    clickhouse: server.version }
  writeFileSync(values.json, `${JSON.stringify(
    { machine, date, runs, ...sizes, questions: asked }, null, 2)}\n`)
}
process.exitCode = areEqual && slow.length === 0 ? 0 : 1
await analytics.close()
await server.stop()
