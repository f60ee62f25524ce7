/**
 * Keeps the task of a version that is not live behind the live one, partition by partition.
 *
 *              log   ───────────┬──────────┬────────▶
 *     this version at its bound ┘          └ the live version's committed position
 *
 * W1  It folds no entry that the live version has not committed, and fires no timer that the live version
 *     would not have fired yet. So when the live version is held, this one comes to exactly its place, and
 *     can go on from there in its stead: nothing is emitted twice, nothing left out.
 * W2  What it emits goes to its views, never to its outbox: what lies in an outbox was emitted while live.
 * W3  Event time needs no more than that: watermarks and their timers are a function of the log and of the
 *     internal timer, which is one of the log's time. But where watermarks travel between partitions, a mark
 *     may not overtake what was told before it, and at a switch two outboxes are relayed side by side. So
 *     such a topology does not follow (VERSION_UNFOLLOWABLE).
 */
import { HinataError } from '../errors/index.js'
import type { Keyspace } from '../record/keys.js'
import { compareEntries, startOfLog, type EntryId } from '../record/record.js'
import { loadScript, runScript, type RedisConnection } from '../redis/index.js'
import { claimLive } from './live-version.js'
import { topologyId } from './redis-store.js'
import type { Topology } from './topology.js'

/** Whether a version of the topology may follow another one (W3). */
export function isFollowable({ eventTime, relays, source }: Topology): boolean {
  return eventTime === undefined || !relays || source.partitions === 1
}

const readBound = loadScript('read-bound')

/** One partition's view of the live version. */
export class Follower {
  readonly #redis: RedisConnection
  readonly #keys: string[]
  #bound: EntryId = startOfLog
  #firedBefore = 0

  /** `live` is the topology in its live version. */
  constructor(redis: RedisConnection, keys: Keyspace, partition: number,
    live: Pick<Topology, 'name' | 'version' | 'source'>) {
    const id = topologyId(live)
    this.#redis = redis
    this.#keys = [keys.checkpoint(partition, id), keys.timers(partition, id),
      keys.log(partition, live.source.topic)]
  }

  /** Whether the live version was behind `entry` when last looked at. */
  isBehind(entry: EntryId): boolean {
    return compareEntries(entry, this.#bound) > 0
  }

  /** Whether the live version has committed `entry`; looks when that is not known yet. */
  async has(entry: EntryId): Promise<boolean> {
    if (this.isBehind(entry)) await this.#look(entry)
    return !this.isBehind(entry)
  }

  /**
   * For a version that stands at `position`: the time (ms UTC) before which the live version has fired all
   * timers, or 0 when the live version stands elsewhere.
   */
  async firedBefore(position: EntryId): Promise<number> {
    await this.#look(position)
    return this.#bound === position ? this.#firedBefore : 0
  }

  async #look(position: EntryId): Promise<void> {
    const [bound, before] = await runScript(this.#redis, readBound, this.#keys, [position]) as Buffer[]
    this.#bound = String(bound)
    this.#firedBefore = Number(String(before))
  }
}

/** A topology that cannot follow is run only where it is live. Throws VERSION_UNFOLLOWABLE. */
export async function assertRoles(
  redis: RedisConnection, keys: Keyspace, topology: Topology,
): Promise<void> {
  if (isFollowable(topology)) return
  for (let partition = 0; partition < topology.source.partitions; partition++) {
    const live = await claimLive(redis, keys, partition, topology)
    if (live.version === topology.version) continue
    throw new HinataError('VERSION_UNFOLLOWABLE', { version: topology.version, topology: topology.name })
  }
}
