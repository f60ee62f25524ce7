/**
 * Which conversations, persons or topics constants are tuned on, and which ones count. Drawn by seed over the
 * sorted names, so that the order of a file does not matter.
 */
import { seededRandom } from '../support/random.js'
import type { Split } from './metric.js'

/** Share of the groups that are for tuning. */
const DEV_SHARE = 0.4

/** The split of each name. One name alone is for testing. */
export function splitsOf(names: Iterable<string>, seed: number): ReadonlyMap<string, Split> {
  const order = [...new Set(names)].sort()
  const random = seededRandom(seed)
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1))
    const moved = order[i]
    order[i] = order[j]
    order[j] = moved
  }
  const devs = Math.floor(order.length * DEV_SHARE)
  return new Map(order.map((name, i) => [name, i < devs ? 'dev' : 'test']))
}
