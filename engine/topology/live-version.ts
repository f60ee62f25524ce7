/**
 * Which version of a topology is live, per partition: the pointer that readers follow and that a switch
 * moves.
 *
 *   <ns>:{p}:<name>:live (hash)
 *     version      the live version: its state is read, its outputs are inserted and shown
 *     generation   switches so far; absent = 0
 *     previous     the version that was live before the last switch
 *     canary, share   a version that a share of keys (per 10,000) reads instead
 *     from:<version>  generation in which that version became live last; absent = 0
 *
 * V1  The first node that takes a partition writes the pointer; from then on only a switch changes `version`.
 * V2  A read names its version by a pointer read in the same round trip, before the state: it never sees a
 *     version that was not live (or canary) when it was read.
 */
import { hashText } from '../record/hash.js'
import type { Keyspace } from '../record/keys.js'
import { openRegistry, send, type RedisConnection } from '../redis/index.js'
import { topologyId } from './redis-store.js'
import type { Topology } from './topology.js'

/** What the pointer of one partition says. */
export interface LivePointer {
  readonly version: number
  readonly previous: number | null
  readonly generation: number
  /** `share` of keys per `shareWhole`. */
  readonly canary: { readonly version: number, readonly share: number } | null
}

/** All keys, in the unit of a canary's share. */
export const shareWhole = 10_000

/** Part of the hash that gives keys to a canary: the same keys at every share, more with a larger one. */
const canarySeed = 0x2c1b3c6d

const fields = ['version', 'previous', 'generation', 'canary', 'share']

/** The version that reads of `key` see. */
export function versionFor(pointer: LivePointer, key: string): number {
  const { canary } = pointer
  return canary && hashText(key, canarySeed) % shareWhole < canary.share ? canary.version : pointer.version
}

/** Reads the pointer; without one the declared version is live. */
async function readLive(
  redis: RedisConnection, keys: Keyspace, partition: number, topology: Pick<Topology, 'name' | 'version'>,
): Promise<LivePointer> {
  const found = await send(redis, 'HMGET', [keys.live(partition, topology.name), ...fields]) as
    (Buffer | null)[]
  const [version, previous, generation, canary, share] = found.map(field =>
    (field === null ? null : Number(String(field))))
  return {
    version: version ?? topology.version, previous, generation: generation ?? 0,
    canary: canary === null || share === null ? null : { version: canary, share },
  }
}

/**
 * Reads the pointer and in which generation the topology's own version was live last. Whoever comes first
 * makes its own version the live one (V1).
 */
export async function claimLive(
  redis: RedisConnection, keys: Keyspace, partition: number, topology: Pick<Topology, 'name' | 'version'>,
): Promise<LivePointer & { readonly own: number }> {
  const key = keys.live(partition, topology.name)
  await send(redis, 'HSETNX', [key, 'version', topology.version])
  const [pointer, own] = await Promise.all([readLive(redis, keys, partition, topology),
    send(redis, 'HGET', [key, `from:${topology.version}`])])
  return { ...pointer, own: Number(String(own ?? 0)) }
}

/** All versions that may keep something in a partition: the live one, the one before, those declared. */
export async function versionsIn(
  redis: RedisConnection, keys: Keyspace, partition: number, topology: Pick<Topology, 'name' | 'version'>,
): Promise<number[]> {
  const { version, previous } = await readLive(redis, keys, partition, topology)
  const declared = await openRegistry(redis, keys).list(`version-${topology.name}`)
  return [...new Set([version, previous ?? version, ...declared.map(([id]) => Number(id))])]
}

/** The pointers as one process knows them. */
export class LiveVersions {
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #topology: Pick<Topology, 'name' | 'version'>
  readonly #pointers: LivePointer[]

  constructor(
    redis: RedisConnection, keys: Keyspace, topology: Pick<Topology, 'name' | 'version' | 'source'>,
  ) {
    this.#redis = redis
    this.#keys = keys
    this.#topology = topology
    const unread: LivePointer = { version: topology.version, previous: null, generation: 0, canary: null }
    this.#pointers = new Array<LivePointer>(topology.source.partitions).fill(unread)
  }

  /** The pointer as it was last read. */
  at(partition: number): LivePointer {
    return this.#pointers[partition]
  }

  /** `<name>.<version>` of what is live in a partition, as it was last read. */
  idAt(partition: number): string {
    return this.idOf(this.#pointers[partition].version)
  }

  /** `<name>.<version>`. */
  idOf(version: number): string {
    return topologyId({ name: this.#topology.name, version })
  }

  /** Reads the pointer of one partition. */
  async refresh(partition: number): Promise<LivePointer> {
    return this.#pointers[partition] = await readLive(this.#redis, this.#keys, partition, this.#topology)
  }

  async refreshAll(): Promise<void> {
    await Promise.all(this.#pointers.map((_, partition) => this.refresh(partition)))
  }

  /** `<name>.<version>` of what reads of `key` see now. */
  async idFor(partition: number, key: string): Promise<string> {
    return this.idOf(versionFor(await this.refresh(partition), key))
  }

  /** Reads something of `key` in the version that its readers see: one round trip unless it changed (V2). */
  async read<T>(partition: number, key: string, read: (topology: string) => Promise<T>): Promise<T> {
    const guess = versionFor(this.#pointers[partition], key)
    const [pointer, found] = await Promise.all([this.refresh(partition), read(this.idOf(guess))])
    const version = versionFor(pointer, key)
    return version === guess ? found : read(this.idOf(version))
  }
}
