/** The form of a fault: what is done to a system, how often, and what the checker found afterwards. */

/** How much is done. `quick` is what `npm test` runs, `full` what the table in docs/GUARANTEES.md shows. */
export type Size = 'quick' | 'full'

/** What the checker found after all runs of a fault. All counts of all runs. */
export interface Outcome {
  runs: number
  /** Records that were acknowledged. */
  records: number
  /** Acknowledged, and not in the log, the state, the outputs or the rows. */
  lost: number
  /** There twice anywhere. */
  doubled: number
  /** Out of order for their key, or otherwise not what an undisturbed run has. */
  changed: number
  /** The longest time from the end of a fault to the end of all work, ms. */
  catchUpMs: number
  /** The first things that were wrong, for whoever must look. */
  readonly wrong: string[]
  /** What else was measured, as the table says it. */
  readonly notes: string[]
}

/** What one run found. */
export type Run = Omit<Outcome, 'runs' | 'notes'>

/** One fault. */
export interface Fault {
  /** What is done, as the table says it. */
  readonly name: string
  /** Guarantees that it puts to the test. */
  readonly guarantees: string
  /** Why it cannot be done on this machine, or in this size; undefined: it can. */
  skipped?(size: Size): string | undefined
  /** `tell` hears how far it is. */
  run(size: Size, tell?: (done: number, of: number) => void): Promise<Outcome>
}

const wrongMax = 10

/** Nothing done, nothing found. */
export function newOutcome(): Outcome {
  return { runs: 0, records: 0, lost: 0, doubled: 0, changed: 0, catchUpMs: 0, wrong: [], notes: [] }
}

/** Adds what one run found. */
export function addRun(outcome: Outcome, run: Run, runs = 1): void {
  outcome.runs += runs
  outcome.records += run.records
  outcome.lost += run.lost
  outcome.doubled += run.doubled
  outcome.changed += run.changed
  outcome.catchUpMs = Math.max(outcome.catchUpMs, run.catchUpMs)
  outcome.wrong.push(...run.wrong.slice(0, wrongMax - outcome.wrong.length))
}
