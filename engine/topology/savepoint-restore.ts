/**
 * Puts a stopped or an empty system back to a savepoint.
 *
 *   verified ─▶ locked ─▶ emptied ─▶ filled ─▶ open       partition by partition; nothing is touched before
 *                  └─ died on the way: stays locked, no node takes it; restore again
 *
 * Z3  Every file is checked against the manifest before the first key is changed.
 * Z4  The checkpoint is opened last, with an epoch above any before.
 * Z5  A log that reaches the savepoint's position is kept with its idempotency ids, and folding goes on
 *     behind the position. Otherwise the ids are restored and the log begins behind the position.
 * Z6  Other versions are dropped: they stand behind what is restored, or ahead of it.
 * Z7  A topology with relays is not restored in front of a log that goes on: the log holds what the actors of
 *     its later records told, and folding those again would tell it twice.
 * Z8  What later records emitted may have been handed over before: sinks hear that of every batch until they
 *     are past the end that the log has now (repeats.ts).
 * Z9  With an archive, everything that is there is removed while the partitions are locked, and the archive's
 *     log is put in its place.
 * Z10  What was erased since, by the erasures that the topic knows, is not restored (savepoint-erased.ts).
 * Z11  With an archive, `onLocked` may erase from its log before state is restored (restored-log.ts).
 */
import { join } from 'node:path'
import { systemClock, type Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import { createTopic, readErasures } from '../log/index.js'
import { Keyspace } from '../record/keys.js'
import { compareEntries, startOfLog, type EntryId } from '../record/record.js'
import {
  assertSafeRedis, closeRedis, openRedis, openRegistry, redisTime, send, type RedisArgument,
  type RedisConnection,
} from '../redis/index.js'
import { openArchive, type OpenArchive } from './archive-restore.js'
import { eachKey, FramePutter, goOnBehind, lastIdOf } from './key-frames.js'
import type { NodeInfo } from './node-info.js'
import { topologyId } from './redis-store.js'
import { repeatsField, repeatsUpTo } from './repeats.js'
import { ErasedSince } from './savepoint-erased.js'
import { assertIntact, readFrames, type Frame } from './savepoint-file.js'
import { RestoredLog } from './restored-log.js'
import { readSavepoint, savepointFolder, type Savepoint, type SavepointPart } from './savepoint.js'
import type { Topology } from './topology.js'
import { topologyAsCreated } from './versions.js'

/** What to restore, and where to. */
export interface RestoreOptions {
  readonly redisUrl: string
  readonly topology: Topology
  readonly namespace?: string
  readonly folder: string
  readonly name: string
  readonly clock?: Clock
  /** Folder of an archive (archive.ts) that belongs to the savepoint. */
  readonly archive?: string
  /** With an archive: data that is there is thrown away. Without: BACKUP_OCCUPIED. */
  readonly replaces?: boolean
  /** With an archive: called while every partition is locked and its log is there, before state is. */
  readonly onLocked?: (log: RestoredLog) => Promise<void>
  /** Hears of each partition that is restored. */
  readonly onPartition?: (partition: number) => void
}

const restoringOwner = '~restore'
/** Nobody takes a lease that lasts until then. */
const forever = 8_640_000_000_000_000
const leavingMsMax = 10_000

/**
 * Restores it. Throws SAVEPOINT_UNKNOWN, SAVEPOINT_CORRUPT, SAVEPOINT_MISMATCH, SAVEPOINT_RELAYS,
 * SYSTEM_RUNNING, BACKUP_OCCUPIED, and then nothing was changed.
 */
export async function restoreSavepoint(options: RestoreOptions): Promise<Savepoint> {
  const { folder, name } = options
  const savepoint = readSavepoint(folder, name)
  const target = savepointFolder(folder, name)
  for (const part of savepoint.parts) await assertIntact(join(target, part.file), part)
  const archive = options.archive === undefined ? undefined : await openArchive(options.archive)
  const redis = await openRedis(options.redisUrl, 'savepoint')
  try {
    await assertSafeRedis(redis)
    const keys = new Keyspace(options.namespace ?? 'h')
    const topology = await topologyAsCreated(redis, keys, options.topology)
    assertFits(savepoint, topology)
    await createTopic(redis, keys, topology.source.topic, savepoint.partitions)
    await assertStopped(redis, keys, topology, options.clock ?? systemClock)
    if (archive && !options.replaces) await assertEmpty(redis, keys, savepoint)
    const restoration = new Restoration(redis, keys, savepoint)
    if (topology.relays) await restoration.assertNoTail(archive)
    for (const part of savepoint.parts) await restoration.lock(part)
    if (archive) {
      await archive.putInto(redis, keys, savepoint.topic, restoration.locks)
      const lastOf = (partition: number): EntryId => archive.lastOf(partition)
      await options.onLocked?.(new RestoredLog(redis, keys, topology, lastOf))
    }
    await restoration.empty()
    for (const part of savepoint.parts) {
      await restoration.fill(part, join(target, part.file))
      options.onPartition?.(part.partition)
    }
    await declareOnly(redis, keys, savepoint)
    return savepoint
  } finally {
    closeRedis(redis)
  }
}

function assertFits(savepoint: Savepoint, topology: Topology): void {
  const facts: [what: string, found: string | number, expected: string | number][] = [
    ['topology', savepoint.topology, topology.name],
    ['topic', savepoint.topic, topology.source.topic],
    ['partitions', savepoint.partitions, topology.source.partitions],
  ]
  for (const [what, found, expected] of facts) {
    if (found !== expected) throw new HinataError('SAVEPOINT_MISMATCH', { what, found, expected })
  }
}

/** Waits a moment for nodes that are ending or were killed just now. Throws SYSTEM_RUNNING. */
async function assertStopped(
  redis: RedisConnection, keys: Keyspace, topology: Topology, clock: Clock,
): Promise<void> {
  const deadline = clock.now() + leavingMsMax
  for (;;) {
    const nodes = (await openRegistry(redis, keys).list('node')).map(([, info]) => info as NodeInfo)
      .filter(node => node.topology.startsWith(`${topology.name}.`))
    if (nodes.length === 0) return
    if (clock.now() >= deadline) {
      throw new HinataError('SYSTEM_RUNNING', { node: nodes[0].id, partition: nodes[0].partitions.join(' ') })
    }
    await clock.wait(100)
  }
}

async function assertEmpty(redis: RedisConnection, keys: Keyspace, savepoint: Savepoint): Promise<void> {
  for (const { partition } of savepoint.parts) {
    if (await send(redis, 'EXISTS', [keys.log(partition, savepoint.topic)]) === 0) continue
    throw new HinataError('BACKUP_OCCUPIED', { what: 'Redis' })
  }
}

async function declareOnly(redis: RedisConnection, keys: Keyspace, savepoint: Savepoint): Promise<void> {
  const registry = openRegistry(redis, keys)
  const kind = `version-${savepoint.topology}`
  for (const [id] of await registry.list(kind)) await registry.remove(kind, id)
  const { version, settings } = savepoint
  await registry.put(kind, String(version), { version, settings, createdAt: await redisTime(redis, kind) })
}

/** One restoration. */
class Restoration {
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #savepoint: Savepoint
  readonly #id: string

  constructor(redis: RedisConnection, keys: Keyspace, savepoint: Savepoint) {
    this.#redis = redis
    this.#keys = keys
    this.#savepoint = savepoint
    this.#id = topologyId({ name: savepoint.topology, version: savepoint.version })
  }

  /** Throws SAVEPOINT_RELAYS when the log, or that of the archive, goes on behind the savepoint (Z7). */
  async assertNoTail(archive: OpenArchive | undefined): Promise<void> {
    for (const { partition, position } of this.#savepoint.parts) {
      const last = archive ? archive.lastOf(partition)
        : await lastIdOf(this.#redis, this.#keys.log(partition, this.#savepoint.topic)) ?? startOfLog
      if (compareEntries(last, position) > 0) {
        throw new HinataError('SAVEPOINT_RELAYS', { partition, position, last })
      }
    }
  }

  /** Names of the keys by which partitions are locked. */
  get locks(): ReadonlySet<string> {
    const { topology, parts } = this.#savepoint
    return new Set(parts.flatMap(({ partition }) =>
      [this.#keys.checkpoint(partition, this.#id), this.#keys.live(partition, topology)]))
  }

  /** Nobody takes the partition, of whatever version, until it is opened. */
  async lock(part: SavepointPart): Promise<void> {
    const checkpoint = this.#keys.checkpoint(part.partition, this.#id)
    await this.#pointAt(part)
    await send(this.#redis, 'HINCRBY', [checkpoint, 'epoch', 1])
    await send(this.#redis, 'HSET', [checkpoint, 'owner', restoringOwner, 'until', forever])
  }

  /** Removes every version's keys, but for those that lock. */
  async empty(): Promise<void> {
    const { locks } = this
    await eachKey(this.#redis, `${this.#keys.namespace}:{*}:${this.#savepoint.topology}.*:*`, async name => {
      if (!locks.has(name)) await send(this.#redis, 'UNLINK', [name])
    })
  }

  async fill(part: SavepointPart, path: string): Promise<void> {
    const { topic } = this.#savepoint
    const { partition } = part
    const isLogKept = await this.#keepsLog(part)
    const checkpoint = this.#keys.checkpoint(partition, this.#id)
    const prefix = `${this.#keys.namespace}:{${partition}}:`
    const ids = this.#keys.ids(partition, topic, '').slice(prefix.length)
    const erased = new ErasedSince(this.#keys, this.#savepoint, part,
      await readErasures(this.#redis, this.#keys, partition, topic))
    const putter = new FramePutter(this.#redis, prefix)
    let stands: Frame | undefined
    for await (const whole of readFrames(path)) {
      const frame = erased.rest(whole)
      if (!frame) continue
      if (`${prefix}${frame.key}` === checkpoint) stands = frame
      else if (!isLogKept || !frame.key.startsWith(ids)) await putter.put(frame)
    }
    await putter.end()
    const last = await lastIdOf(this.#redis, this.#keys.log(partition, topic))
    await this.#open(checkpoint, stands, last ?? startOfLog)
  }

  /**
   * Makes the version live again: in the generation that it has, so that rows which are inserted again keep
   * their identity; in a later one when another version was live since.
   */
  async #pointAt({ partition, generation: saved }: SavepointPart): Promise<void> {
    const { topology, version } = this.#savepoint
    const key = this.#keys.live(partition, topology)
    const found = await send(this.#redis, 'HMGET', [key, 'version', 'generation']) as (Buffer | null)[]
    const last = Number(String(found[1] ?? 0))
    const generation = found[0] === null ? saved : String(found[0]) === String(version) ? last : last + 1
    await send(this.#redis, 'HSET',
      [key, 'version', version, 'generation', generation, `from:${version}`, generation])
    await send(this.#redis, 'HDEL', [key, 'previous', 'canary', 'share'])
  }

  /** Whether the log reaches the position; if not, it begins anew behind it (Z5). */
  async #keepsLog({ partition, position, folded }: SavepointPart): Promise<boolean> {
    const log = this.#keys.log(partition, this.#savepoint.topic)
    const last = await lastIdOf(this.#redis, log)
    if (compareEntries(last ?? startOfLog, position) >= 0) return true
    await goOnBehind(this.#redis, log, position)
    const meta = this.#keys.meta(partition, this.#savepoint.topic)
    await send(this.#redis, 'HSET', [meta, 'n', folded, 'since', position])
    return false
  }

  /** Last of all: the checkpoint as it was, free to be taken (Z4). */
  async #open(checkpoint: string, stands: Frame | undefined, end: EntryId): Promise<void> {
    const kept: RedisArgument[] = []
    const own = new Set(['epoch', 'owner', 'until', 'held', repeatsField])
    const items = (stands?.items ?? []) as Buffer[]
    for (let i = 0; i < items.length; i += 2) {
      if (!own.has(String(items[i]))) kept.push(items[i], items[i + 1])
    }
    await send(this.#redis, 'HDEL', [checkpoint, 'sequence', 'position', 'folded', 'emitted', 'held'])
    await send(this.#redis, 'HSET',
      [checkpoint, ...kept, repeatsField, repeatsUpTo(end), 'owner', '', 'until', 0])
  }
}
