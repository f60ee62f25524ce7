/**
 * How far a mean could be chance: the bootstrap (Efron 1979). Samples are drawn again with replacement; 95 of
 * 100 means lie in the interval. Seeded: the same samples give the same interval.
 */
import { seededRandom } from '../support/random.js'
import type { Interval } from './metric.js'

const RESAMPLES = 1_000
const TAIL = 0.025

/** The interval of the samples' mean; of zero samples: [0, 0]. */
export function intervalOf(samples: readonly number[], seed: number): Interval {
  const { length } = samples
  if (length === 0) return { low: 0, high: 0 }
  const random = seededRandom(seed)
  const means = new Float64Array(RESAMPLES)
  for (let i = 0; i < RESAMPLES; i += 1) {
    let sum = 0
    for (let k = 0; k < length; k += 1) sum += samples[Math.floor(random() * length)]
    means[i] = sum / length
  }
  means.sort()
  const tail = Math.floor(RESAMPLES * TAIL)
  return { low: means[tail], high: means[RESAMPLES - 1 - tail] }
}

/** The interval of the mean difference of two methods on the same questions. */
export function pairedInterval(ours: readonly number[], theirs: readonly number[], seed: number): Interval {
  if (ours.length !== theirs.length) {
    throw new RangeError(`pairedInterval: ${ours.length} samples beside ${theirs.length}`)
  }
  return intervalOf(ours.map((value, i) => value - theirs[i]), seed)
}

/** The mean, 0 of nothing. */
export function meanOf(samples: readonly number[]): number {
  return samples.length === 0 ? 0 : samples.reduce((sum, sample) => sum + sample, 0) / samples.length
}

/** The value that `share` of the samples are not above; 0 of nothing. */
export function quantileOf(samples: readonly number[], share: number): number {
  if (samples.length === 0) return 0
  const order = [...samples].sort((a, b) => a - b)
  return order[Math.min(order.length - 1, Math.max(0, Math.ceil(order.length * share) - 1))]
}
