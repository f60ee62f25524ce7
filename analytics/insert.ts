/**
 * One batch into one table, exactly once.
 *
 *   fresh ──insert──▶ done          uncertain ──insert──▶ ask for the last row ──there──▶ done
 *     └─ failed ──▶ uncertain (at the next try)                └─absent──▶ insert as a repair ──▶ ask again
 *
 * X1  A batch is cut into chunks that depend on its values alone: one month each, bounded size. A chunk is
 *     one insert, one block and one part under its own deduplication token: it is there whole or not at all.
 * X2  A repeated insert has the same token. ClickHouse drops what it already took, in the table and in the
 *     targets of materialized views, should somebody add one (ours are plain: schema/0007-rollups.sql).
 * X3  ClickHouse writes a token before it renames the part. Killed in between, it remembers an insert that it
 *     lost and would drop every retry. So after a try whose end is not known, the chunk's last row is looked
 *     up; if it is absent the chunk is inserted under a new token, marked `is_repair` where the table
 *     has the column.
 * X4  Values that come again because state was put back have other tokens. Of such a batch each chunk leaves
 *     out what is there, before its insert and before each retry of it.
 */
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { ClickHouseSettings } from '@clickhouse/client'
import { HinataError } from '../engine/errors/index.js'
import { ByteWriter } from './byte-writer.js'
import { flag, type Column } from './column.js'
import type { Analytics } from './connection.js'
import { monthOf } from './instant.js'
import type { AnalyticsTable } from './table.js'

/** Rows of one chunk: more brings no speed, and a block of wide rows lives in memory several times. */
const chunkRowsMax = 20_000
/** Characters of one chunk, about its bytes on the wire. */
const chunkWeightMax = 32 * 1_024 * 1_024
/** What a row weighs beside its texts: names of columns are not sent, scores and times are. */
const rowWeight = 600
/** Names and types of the columns, about. */
const blockHeadBytes = 4_096
/**
 * Repairs of one chunk: each stands for a crash within microseconds, so many mean that something else is
 * wrong.
 */
const repairsMax = 5

/** Keys that one query asks for: they travel in its address. */
const keysPerQuery = 100

const oneBlock: ClickHouseSettings = {
  async_insert: 0,
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  max_insert_block_size: '1000000',
  min_insert_block_size_rows: '1000000',
  min_insert_block_size_bytes: '0',
  max_insert_threads: '1',
  input_format_parallel_parsing: 0,
  max_partitions_per_insert_block: '1',
}

/** One try to insert a batch. */
export interface BatchTry {
  /** The same at every try of the batch. */
  readonly token: string
  /** An earlier try may have happened, and how it ended is not known. */
  readonly isUncertain: boolean
  /** Some of the values may have been inserted under other tokens (X4). */
  readonly isRepeated?: boolean
}

/**
 * Inserts values into a table. Throws what the client throws; then none, some or all chunks are there, and
 * the next try is uncertain.
 */
export async function insertOnce<V>(
  analytics: Analytics, table: AnalyticsTable<V>, values: readonly V[], batch: BatchTry,
): Promise<void> {
  const chunks = chunksOf(table, values)
  for (const [index, whole] of chunks.entries()) {
    const chunk = batch.isRepeated ? await missingOf(analytics, table, whole) : whole
    if (chunk.length === 0) continue
    const token = `${batch.token}:${table.name}:${index}`
    await insertChunk(analytics, table, chunk, token, false)
    if (batch.isUncertain) await repairIfLost(analytics, table, chunk, token)
  }
}

/** Values whose rows are not there (X4). */
async function missingOf<V>(
  analytics: Analytics, { repeats }: AnalyticsTable<V>, values: readonly V[],
): Promise<readonly V[]> {
  const keys = [...new Set(values.map(repeats.keyOf))]
  const lasts = new Map<string, string>()
  for (let i = 0; i < keys.length; i += keysPerQuery) {
    const found = await analytics.query<{ key: string, last: string }>(repeats.sql,
      { keys: keys.slice(i, i + keysPerQuery) })
    for (const { key, last } of found) lasts.set(key, last)
  }
  return values.filter(value => {
    const last = lasts.get(repeats.keyOf(value))
    return last === undefined || !repeats.isThere(value, last)
  })
}

/** Cuts values into chunks (X1). Within a month the order stays. */
function chunksOf<V>(table: AnalyticsTable<V>, values: readonly V[]): V[][] {
  const chunks: V[][] = []
  const open = new Map<string, { chunk: V[], weight: number }>()
  for (const value of values) {
    const month = monthOf(table.partitionedBy(value))
    const weight = rowWeight + table.weight(value)
    let filling = open.get(month)
    if (!filling || filling.chunk.length >= chunkRowsMax || filling.weight + weight > chunkWeightMax) {
      filling = { chunk: [], weight: 0 }
      open.set(month, filling)
      chunks.push(filling.chunk)
    }
    filling.chunk.push(value)
    filling.weight += weight
  }
  return chunks
}

async function insertChunk<V>(
  { client }: Analytics, table: AnalyticsTable<V>, chunk: readonly V[], token: string, isRepair: boolean,
): Promise<void> {
  const columns = Object.entries(table.columns)
  if (table.tellsRepairs) columns.push(['is_repair', flag(() => isRepair)])
  const { stream } = await client.exec({
    query: `INSERT INTO ${table.name} (${columns.map(([name]) => name).join(', ')}) FORMAT Native`,
    values: Readable.from(blockOf(table, columns, chunk), { objectMode: false }),
    clickhouse_settings: { ...oneBlock, insert_deduplication_token: token },
  })
  // An insert answers nothing; the connection is free again when that was read.
  await finished(stream.resume())
}

/** The rows of a chunk as one block: varint columns, varint rows, and per column name, type and cells. */
function blockOf<V>(
  table: AnalyticsTable<V>, columns: readonly (readonly [string, Column<V>])[], chunk: readonly V[],
): Buffer {
  const weight = chunk.reduce((sum, value) => sum + rowWeight + table.weight(value), blockHeadBytes)
  const to = new ByteWriter(weight)
  to.varint(columns.length)
  to.varint(chunk.length)
  for (const [name, column] of columns) {
    to.text(name)
    to.text(column.type)
    column.write(to, chunk)
  }
  return to.written
}

async function repairIfLost<V>(
  analytics: Analytics, table: AnalyticsTable<V>, chunk: readonly V[], token: string,
): Promise<void> {
  for (let repair = 1; !(await isPresent(analytics, table, chunk)); repair++) {
    if (repair > repairsMax) {
      const what = `the insert ${token}`
      throw new HinataError('CLICKHOUSE_REFUSED', { what, reason: 'its rows do not appear' })
    }
    await insertChunk(analytics, table, chunk, `${token}:repair-${repair}`, true)
  }
}

/**
 * Whether the chunk's last row is there. It is the newest of its identity, so no later row of the chunk
 * replaced it.
 */
async function isPresent<V>(
  analytics: Analytics, table: AnalyticsTable<V>, chunk: readonly V[],
): Promise<boolean> {
  const last = chunk[chunk.length - 1]
  if (last === undefined) return true
  const { where, parameters } = table.presence
  const sql = `SELECT 1 AS found FROM ${table.name} WHERE ${where} LIMIT 1`
  const found = await analytics.query(sql, parameters(last))
  return found.length > 0
}
