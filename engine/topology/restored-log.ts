/**
 * Erases once more what an archive brings back of keys that were erased after it was made. The log of the
 * archive is in its place meanwhile, its partitions are locked, and state is not there yet
 * (savepoint-restore.ts, Z11).
 *
 * J1  The erasure is appended behind the archive's log, like any other: so the savepoint's state of the key
 *     is not restored (Z10), what stays of it is folded anew, and sinks hear of it.
 * J2  Records before it are void when it returns.
 * J3  A system that was there before, and knew of an erasure, is believed: it tells whether the key was
 *     erased whole, not which of its records were.
 */
import { randomUUID } from 'node:crypto'
import { systemClock } from '../clock/index.js'
import { readEntriesMax } from '../limits/limits.js'
import { erasureName, readErasures, readRange, voidRecords } from '../log/index.js'
import { decodeBlock } from '../record/block.js'
import type { Keyspace } from '../record/keys.js'
import { compareEntries, isVoid, startOfLog, timeOfEntry, type EntryId } from '../record/record.js'
import { openRegistry, type RedisConnection, type Registry } from '../redis/index.js'
import { dataKeysOf } from './encryption.js'
import { Eraser, type KeyErasure } from './eraser.js'
import type { Topology } from './topology.js'

/** What is known elsewhere of a key's erasures; `isLater` tells of an entry whether the archive lacks it. */
export type FindErasure = (key: string, isLater: (entry: EntryId) => boolean) =>
  Pick<KeyErasure, 'id' | 'retell'> | undefined

/** An erasure that was done again. */
export interface ErasedAgain {
  readonly key: string
  /** As it is known elsewhere; absent: only the system that was there knew of it. */
  readonly id?: string
  readonly isWhole: boolean
  readonly entry: EntryId
  /** ms UTC: what was accepted earlier went. */
  readonly at: number
}

/** The log that an archive brought. */
export class RestoredLog {
  readonly registry: Registry
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #topology: Topology
  readonly #lastOf: (partition: number) => EntryId

  constructor(redis: RedisConnection, keys: Keyspace, topology: Topology,
    lastOf: (partition: number) => EntryId) {
    this.registry = openRegistry(redis, keys)
    this.#redis = redis
    this.#keys = keys
    this.#topology = topology
    this.#lastOf = lastOf
  }

  /** Erases all that was erased since, by what `find` knows or by what the system before knew. */
  async eraseAgain(find: FindErasure): Promise<ErasedAgain[]> {
    const { topic, partitions } = this.#topology.source
    const dataKeys = (await dataKeysOf(this.#redis, this.#keys, this.#topology))?.()
    const eraser = new Eraser(this.#redis, this.#keys, this.#topology, systemClock, dataKeys)
    const again: ErasedAgain[] = []
    for (let partition = 0; partition < partitions; partition++) {
      const isLater = (entry: EntryId): boolean => compareEntries(entry, this.#lastOf(partition)) > 0
      const erasures = await readErasures(this.#redis, this.#keys, partition, topic)
      for (const key of await this.#keysOf(partition)) {
        const place = { redis: this.#redis, keys: this.#keys, topic, partition, key }
        const known = erasures.get(erasureName(place))
        const found = find(key, isLater)
        if (!found && !(known && isLater(known.entry))) continue
        const isWhole = found ? found.retell === undefined : known?.refusedUpTo !== undefined
        const retell = found?.retell ?? (async said => said)
        const entry = await eraser.append(
          { id: `again-${randomUUID()}`, key, ...(isWhole ? {} : { retell }) })
        const at = timeOfEntry(entry)
        await voidRecords(place, `${at - 1}-${Number.MAX_SAFE_INTEGER}`)
        again.push({ key, ...(found ? { id: found.id } : {}), isWhole, entry, at })
      }
    }
    return again
  }

  /** Keys with records in a partition's log. */
  async #keysOf(partition: number): Promise<Set<string>> {
    const log = this.#keys.log(partition, this.#topology.source.topic)
    const found = new Set<string>()
    for (let at = startOfLog; ;) {
      const entries = await readRange(this.#redis, log, `(${at}`, '+', readEntriesMax)
      for (const { id, block } of entries) {
        for (const { key, value } of decodeBlock(id, block)) if (!isVoid(value)) found.add(key)
      }
      if (entries.length < readEntriesMax) return found
      at = entries[entries.length - 1].id
    }
  }
}
