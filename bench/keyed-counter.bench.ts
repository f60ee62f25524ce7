/**
 * Question: how many records a second update keyed state exactly once, beside what they cannot do without
 * (the floor) and beside a job queue that does nothing?
 *
 * Workload: 10,000 keys, Zipf 1.0, seeded, the same for all sides; and once more with a single key. A side's
 * smaller share of records (BullMQ) is stated. Lower bound: `floor`, the same blocks appended, read and
 * decoded with no state.
 * Does not measure: latency, enrichment, ClickHouse, several nodes, disks (everysec on all sides), a remote
 * Redis.
 */
import type { Benchmark } from './benchmark.js'
import { bullmq, bullmqState } from './peers/bullmq.js'
import { floor } from './peers/floor.js'
import { hinata } from './peers/hinata.js'
import { redisLoop } from './peers/redis-loop.js'

const seed = 20_261_121

/** Many keys, unevenly used. */
export const keyedCounter: Benchmark = {
  name: 'keyed-counter',
  question: 'Exactly-once keyed counters: records per second, beside the floor, a loop by hand and BullMQ.',
  keys: 10_000,
  skew: 1,
  seed,
  sides: [
    { contender: hinata, records: 400_000 },
    { contender: floor, records: 400_000 },
    { contender: redisLoop, records: 200_000 },
    { contender: bullmq, records: 50_000 },
    { contender: bullmqState, records: 50_000 },
  ],
  baseline: 'hinata',
}

/** One hot key: no partition can help. */
export const hotKeyCounter: Benchmark = {
  ...keyedCounter,
  name: 'hot-key-counter',
  question: 'The same with every record of one key.',
  keys: 1,
}
