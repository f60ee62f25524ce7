/**
 * What a metric is: a question about quality, asked of the real pipeline, with its answer as lines of one
 * table.
 *
 * M1 Constants are tuned on the `dev` split; what counts is the `test` split.
 * M2 The same data, seed and code give the same values; only times differ.
 * M3 Baselines are computed in the same run, on the same questions.
 */
import type { DataFolder } from './data-folder.js'

/** The halves of the data; see splits.ts. */
export type Split = 'dev' | 'test'

/** 95 of 100 resamples lie between. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** What another method gets on the same questions. */
export interface Baseline {
  readonly name: string
  readonly value: number
  /** Of ours minus theirs, paired; absent when there are no pairs. */
  readonly interval?: Interval
}

/** How a value is to be read. `share` is 0..1. */
export type Unit = 'share' | 'count' | 'ms' | 'µs' | 'bytes' | 'tokens'

/** What a value should be; `atLeast` .33 is met by .33. */
export interface Target {
  readonly atLeast?: number
  readonly atMost?: number
}

/** One measured value. */
export interface Line {
  readonly measure: string
  readonly split: Split
  /** Questions, pairs or records that the value is a mean of. */
  readonly count: number
  readonly value: number
  readonly unit: Unit
  readonly interval?: Interval
  readonly baselines: readonly Baseline[]
  /** Of the test split. */
  readonly target?: Target
  /** What the measured call took. */
  readonly latencyMs?: { readonly p50: number, readonly p95: number }
  /** Mean tokens of the prompts. */
  readonly promptTokens?: number
}

/** What a metric measures with. */
export interface Context {
  readonly data: DataFolder
  readonly seed: number
  /** Progress, for the person who waits. */
  readonly log: (text: string) => void
}

/** One metric of the table. */
export interface Metric {
  /** Q1 to Q14. */
  readonly id: string
  readonly title: string
  /** What is measured and how, in sentences for the page. */
  readonly definition: string
  /** What is in the way of a target that is not met, and what was tried, in sentences for the page. */
  readonly note?: string
  run(context: Context): Promise<Line[]>
}
