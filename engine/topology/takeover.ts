/**
 * How long a partition stood when its owner changed: from the last commit of the old owner, or from the first
 * record that waited since, to the first commit of the new one. Kept in the checkpoint of the partition with
 * the epoch, so that whoever reads it can tell one takeover from the next.
 */
import type { Keyspace } from '../record/keys.js'
import { timeOfEntry, type EntryId } from '../record/record.js'
import { send, type RedisConnection } from '../redis/index.js'

/** Measures the takeovers of one topology. */
export class Takeovers {
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #topology: string
  /** Partitions taken over and not committed for since: the last commit before, ms UTC. */
  readonly #open = new Map<number, number>()

  constructor(redis: RedisConnection, keys: Keyspace, topology: string) {
    this.#redis = redis
    this.#keys = keys
    this.#topology = topology
  }

  /** Before a lease is taken. */
  async begin(partition: number): Promise<void> {
    const committed = await this.#read(partition, 'committed')
    if (committed > 0) this.#open.set(partition, committed)
  }

  /** After a commit that folded records; `first` is the first entry that the new owner read. */
  async end(partition: number, epoch: number, first: EntryId): Promise<void> {
    const before = this.#open.get(partition)
    if (before === undefined) return
    this.#open.delete(partition)
    const committed = await this.#read(partition, 'committed')
    const pauseMs = Math.max(0, committed - Math.max(before, timeOfEntry(first)))
    await send(this.#redis, 'HSET', [this.#keys.checkpoint(partition, this.#topology),
      'pause', pauseMs, 'pauseEpoch', epoch])
  }

  async #read(partition: number, field: string): Promise<number> {
    return Number(String(await send(this.#redis, 'HGET',
      [this.#keys.checkpoint(partition, this.#topology), field]) ?? 0))
  }
}
