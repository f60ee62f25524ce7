/**
 * The versions of one topology, for whoever operates it: which there are, how far each has come, making
 * another one live, giving it a share of the readers, dropping one.
 *
 *   (none) ─add─▶ following ─promote─▶ live ─another is promoted─▶ following ─drop─▶ (none)
 *
 * A version's state is folded by nodes of that version; this handle starts none. `hinata up` starts one for
 * each version that is declared here. The first `add` also declares the version that is live.
 */
import { systemClock, type Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import { switchesAtOnceMax } from '../limits/limits.js'
import { topicPartitions } from '../log/index.js'
import { Keyspace } from '../record/keys.js'
import {
  assertSafeRedis, closeRedis, openRedis, openRegistry, redisTime, send, type RedisConnection, type Registry,
} from '../redis/index.js'
import { dataKeysOf } from './encryption.js'
import { diffVersions, type DiffOptions, type Difference } from './diff.js'
import { isFollowable } from './follower.js'
import { LiveVersions, shareWhole, type LivePointer } from './live-version.js'
import { topologyId } from './redis-store.js'
import { scanKeys } from './scan.js'
import { switchPartition } from './switch.js'
import type { Topology } from './topology.js'

/** A version as it was declared. */
export interface DeclaredVersion {
  readonly version: number
  /** What the topology is made with in this version, beside its code. */
  readonly settings: Readonly<Record<string, number>>
  /** ms UTC. */
  readonly createdAt: number
}

/** How far a version has come, in all partitions. */
export interface VersionProgress {
  readonly version: number
  /** Partitions in which it is live. */
  readonly livePartitions: number
  /** Its share of the readers where it is not live, 0..1. */
  readonly share: number
  readonly appended: number
  readonly folded: number
  /** Partitions that a node owns now. */
  readonly ownedPartitions: number
  /** Partitions in which it stands until it is tried again (halt.ts). */
  readonly haltedPartitions: number
  readonly settings: Readonly<Record<string, number>>
}

/** The topology with as many partitions as its topic was created with, whatever it declares now. */
export async function topologyAsCreated(
  redis: RedisConnection, keys: Keyspace, topology: Topology,
): Promise<Topology> {
  const partitions = await topicPartitions(redis, keys, topology.source.topic) ?? topology.source.partitions
  return { ...topology, source: { ...topology.source, partitions } }
}

/** Opens the versions of a topology. Throws REDIS_UNREACHABLE. */
export async function openVersions(options: {
  readonly redisUrl: string
  readonly topology: Topology
  readonly namespace?: string
  readonly clock?: Clock
}): Promise<Versions> {
  const redis = await openRedis(options.redisUrl, 'versions')
  try {
    await assertSafeRedis(redis)
    const keys = new Keyspace(options.namespace ?? 'h')
    const topology = await topologyAsCreated(redis, keys, options.topology)
    return new Versions(redis, keys, topology, options.clock ?? systemClock)
  } catch (error) {
    closeRedis(redis)
    throw error
  }
}

/** See the top of the file. */
export class Versions {
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #topology: Topology
  readonly #clock: Clock
  readonly #registry: Registry
  readonly #live: LiveVersions

  constructor(redis: RedisConnection, keys: Keyspace, topology: Topology, clock: Clock) {
    this.#redis = redis
    this.#keys = keys
    this.#topology = topology
    this.#clock = clock
    this.#registry = openRegistry(redis, keys)
    this.#live = new LiveVersions(redis, keys, topology)
  }

  /** Versions that were declared with `add`, ascending. */
  async declared(): Promise<DeclaredVersion[]> {
    return (await this.#registry.list(this.#kind)).map(([, doc]) => doc as DeclaredVersion)
      .sort((a, b) => a.version - b.version)
  }

  /** One of them, or null. */
  async find(version: number): Promise<DeclaredVersion | null> {
    return await this.#registry.get(this.#kind, String(version)) as DeclaredVersion | null
  }

  /**
   * Declares a version; again with the same settings changes nothing. Throws VERSION_LIVE, VERSION_EXISTS,
   * VERSION_UNFOLLOWABLE, LOG_INCOMPLETE.
   */
  async add(version: number, settings: Readonly<Record<string, number>>): Promise<void> {
    if ((await this.pointers()).some(pointer => pointer.version === version)) {
      throw new HinataError('VERSION_LIVE', { version })
    }
    const known = await this.find(version)
    if (known) {
      if (isSame(known.settings, settings)) return
      throw new HinataError('VERSION_EXISTS', { version, settings: JSON.stringify(known.settings) })
    }
    if (!isFollowable(this.#topology)) {
      throw new HinataError('VERSION_UNFOLLOWABLE', { version, topology: this.#topology.name })
    }
    await this.#assertWholeLog()
    await this.#eachPartition(async partition => {
      // whoever is live stays live, also where no node has written the pointer yet
      await send(this.#redis, 'HSETNX', [this.#keys.live(partition, this.#topology.name), 'version',
        this.#topology.version])
    })
    const live = new Set((await this.pointers()).map(pointer => pointer.version))
    for (const one of live) if (await this.find(one) === null) await this.#put(one, {}) // to roll back to
    await this.#put(version, settings)
  }

  /**
   * Where nothing has begun yet, declares the topology's own version with these settings and makes it live;
   * elsewhere changes nothing. To be called before a node of it starts.
   */
  async begin(settings: Readonly<Record<string, number>>): Promise<void> {
    const { name, version, source } = this.#topology
    const begun = await Promise.all(Array.from({ length: source.partitions }, (_, partition) =>
      send(this.#redis, 'EXISTS', [this.#keys.live(partition, name)])))
    if (begun.some(Boolean) || (await this.declared()).length > 0) return
    await this.#put(version, settings)
    await this.#eachPartition(async partition => {
      await send(this.#redis, 'HSETNX', [this.#keys.live(partition, name), 'version', version])
    })
  }

  async #put(version: number, settings: DeclaredVersion['settings']): Promise<void> {
    const doc: DeclaredVersion = { version, settings, createdAt: await redisTime(this.#redis, this.#kind) }
    await this.#registry.put(this.#kind, String(version), doc)
  }

  /** The pointers of all partitions, read now. */
  async pointers(): Promise<LivePointer[]> {
    await this.#live.refreshAll()
    return Array.from({ length: this.#topology.source.partitions }, (_, partition) =>
      this.#live.at(partition))
  }

  /** How far every version has come: live ones and declared ones, ascending. */
  async progress(): Promise<VersionProgress[]> {
    const [pointers, declared] = await Promise.all([this.pointers(), this.declared()])
    const versions = new Set([...pointers.map(({ version }) => version),
      ...declared.map(({ version }) => version)])
    return Promise.all([...versions].sort((a, b) => a - b).map(async version => ({
      version,
      livePartitions: pointers.filter(pointer => pointer.version === version).length,
      share: Math.max(0, ...pointers.map(({ canary }) =>
        (canary?.version === version ? canary.share / shareWhole : 0))),
      settings: declared.find(one => one.version === version)?.settings ?? {},
      ...await this.#countsOf(version),
    })))
  }

  /**
   * Makes a version live in every partition, a few at a time. `onSwitched` hears of each with the time it was
   * held, ms. Throws VERSION_UNKNOWN, VERSION_NOT_RUNNING, VERSION_BEHIND; partitions that were switched
   * before stay switched, and the call may be repeated.
   */
  async promote(version: number, options: {
    readonly nearMsMax: number
    readonly onSwitched?: (partition: number, heldMs: number) => void
  }): Promise<void> {
    const pointers = await this.pointers()
    if (!await this.#isKnown(version, pointers)) throw new HinataError('VERSION_UNKNOWN', { version })
    const waiting = pointers.map((_, partition) => partition)
      .filter(partition => pointers[partition].version !== version)
    const one = async (): Promise<void> => {
      for (let partition = waiting.shift(); partition !== undefined; partition = waiting.shift()) {
        const heldMs = await switchPartition(partition, {
          redis: this.#redis, keys: this.#keys, clock: this.#clock, topology: this.#topology,
          from: pointers[partition].version, to: version, nearMsMax: options.nearMsMax,
        })
        options.onSwitched?.(partition, heldMs)
      }
    }
    const results = await Promise.allSettled(Array.from({ length: switchesAtOnceMax }, one))
    const failed = results.find(result => result.status === 'rejected')
    if (failed) throw failed.reason
  }

  /** The version that was live before, for a roll back. Throws VERSIONS_MIXED, VERSION_NO_PREVIOUS. */
  async previous(): Promise<number> {
    const pointers = await this.pointers()
    const versions = [...new Set(pointers.map(({ version }) => version))]
    if (versions.length > 1) throw new HinataError('VERSIONS_MIXED', { versions: versions.join(', ') })
    const { previous } = pointers[0]
    if (previous === null) throw new HinataError('VERSION_NO_PREVIOUS', { version: versions[0] })
    return previous
  }

  /** Gives a version a share (0..1) of the keys of all readers; 0 takes it back. Throws VERSION_UNKNOWN. */
  async share(version: number, share: number): Promise<void> {
    const pointers = await this.pointers()
    if (!await this.#isKnown(version, pointers)) throw new HinataError('VERSION_UNKNOWN', { version })
    const parts = Math.round(share * shareWhole)
    await this.#eachPartition(async partition => {
      const key = this.#keys.live(partition, this.#topology.name)
      if (pointers[partition].version === version) return
      if (parts === 0) await send(this.#redis, 'HDEL', [key, 'canary', 'share'])
      else await send(this.#redis, 'HSET', [key, 'canary', version, 'share', parts])
    })
  }

  /** Compares two versions, person by person; see diff.ts. */
  async *diff(a: number, b: number, options: DiffOptions = {}): AsyncGenerator<Difference> {
    const dataKeys = (await dataKeysOf(this.#redis, this.#keys, this.#topology))?.()
    yield* diffVersions({ redis: this.#redis, keys: this.#keys, clock: this.#clock,
      topology: this.#topology, a, b, dataKeys }, options)
  }

  /**
   * Forgets a version and everything it keeps, once its nodes have let go of it. Throws VERSION_LIVE,
   * VERSION_RUNNING.
   */
  async drop(version: number, options: { readonly waitMsMax: number }): Promise<void> {
    const pointers = await this.pointers()
    if (pointers.some(pointer => pointer.version === version || pointer.canary?.version === version)) {
      throw new HinataError('VERSION_LIVE', { version })
    }
    await this.#registry.remove(this.#kind, String(version))
    const deadline = this.#clock.now() + options.waitMsMax
    while ((await this.#countsOf(version)).ownedPartitions > 0) {
      if (this.#clock.now() >= deadline) throw new HinataError('VERSION_RUNNING', { version })
      await this.#clock.wait(100)
    }
    const pattern = `${this.#keys.namespace}:{*}:${this.#idOf(version)}:*`
    for await (const names of scanKeys(this.#redis, pattern)) {
      for (const name of names) await send(this.#redis, 'UNLINK', [name])
    }
  }

  close(): void {
    closeRedis(this.#redis)
  }

  get #kind(): string {
    return `version-${this.#topology.name}`
  }

  #idOf(version: number): string {
    return topologyId({ name: this.#topology.name, version })
  }

  async #isKnown(version: number, pointers: readonly LivePointer[]): Promise<boolean> {
    return version === this.#topology.version
      || pointers.some(pointer => pointer.version === version || pointer.previous === version)
      || await this.find(version) !== null
  }

  async #countsOf(version: number): Promise<Pick<VersionProgress, 'appended' | 'folded'
    | 'ownedPartitions' | 'haltedPartitions'>> {
    const now = await redisTime(this.#redis, this.#kind)
    let [appended, folded, ownedPartitions, haltedPartitions] = [0, 0, 0, 0]
    await this.#eachPartition(async partition => {
      const [records, checkpoint, halts] = await Promise.all([
        send(this.#redis, 'HGET', [this.#keys.meta(partition, this.#topology.source.topic), 'n']),
        send(this.#redis, 'HMGET', [this.#keys.checkpoint(partition, this.#idOf(version)), 'folded', 'owner',
          'until']) as Promise<(Buffer | null)[]>,
        send(this.#redis, 'EXISTS', [this.#keys.halt(partition, this.#idOf(version))]),
      ])
      const [done, owner, until] = checkpoint.map(field => (field === null ? '' : String(field)))
      appended += Number(String(records ?? 0))
      folded += Number(done)
      if (owner !== '' && Number(until) > now) ownedPartitions++
      haltedPartitions += Number(halts)
    })
    return { appended, folded, ownedPartitions, haltedPartitions }
  }

  /** A version is folded from position 0: the log must begin there. */
  async #assertWholeLog(): Promise<void> {
    const { topic } = this.#topology.source
    await this.#eachPartition(async partition => {
      const since = await send(this.#redis, 'HGET', [this.#keys.meta(partition, topic), 'since'])
      if (since !== null) throw new HinataError('LOG_INCOMPLETE', { partition, since: String(since) })
    })
  }

  async #eachPartition(work: (partition: number) => Promise<void>): Promise<void> {
    await Promise.all(Array.from({ length: this.#topology.source.partitions }, (_, p) => work(p)))
  }
}

function isSame(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every(name => a[name] === b[name])
}
