/** All metrics, in the order of the table. */
import type { Metric } from './metric.js'
import { q01 } from './q01-evidence-recall.js'

/** One row of the table each, or several. */
export const metrics: readonly Metric[] = [
  q01,
]
