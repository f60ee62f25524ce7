/**
 * How fresh the rows of analysts are: from the receipt of a record by a gateway to its row, as the nodes
 * counted it over the last minute or two.
 */
import { Ages, type NodeInfo } from '../engine/index.js'

/**
 * What the 99th of a hundred rows should keep, ms: under load values wait up to six seconds for each other
 * (analytics/pace.ts), and an insert with its neighbours takes some more.
 */
export const freshnessTargetMs = 10_000

/** Quantiles within a tenth; null: no row lately. */
export interface Freshness {
  readonly p50_ms: number
  readonly p99_ms: number
  readonly rows: number
  readonly target_ms: number
}

/** The freshness of all nodes together. */
export function freshnessOf(nodes: readonly NodeInfo[]): Freshness | null {
  const all = new Ages()
  // a node of an older build tells none
  for (const { rowAges } of nodes) if (rowAges !== undefined) all.add(Ages.ofSteps(rowAges))
  if (all.count === 0) return null
  return {
    p50_ms: all.quantile(0.5), p99_ms: all.quantile(0.99), rows: all.count, target_ms: freshnessTargetMs,
  }
}
