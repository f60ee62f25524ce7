/** All metrics, in the order of the table. */
import type { Metric } from './metric.js'
import { q01 } from './q01-evidence-recall.js'
import { q02 } from './q02-budgeted-prompt.js'
import { q03 } from './q03-preference-match.js'
import { q04 } from './q04-next-interest.js'
import { q05 } from './q05-auto-tags.js'
import { q06 } from './q06-merging.js'
import { q07 } from './q07-updates.js'
import { q08 } from './q08-stability.js'
import { q09 } from './q09-adaptation.js'
import { q10 } from './q10-groundedness.js'
import { q11 } from './q11-junk.js'
import { q12 } from './q12-forgetting.js'
import { q13 } from './q13-pii.js'
import { q14 } from './q14-speed.js'

/** One row of the table each, or several. */
export const metrics: readonly Metric[] = [
  q01,
  q02,
  q03,
  q04,
  q05,
  q06,
  q07,
  q08,
  q09,
  q10,
  q11,
  q12,
  q13,
  q14,
]
