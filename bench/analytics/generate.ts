/**
 * Fills a ClickHouse with generated records and component changes, a chunk at a time.
 *
 *   node dist/bench/analytics/generate.js --url http://127.0.0.1:8123 --records 10000000
 *   node dist/bench/analytics/generate.js --data-dir FOLDER --records 100000    starts an embedded one there
 *
 * Resumable: what is there already is asked for first, whole chunks are passed over; a chunk that was cut is
 * inserted again, and replaces itself. Bounded: memory holds one chunk, in the server.
 */
import { parseArgs } from 'node:util'
import { openAnalytics, type Analytics } from '../../analytics/index.js'
import { startEmbeddedClickhouse } from '../../deploy/embedded/index.js'
import {
  chunkRows, componentsStatement, recordsStatement, rowsOfChunk, type Generation,
} from './generated-rows.js'

const present = Date.UTC(2026, 2, 1)

/** Chunks that are whole in `records`, and how many rows have components up to. */
async function chunksThere(analytics: Analytics, generation: Generation): Promise<Set<number>> {
  const found = await analytics.query<{ chunk: number, rows: string, changes: string }>(`
SELECT chunk, sum(r) AS rows, sum(c) AS changes FROM
(
  SELECT toUInt32(intDiv(sequence - 1, ${chunkRows})) AS chunk, count() AS r, 0 AS c FROM records
  WHERE startsWith(position, 'gen-') GROUP BY chunk
  UNION ALL
  SELECT toUInt32(intDiv(sequence - 1, ${chunkRows})), 0, count() FROM psp_components GROUP BY 1
) GROUP BY chunk SETTINGS final = 0`)
  return new Set(found.filter(({ chunk, rows, changes }) => chunk * chunkRows < generation.total
    && Number(rows) >= Math.floor(rowsOfChunk(generation, chunk) * 0.98)
    && Number(changes) >= rowsOfChunk(generation, chunk)).map(({ chunk }) => chunk))
}

/** Generates what is missing; tells each chunk. Returns how many chunks were inserted. */
async function generate(
  analytics: Analytics, generation: Generation, say: (line: string) => void,
): Promise<number> {
  const there = await chunksThere(analytics, generation)
  const chunks = Math.ceil(generation.total / chunkRows)
  let inserted = 0
  for (let chunk = 0; chunk < chunks; chunk++) {
    if (there.has(chunk)) continue
    await analytics.client.command({ query: recordsStatement(generation, chunk) })
    await analytics.client.command({ query: componentsStatement(generation, chunk) })
    inserted++
    say(`chunk ${chunk + 1} of ${chunks}`)
  }
  return inserted
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: {
    url: { type: 'string' }, 'data-dir': { type: 'string' }, records: { type: 'string', default: '100000' },
    persons: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' },
  } })
  const folder = values['data-dir']
  const server = folder === undefined ? undefined
    : await startEmbeddedClickhouse({ host: '127.0.0.1', port: 0, dataDir: folder })
  const analytics = await openAnalytics(
    { url: server?.url ?? values.url ?? 'http://127.0.0.1:8123', requestTimeoutMs: 600_000 })
  const generation = { total: Number(values.records), persons: Number(values.persons),
    seed: Number(values.seed), endMs: present }
  const cpu = process.cpuUsage()
  const inserted = await generate(analytics, generation, line => process.stdout.write(`${line}\n`))
  const { user, system } = process.cpuUsage(cpu)
  const seconds = Math.round((user + system) / 1e6)
  process.stdout.write(`${inserted} chunks inserted, ${seconds} s of processor time here\n`)
  await analytics.close()
  await server?.stop()
}
