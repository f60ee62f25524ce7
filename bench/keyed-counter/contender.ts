/**
 * A contender: one side of the keyed counter. Each run is in a process of its own, with an empty Redis and an
 * empty folder of its own; it does the whole workload and proves that it did.
 */

/** What a run is given. */
export interface Surroundings {
  readonly redisUrl: string
  /** Empty, for servers that keep files. */
  readonly folder: string
  /** Counts the processor time of a process that the contender started, and ends it if the run hangs. */
  watch(pid: number): void
  /** Brackets what is measured: from the first record offered to the last one processed. */
  measured(work: () => Promise<void>): Promise<void>
}

/** One side. */
export interface Contender {
  /**
   * Does all of it; answers the number of records that it can prove to have been processed: fewer, or more,
   * than offered fails the benchmark.
   */
  run(surroundings: Surroundings, keys: readonly string[]): Promise<number>
}

const recordsPerCall = 500
const callsInFlight = 16

/** Offers the workload in chunks, a bounded number in flight. */
export async function offer(
  keys: readonly string[], send: (chunk: readonly string[]) => Promise<unknown>,
  options: { recordsPerCall?: number, callsInFlight?: number } = {},
): Promise<void> {
  const records = options.recordsPerCall ?? recordsPerCall
  const calls = options.callsInFlight ?? callsInFlight
  const inFlight = new Set<Promise<unknown>>()
  for (let i = 0; i < keys.length; i += records) {
    const call = send(keys.slice(i, i + records)).finally(() => inFlight.delete(call))
    inFlight.add(call)
    if (inFlight.size >= calls) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
}
