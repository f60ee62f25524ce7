/**
 * What the sink must know of one ClickHouse table: how a value becomes a row, where the row is stored, and
 * how to ask whether it is there. The three tables that are fed by emitted values declare themselves in this
 * form.
 */

import type { Column } from './column.js'

/** A table that takes values of type `V`. */
export interface AnalyticsTable<V> {
  readonly name: string
  readonly columns: Readonly<Record<string, Column<V>>>
  /** Whose row it is. */
  readonly personOf: (value: V) => string
  /** When the row was accepted, ms UTC, as an erasure compares it (erasure.ts, Y2). */
  readonly acceptedAt: (value: V) => number
  /** The value as its row tells it: of a person by that name. */
  readonly named: (value: V, name: string) => V
  /** The instant (ms UTC) whose month is the row's partition. */
  readonly partitionedBy: (value: V) => number
  /** Rough size of the row in characters, beside its fixed part. */
  readonly weight: (value: V) => number
  /** A condition on the sorting key, with parameters, that holds for the row once it was inserted. */
  readonly presence: {
    readonly where: string
    readonly parameters: (value: V) => Record<string, string | number>
  }
  /** How values that come again, after state was put back, are told from those that are missing (X4). */
  readonly repeats: {
    /** What the rows are asked by: one text per value, the same for many. */
    readonly keyOf: (value: V) => string
    /** Answers rows of `key` and `last` for `{keys:Array(String)}`. */
    readonly sql: string
    /** Whether the value's row is there, or was replaced by one that is. */
    readonly isThere: (value: V, last: string) => boolean
  }
  /** Its rows tell by `is_repair` that they were put back after a crash: latencies leave them out. */
  readonly tellsRepairs: boolean
}

/**
 * The last running number of each person in a table. Rows of a person come in the order of their numbers, so
 * all up to it are there, or were replaced.
 */
export function lastSequenceSql(table: string): string {
  return `SELECT user_id AS key, toString(max(sequence)) AS last FROM ${table} `
    + 'WHERE user_id IN {keys:Array(String)} GROUP BY user_id SETTINGS final = 0'
}
