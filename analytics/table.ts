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
  /** The instant (ms UTC) whose month is the row's partition. */
  readonly partitionedBy: (value: V) => number
  /** Rough size of the row in characters, beside its fixed part. */
  readonly weight: (value: V) => number
  /** A condition on the sorting key, with parameters, that holds for the row once it was inserted. */
  readonly presence: {
    readonly where: string
    readonly parameters: (value: V) => Record<string, string | number>
  }
  /** Its rows tell by `is_repair` that they were put back after a crash: latencies leave them out. */
  readonly tellsRepairs: boolean
}
