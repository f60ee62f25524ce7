/**
 * A hold: for a bounded while nobody commits for a partition of the live version, so that its state stands
 * still at one position. Appending goes on; the owner is fenced and takes the partition again afterwards.
 * A hold ends by itself when the process that took it dies.
 */
import { randomUUID } from 'node:crypto'
import { HinataError } from '../errors/index.js'
import { releaseLease, renewLease, type Ownership } from '../log/index.js'
import type { Keyspace } from '../record/keys.js'
import type { EntryId } from '../record/record.js'
import { loadScript, runScript, type RedisConnection } from '../redis/index.js'
import { topologyId } from './redis-store.js'
import type { Topology } from './topology.js'

const holdPartition = loadScript('hold-partition')

/** A partition that nobody commits for. */
export class Hold {
  readonly lease: Ownership
  /** Where the live version stands. */
  readonly position: EntryId
  readonly #redis: RedisConnection
  readonly #checkpoint: string

  private constructor(redis: RedisConnection, checkpoint: string, lease: Ownership, position: EntryId) {
    this.#redis = redis
    this.#checkpoint = checkpoint
    this.lease = lease
    this.position = position
  }

  /** Takes a hold for `holdMs`; `topology` in its live version. Throws VERSION_NOT_LIVE. */
  static async take(
    redis: RedisConnection, keys: Keyspace, partition: number, topology: Pick<Topology, 'name' | 'version'>,
    holdMs: number,
  ): Promise<Hold> {
    const checkpoint = keys.checkpoint(partition, topologyId(topology))
    const [epoch, found, history] = await runScript(redis, holdPartition,
      [keys.live(partition, topology.name), checkpoint],
      [topology.version, `hold:${randomUUID()}`, holdMs]) as [number, Buffer, Buffer]
    if (epoch < 0) {
      throw new HinataError('VERSION_NOT_LIVE',
        { partition, version: topology.version, found: String(found) })
    }
    return new Hold(redis, checkpoint, { epoch, history: String(history) }, String(found))
  }

  /** Prolongs it to `holdMs` from now; false when it was lost. */
  renew(holdMs: number): Promise<boolean> {
    return renewLease(this.#redis, this.#checkpoint, this.lease, holdMs)
  }

  /** Gives the partition back. */
  release(): Promise<void> {
    return releaseLease(this.#redis, this.#checkpoint, this.lease)
  }
}
