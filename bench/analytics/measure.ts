/**
 * How the twenty questions do on generated records, and what these take on the disk.
 *
 *   node dist/bench/analytics/measure.js --data-dir FOLDER            after generate.js
 *
 * Question: does each answer come within two seconds on two cores? Lower bound: none; a scan of one column of
 * ten million rows takes some 10 ms. Not measured: a load of inserts beside it. Times are of five runs, of
 * which the first finds the page cache as generate.js left it; processor time is that of this process, which
 * holds the engine.
 */
import { parseArgs } from 'node:util'
import { openAnalytics, questions, type Analytics } from '../../analytics/index.js'
import { startEmbeddedClickhouse } from '../../deploy/embedded/index.js'

const runs = 5
/** Persons and words of the generated world, for the questions that name one. */
const parameters = { person: 'person-7', words: '%bread%', at: '2026-01-15 00:00:00' }

interface Statistics {
  readonly rows: number
  readonly statistics: { readonly rows_read: number }
}

async function tellSize(analytics: Analytics, say: (line: string) => void): Promise<void> {
  const tables = await analytics.query<Record<string, string>>(`
SELECT table, sum(parts.rows) AS all_rows, count() AS parts_now, max(parts.rows) AS largest_part,
  sum(bytes_on_disk) AS bytes, round(bytes / all_rows, 1) AS bytes_per_row,
  round(sum(data_uncompressed_bytes) / bytes, 2) AS ratio
FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table ORDER BY bytes DESC`)
  for (const row of tables) say(JSON.stringify(row))
  const columns = await analytics.query<Record<string, string>>(`
SELECT table, name, data_compressed_bytes AS bytes,
  round(data_uncompressed_bytes / data_compressed_bytes, 2) AS ratio
FROM system.columns
WHERE database = currentDatabase() AND bytes > 0 ORDER BY table, bytes DESC LIMIT 12 BY table`)
  for (const { table, name, bytes, ratio } of columns) say(`${table}.${name}: ${bytes} bytes, ${ratio} : 1`)
  const [equal] = await analytics.query<Record<string, string>>(`
SELECT (SELECT count() FROM records FINAL) AS final_rows,
  (SELECT count() FROM records_current) AS current_rows,
  (SELECT uniqExact(user_id, id) FROM records) AS identities`)
  say(JSON.stringify(equal))
}

async function tellQuestions(analytics: Analytics, say: (line: string) => void): Promise<void> {
  say('question              p50 ms  max ms  processor ms  rows read  rows')
  for (const { name, sql } of questions) {
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
    const cells = [times[Math.floor(runs / 2)].toFixed(0), times[runs - 1].toFixed(0),
      ((user + system) / 1_000 / runs).toFixed(0), answer.statistics.rows_read, answer.rows]
    say(name.padEnd(20) + cells.map((cell, i) => String(cell).padStart([8, 8, 14, 11, 6][i])).join(''))
  }
}

const { values } = parseArgs({ options: { 'data-dir': { type: 'string', default: '' } } })
const server = await startEmbeddedClickhouse({ host: '127.0.0.1', port: 0, dataDir: values['data-dir'] })
const analytics = await openAnalytics({ url: server.url, requestTimeoutMs: 600_000 })
const say = (line: string): void => void process.stdout.write(`${line}\n`)
await tellSize(analytics, say)
await tellQuestions(analytics, say)
await analytics.close()
await server.stop()
