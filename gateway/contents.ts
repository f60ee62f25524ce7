/**
 * Texts of records whose content left the hot tier, as answers need them: one question for all of an answer,
 * in bounded time. ClickHouse behind it (analytics/record-contents.ts), a map in tests.
 *
 * C1  While ClickHouse is away an answer is given without these texts, and says of which records.
 */
import { heated, isCooled, recalled, type FoldedRecord, type RecordContent, type StoredRecord } from
  '../actors/record/index.js'
import type { Edge } from './edge.js'

/** A content, and where its row lies. */
interface ColderContent extends RecordContent {
  readonly tier: 'warm' | 'cold'
}

/** Where contents are that left the hot tier. */
export interface RecordContents {
  /** By the position of the record; rejects while it cannot be asked. */
  of(key: string, ids: readonly string[]): Promise<ReadonlyMap<string, ColderContent>>
  close(): Promise<void>
}

/** Contents by position: of those that could be had. */
export async function contentsOf(
  { contents }: Pick<Edge, 'contents'>, key: string, ids: readonly string[],
): Promise<ReadonlyMap<string, ColderContent>> {
  if (ids.length === 0 || contents === null) return new Map()
  return contents.of(key, ids).catch(() => new Map()) // C1
}

/**
 * Rows of a person as records with their contents, from whatever tier; undefined where there is no row. A
 * record whose content could not be had is still `cooled`.
 */
export async function readRecords(
  edge: Pick<Edge, 'contents'>, key: string, rows: readonly unknown[],
): Promise<(FoldedRecord | undefined)[]> {
  const stored = rows as readonly (StoredRecord | undefined)[]
  const records = stored.map(row => row && recalled(key, row))
  const cold = records.flatMap(record => (record?.cooled === undefined ? [] : [record.record.id]))
  const contents = await contentsOf(edge, key, cold)
  return records.map((record, i) => {
    const row = stored[i]
    const content = record && contents.get(record.position)
    if (record === undefined || row === undefined || !isCooled(row) || content === undefined) return record
    return { ...heated(key, row, content), storage_tier: content.tier }
  })
}
