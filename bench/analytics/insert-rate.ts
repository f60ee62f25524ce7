/**
 * How fast the sink inserts, beside the official client inserting the same rows.
 *
 *   node dist/bench/analytics/insert-rate.js --rounds 10 --records 5000
 *
 * Question: what does exactly-once cost? Baseline: `client.insert` of ready-made row objects (JSONEachRow, as
 * its documentation shows) into a table like `records`, one call per batch. The sink is given values as they
 * come out of the outbox and makes the rows itself. Rounds alternate, in the same run, on one embedded engine
 * in this process; the first round of each is not counted. Rates are by the clock and by processor time, the
 * engine's included. Not measured: reading the outbox, merges after the end.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createClient } from '@clickhouse/client'
import { recordsFolded } from '../../actors/person/outputs.js'
import type { FoldedRecord } from '../../actors/record/index.js'
import { clickhouseSink, openAnalytics } from '../../analytics/index.js'
import { recordsTable } from '../../analytics/record-rows.js'
import { startEmbeddedClickhouse } from '../../deploy/embedded/index.js'
import { sampleRecords } from '../../deploy/tour/sample.js'

const { values } = parseArgs({ options: {
  rounds: { type: 'string', default: '10' }, records: { type: 'string', default: '5000' },
} })
const rounds = Number(values.rounds)
const records = Number(values.records)
const present = Date.UTC(2026, 9, 1)
const sample = sampleRecords(3, present)

/** A record as a fold leaves it; only what a row needs differs from one to the next. */
function folded(n: number): FoldedRecord {
  const { userId, record } = sample[n % sample.length]
  const share = (n % 1_000) / 1_000
  return {
    user_id: `${userId}-${n % 97}`, app: 'app-1', record: { ...record, access: 'private', id: `r-${n}` },
    event_time: present - n, received_at: present - 20, accepted_at: present, position: `${present}-0:${n}`,
    revision: 1, sequence: n + 1, content_hash: n.toString(16).padStart(64, '0'),
    enhanced_tags: ['rebase', 'commit'], recommended_highlights: ['Rebase rewrites the commits of a branch.'],
    semantic_analysis: { main_topics: ['git'], key_concepts: ['commit history'],
      sentiment: { label: 'neutral', score: share }, complexity_level: 'medium' },
    sensitivity: 'public', quality_score: share, quality_parts: { depth: 0.1, information: 0.2,
      engagement: 0.3, complexity: 0.4, novelty: share }, attention_weight: share,
    attention_metrics: { highlight_frequency: 0.1, note_density: 0.2, address_revisit: 0.5,
      time_investment: 0.7, interaction_depth: 'low' }, psp_influence_weight: share, psp_relevance: 0.25,
    priority_score: share, cluster_id: `c${n % 40}`, storage_tier: 'hot', embedding: { model: 'static-hash',
      version: '1', dim: 384 }, vector: new Uint8Array(384),
    processing: { version: 1, steps: ['validated', 'enhanced'] },
  }
}

/** The row that the sink makes of it, as an object. */
function rowOf(value: FoldedRecord): Record<string, unknown> {
  return Object.fromEntries(Object.entries(recordsTable.columns)
    .map(([name, column]) => [name, column.cellOf(value)]))
}

const dataDir = mkdtempSync(join(tmpdir(), 'hinata-insert-rate-'))
const server = await startEmbeddedClickhouse({ host: '127.0.0.1', port: 0, dataDir })
const analytics = await openAnalytics({ url: server.url })
const raw = createClient({ url: server.url })
await raw.command({ query: 'CREATE TABLE raw_records AS records' })
const sink = clickhouseSink(analytics)
const figures = { sink: { seconds: 0, cpu: 0 }, client: { seconds: 0, cpu: 0 } }

async function measured(side: keyof typeof figures, isCounted: boolean, work: () => Promise<unknown>) {
  const began = performance.now()
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  if (!isCounted) return
  figures[side].seconds += (performance.now() - began) / 1_000
  figures[side].cpu += (user + system) / 1e6
}

for (let round = 0; round <= rounds; round++) {
  const batch = Array.from({ length: records }, (_, i) => folded(round * records + i))
  const emitted = batch.map(value => ({ output: recordsFolded.output, key: value.user_id, value }))
  const rows = batch.map(rowOf)
  const sides = [
    (): Promise<void> => measured('sink', round > 0, () =>
      sink.insert({ token: `rate-${round}`, partition: 0, emitted })),
    (): Promise<void> => measured('client', round > 0, () =>
      raw.insert({ table: 'raw_records', values: rows, format: 'JSONEachRow' })),
  ]
  for (const side of round % 2 === 0 ? sides : sides.reverse()) await side()
}
const [equal] = await analytics.query<{ rows: string, raw: string }>('SELECT (SELECT count() FROM records) '
  + 'AS rows, (SELECT count() FROM raw_records) AS raw SETTINGS final = 0')
const rateOf = (of: number): number => Math.round(rounds * records / of)
process.stdout.write(`${JSON.stringify({
  rounds, records_per_batch: records, rows: equal.rows, raw_rows: equal.raw,
  sink: { rows_per_second: rateOf(figures.sink.seconds), rows_per_cpu_second: rateOf(figures.sink.cpu) },
  client: { rows_per_second: rateOf(figures.client.seconds),
    rows_per_cpu_second: rateOf(figures.client.cpu) },
  share_of_the_client: Number((figures.client.seconds / figures.sink.seconds).toFixed(2)),
})}\n`)
await raw.close()
await analytics.close()
await server.stop()
rmSync(dataDir, { recursive: true, force: true })
