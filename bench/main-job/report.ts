/** What a run of the main job leaves in bench/results/main-job.json, as far as the page shows it. */

/** In milliseconds. */
export interface Percentiles { readonly p50: number, readonly p99: number, readonly p999: number }

/** See the top of the file. */
export interface MainJobReport {
  readonly machine: { readonly cpu: string, readonly cores: number, readonly node: string }
  readonly full: readonly {
    readonly records: number
    readonly acknowledgedPerSecond: number
    readonly foldedPerSecond: number
    readonly insertedPerSecond: number
    /** Processor time per record by process, µs. */
    readonly cpuMicroseconds: Readonly<Record<string, number>>
  }[]
  readonly paced: readonly {
    readonly recordsPerSecond: number
    readonly ackMs: Percentiles
    readonly foldMs: Percentiles
  }[]
}
