/**
 * How long values wait before they are inserted. An insert costs ClickHouse about 20 ms of processor time per
 * table, whatever its size, so the wait grows with the number of partitions that are inserting: one person
 * who imports a file sees it at once, and a loaded node spends a bounded share of its time on inserts.
 */

/** The wait per busy partition: at two tables and 25 ms of processor each, inserts take a quarter of one. */
const waitPerPartitionMs = 200
const waitMinMs = 250
const waitMaxMs = 4_000

/** The wait that fits a node where so many partitions are inserting, ms. */
export function insertLingerMs(busyPartitions: number): number {
  return Math.min(Math.max(busyPartitions * waitPerPartitionMs, waitMinMs), waitMaxMs)
}
