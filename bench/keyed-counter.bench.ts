/**
 * Question: how many records a second update keyed state exactly once, beside what they cannot do without
 * (the floor) and beside a job queue that does nothing?
 *
 * Workload: 10,000 keys, Zipf 1.0, seeded, the same for all sides. A side's smaller share of records (BullMQ)
 * is stated. Lower bound: `floor`, the same blocks appended, read and decoded with no state.
 * Does not measure: latency, enrichment, ClickHouse, several nodes, disks (everysec on all sides), a remote
 * Redis.
 */
import type { Benchmark } from './benchmark.js'
import { bullmq } from './peers/bullmq.js'
import { floor } from './peers/floor.js'
import { hinata } from './peers/hinata.js'

/** Show 7 of the first milestone. */
export const keyedCounter: Benchmark = {
  name: 'keyed-counter',
  question: 'Exactly-once keyed counters: records per second, beside the floor and BullMQ no-op jobs.',
  keys: 10_000,
  skew: 1,
  seed: 20_261_121,
  sides: [
    { contender: hinata, records: 400_000 },
    { contender: floor, records: 400_000 },
    { contender: bullmq, records: 50_000 },
  ],
  baseline: 'hinata',
}
