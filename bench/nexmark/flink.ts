/**
 * What the nexmark project has published of Flink 1.13 (the README of github.com/nexmark/nexmark, Benchmark
 * Result): thousands of events a second for each core, over 100,000,000 events.
 */

/** Under what conditions, in the words of a table's note. */
export const flinkConditions = {
  source: 'https://github.com/nexmark/nexmark#nexmark-benchmark-result',
  text: 'Flink 1.13; at least 3 machines of 8 cores, 32 GB and an SSD; 8 task managers of 8 GB, parallelism'
    + ' 8; RocksDB with incremental checkpoints every 3 minutes, exactly once; mini-batches of 2 s or 5,000'
    + ' rows; 100,000,000 events made by the source in the same processes (no log), 10,000,000 a second at'
    + ' most; results thrown away (blackhole sink); persons : auctions : bids = 2 : 6 : 92 percent',
} as const

/** Cores in use, seconds, and thousands of events a second for each core. */
export const flink: Readonly<Record<string, readonly [cores: number, seconds: number, perCore: number]>> = {
  q0: [8.45, 76.323, 155.02],
  q1: [8.26, 76.643, 157.94],
  q2: [8.23, 69.309, 175.21],
  q3: [8.59, 76.531, 152.12],
  q4: [12.85, 226.605, 34.33],
  q5: [10.8, 418.242, 22.14],
  q7: [14.21, 570.983, 12.33],
  q8: [9.42, 72.673, 146.14],
  q9: [16.11, 435.882, 14.24],
  q11: [10.6, 237.599, 39.7],
  q12: [13.69, 96.559, 75.67],
  q13: [8.24, 92.839, 130.73],
  q16: [11.51, 466.008, 18.65],
  q17: [9.24, 92.666, 116.8],
  q18: [12.49, 149.076, 53.7],
  q19: [21.38, 106.19, 44.04],
  q20: [17.27, 305.099, 18.98],
}
