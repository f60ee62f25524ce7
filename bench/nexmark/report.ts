/** What a run of Nexmark leaves in bench/results/nexmark.json. */
import type { Generation } from './generator.js'

/** One query over one seed. */
export interface SeedRun {
  readonly seed: number
  /** From the start of the node until the last result was with the sink. */
  readonly seconds: number
  /** Processor time of the node's process and of Redis. */
  readonly cpuSeconds: number
  readonly rows: number
  readonly late: number
  /** Whether result and late records are those of the oracle; null: they were not compared. */
  readonly isEqual: boolean | null
}

/** One query. */
export interface QueryReport {
  readonly name: string
  readonly title: string
  readonly runs: readonly SeedRun[]
}

/** All of it. */
export interface NexmarkReport {
  readonly events: number
  readonly seeds: readonly number[]
  readonly generation: Omit<Generation, 'seed'>
  readonly partitions: number
  /** Version of the ClickHouse that results were compared with. */
  readonly oracle: string | null
  readonly machine: {
    readonly cpu: string, readonly cores: number, readonly node: string, readonly redis: string
  }
  readonly queries: readonly QueryReport[]
  /** What whoever ran it says of the conditions, such as other work on the machine. */
  readonly note?: string
}
