/** The numbers of the benchmark that topology, generator and oracle must agree on. */
import type { Generation } from './generator.js'

/** How much earlier than the greatest event time a record may be: Flink's Nexmark has the same 4 seconds. */
export const outOfOrderMs = 4_000

/** The greatest delay of a late event, ms. */
export const lateMsMax = 20_000

/** Partitions of the log. */
export const partitions = 4

/** Rows of q13's side input. */
export const sideRows = 10_000

/** Young generation of the node's process, MB: what `hinata up` gives it (deploy/roles/supervisor.ts). */
export const youngGenerationMb = 64

/** What a run generates, but for the seed. */
export function generationOf(events: number): Omit<Generation, 'seed'> {
  return { events, eventsPerSecond: 10_000, spreadMs: outOfOrderMs, lateShare: 0.001, lateMs: lateMsMax }
}
