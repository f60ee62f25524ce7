/** From samples to a line of the table: mean, interval, and the paired intervals to the baselines. */
import { intervalOf, meanOf, pairedInterval, quantileOf } from './bootstrap.js'
import type { Line, Split, Target, Unit } from './metric.js'

/** One sample per question; those of the baselines in the same order. */
export interface Samples {
  readonly measure: string
  readonly split: Split
  readonly ours: readonly number[]
  readonly theirs?: Readonly<Record<string, readonly number[]>>
  /** Default share. */
  readonly unit?: Unit
  readonly target?: Target
  /** What each measured call took. */
  readonly times?: readonly number[]
  /** Tokens of each prompt. */
  readonly tokens?: readonly number[]
  readonly seed: number
}

/** The line of these samples. */
export function lineOf(samples: Samples): Line {
  const { measure, split, ours, theirs = {}, unit = 'share', target, times, tokens, seed } = samples
  return {
    measure, split, count: ours.length, value: meanOf(ours), unit, interval: intervalOf(ours, seed),
    baselines: Object.entries(theirs).map(([name, values]) =>
      ({ name, value: meanOf(values), interval: pairedInterval(ours, values, seed) })),
    ...(target === undefined ? {} : { target }),
    ...(times === undefined ? {} : {
      latencyMs: { p50: quantileOf(times, 0.5), p95: quantileOf(times, 0.95) },
    }),
    ...(tokens === undefined ? {} : { promptTokens: meanOf(tokens) }),
  }
}
