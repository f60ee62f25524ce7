/**
 * A contender: one side of a benchmark. Each run gets an empty Redis of its own, does the whole workload, and
 * proves that it did.
 */

/** What one run came to. */
export interface RunResult {
  /** From the first record offered to the last one processed. */
  readonly seconds: number
  /** Records that the run can prove to have been processed; fewer than offered fails the benchmark. */
  readonly delivered: number
}

/** One side. */
export interface Contender {
  readonly name: string
  /** What it guarantees and how it is configured, for the report. */
  readonly description: string
  run(redisUrl: string, keys: readonly string[]): Promise<RunResult>
}
