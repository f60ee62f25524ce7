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
 * Z8  What was erased since, by the erasures that the topic knows, is not restored (savepoint-erased.ts).
 */
import { join } from 'node:path'
import { systemClock, type Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import { createTopic, readErasures } from '../log/index.js'
import { Keyspace } from '../record/keys.js'
import { compareEntries, startOfLog } from '../record/record.js'
import {
  assertSafeRedis, closeRedis, fieldsOf, openRedis, openRegistry, redisTime, send, type RedisArgument,
  type RedisConnection,
} from '../redis/index.js'
import type { NodeInfo } from './node-info.js'
import { topologyId } from './redis-store.js'
import { ErasedSince } from './savepoint-erased.js'
import { assertIntact, readFrames, type Frame } from './savepoint-file.js'
import { readSavepoint, savepointFolder, type Savepoint, type SavepointPart } from './savepoint.js'
import { scanKeys } from './scan.js'
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
  /** Hears of each partition that is restored. */
  readonly onPartition?: (partition: number) => void
}

const restoringOwner = '~restore'
/** Nobody takes a lease that lasts until then. */
const forever = 8_640_000_000_000_000
const leavingMsMax = 10_000

/**
 * Restores it. Throws SAVEPOINT_UNKNOWN, SAVEPOINT_CORRUPT, SAVEPOINT_MISMATCH, SAVEPOINT_RELAYS,
 * SYSTEM_RUNNING, and then nothing was changed.
 */
export async function restoreSavepoint(options: RestoreOptions): Promise<Savepoint> {
  const { folder, name } = options
  const savepoint = readSavepoint(folder, name)
  const target = savepointFolder(folder, name)
  for (const part of savepoint.parts) await assertIntact(join(target, part.file), part)
  const redis = await openRedis(options.redisUrl, 'savepoint')
  try {
    await assertSafeRedis(redis)
    const keys = new Keyspace(options.namespace ?? 'h')
    const topology = await topologyAsCreated(redis, keys, options.topology)
    assertFits(savepoint, topology)
    await createTopic(redis, keys, topology.source.topic, savepoint.partitions)
    await assertStopped(redis, keys, topology, options.clock ?? systemClock)
    const restoration = new Restoration(redis, keys, savepoint)
    if (topology.relays) await restoration.assertNoTail()
    for (const part of savepoint.parts) await restoration.lock(part.partition)
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

  /** Throws SAVEPOINT_RELAYS when a log goes on behind the savepoint (Z7). */
  async assertNoTail(): Promise<void> {
    for (const { partition, position } of this.#savepoint.parts) {
      const last = await this.#lastOf(this.#keys.log(partition, this.#savepoint.topic))
      if (compareEntries(last ?? startOfLog, position) > 0) {
        throw new HinataError('SAVEPOINT_RELAYS', { partition, position, last: last! })
      }
    }
  }

  async lock(partition: number): Promise<void> {
    const checkpoint = this.#keys.checkpoint(partition, this.#id)
    await send(this.#redis, 'HINCRBY', [checkpoint, 'epoch', 1])
    await send(this.#redis, 'HSET', [checkpoint, 'owner', restoringOwner, 'until', forever])
  }

  /** Removes every version's keys, but for the checkpoints that are locked. */
  async empty(): Promise<void> {
    const { topology, partitions } = this.#savepoint
    const locked = new Set(Array.from({ length: partitions }, (_, p) => this.#keys.checkpoint(p, this.#id)))
    for await (const names of scanKeys(this.#redis, `${this.#keys.namespace}:{*}:${topology}.*:*`)) {
      const gone = names.filter(name => !locked.has(name))
      await Promise.all(gone.map(name => send(this.#redis, 'UNLINK', [name])))
    }
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
    let stands: Frame | undefined
    for await (const whole of readFrames(path)) {
      const frame = erased.rest(whole)
      if (!frame) continue
      if (`${prefix}${frame.key}` === checkpoint) stands = frame
      else if (!isLogKept || !frame.key.startsWith(ids)) await this.#put(`${prefix}${frame.key}`, frame)
    }
    await this.#pointAt(part)
    await this.#open(checkpoint, stands)
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
    const last = await this.#lastOf(log)
    if (compareEntries(last ?? startOfLog, position) >= 0) return true
    await this.#goOnBehind(log, position)
    const meta = this.#keys.meta(partition, this.#savepoint.topic)
    await send(this.#redis, 'HSET', [meta, 'n', folded, 'since', position])
    return false
  }

  async #put(name: string, { kind, items }: Frame): Promise<void> {
    if (kind === 'h') return void await send(this.#redis, 'HSET', [name, ...items as RedisArgument[]])
    if (kind === 'z') {
      const pairs: RedisArgument[] = []
      for (let i = 0; i < items.length; i += 2) pairs.push(String(items[i + 1]), String(items[i]))
      return void await send(this.#redis, 'ZADD', [name, ...pairs])
    }
    const [last, ...entries] = items as [string, ...unknown[]]
    for (let i = 0; i < entries.length; i += 2) {
      await send(this.#redis, 'XADD', [name, String(entries[i]), ...entries[i + 1] as Buffer[]])
    }
    await this.#goOnBehind(name, last)
  }

  /** Entries that are added to the stream get ids above `id`. */
  async #goOnBehind(stream: string, id: string): Promise<void> {
    if (id === startOfLog) return
    const last = await this.#lastOf(stream)
    if (last === undefined) {
      await send(this.#redis, 'XADD', [stream, id, 'd', ''])
      await send(this.#redis, 'XDEL', [stream, id])
    } else if (compareEntries(last, id) < 0) await send(this.#redis, 'XSETID', [stream, id])
  }

  async #lastOf(stream: string): Promise<string | undefined> {
    if (await send(this.#redis, 'EXISTS', [stream]) === 0) return undefined
    return String(fieldsOf(await send(this.#redis, 'XINFO', ['STREAM', stream]))['last-generated-id'])
  }

  /** Last of all: the checkpoint as it was, free to be taken (Z4). */
  async #open(checkpoint: string, stands: Frame | undefined): Promise<void> {
    const kept: RedisArgument[] = []
    const own = new Set(['epoch', 'owner', 'until', 'held'])
    const items = (stands?.items ?? []) as Buffer[]
    for (let i = 0; i < items.length; i += 2) {
      if (!own.has(String(items[i]))) kept.push(items[i], items[i + 1])
    }
    await send(this.#redis, 'HDEL', [checkpoint, 'sequence', 'position', 'folded', 'emitted', 'held'])
    await send(this.#redis, 'HSET', [checkpoint, ...kept, 'owner', '', 'until', 0])
  }
}
