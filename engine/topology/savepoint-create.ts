/**
 * Creates a savepoint while the system runs: partition by partition, held, read, given back (savepoint.ts).
 * Idempotency ids belong to the log and are read afterwards, those up to the position: an id that was
 * accepted before it and revised after it is left out, so its old content would count as new again; the fold
 * sees the same content and changes nothing.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, type Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import { savepointHoldMsMax } from '../limits/limits.js'
import { Keyspace } from '../record/keys.js'
import { compareEntries, startOfLog } from '../record/record.js'
import { assertSafeRedis, closeRedis, openRedis, send, type RedisConnection } from '../redis/index.js'
import { Hold } from './hold.js'
import { eachKey, KeyFrames } from './key-frames.js'
import { topologyId } from './redis-store.js'
import { claimLive } from './live-version.js'
import { FrameWriter } from './savepoint-file.js'
import {
  hasManifest, savepointFolder, writeManifest, type Savepoint, type SavepointPart,
} from './savepoint.js'
import type { Topology } from './topology.js'
import { topologyAsCreated, Versions } from './versions.js'

/** What to save, and where to. */
export interface SavepointOptions {
  readonly redisUrl: string
  readonly topology: Topology
  readonly namespace?: string
  /** Where savepoints are kept. */
  readonly folder: string
  readonly name: string
  readonly clock?: Clock
  /** Hears of each partition, and how long it was held, ms. */
  readonly onPartition?: (partition: number, heldMs: number) => void
}

/**
 * Creates it. Throws SAVEPOINT_NAME, SAVEPOINT_EXISTS, SAVEPOINT_SLOW, VERSIONS_MIXED, VERSION_NOT_LIVE; then
 * there is no savepoint.
 */
export async function createSavepoint(options: SavepointOptions): Promise<Savepoint> {
  const { folder, name, clock = systemClock } = options
  const target = savepointFolder(folder, name)
  if (hasManifest(target)) throw new HinataError('SAVEPOINT_EXISTS', { name })
  rmSync(target, { recursive: true, force: true }) // of a process that died over it (Z2)
  const redis = await openRedis(options.redisUrl, 'savepoint')
  try {
    await assertSafeRedis(redis)
    const keys = new Keyspace(options.namespace ?? 'h')
    const topology = await topologyAsCreated(redis, keys, options.topology)
    const versions = new Versions(redis, keys, topology, clock)
    const live = new Set((await versions.pointers()).map(pointer => pointer.version))
    if (live.size > 1) throw new HinataError('VERSIONS_MIXED', { versions: [...live].join(', ') })
    const [version] = live
    mkdirSync(target, { recursive: true })
    const parts: SavepointPart[] = []
    for (let partition = 0; partition < topology.source.partitions; partition++) {
      const source = new PartitionSource(redis, keys, { ...topology, version }, partition, clock)
      const { part, heldMs } = await source.save(target)
      parts.push(part)
      options.onPartition?.(partition, heldMs)
    }
    const savepoint: Savepoint = {
      format: 1, name, createdAt: new Date(clock.now()).toISOString(), topology: topology.name, version,
      settings: (await versions.find(version))?.settings ?? {},
      topic: topology.source.topic, partitions: topology.source.partitions, parts,
    }
    writeManifest(folder, savepoint)
    return savepoint
  } catch (error) {
    rmSync(target, { recursive: true, force: true })
    throw error
  } finally {
    closeRedis(redis)
  }
}

/** One partition, being read. */
class PartitionSource {
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #topology: Topology
  readonly #partition: number
  readonly #clock: Clock
  readonly #frames: KeyFrames

  constructor(redis: RedisConnection, keys: Keyspace, topology: Topology, partition: number, clock: Clock) {
    this.#redis = redis
    this.#keys = keys
    this.#topology = topology
    this.#partition = partition
    this.#clock = clock
    this.#frames = new KeyFrames(redis, this.#prefix)
  }

  async save(target: string): Promise<{ part: SavepointPart, heldMs: number }> {
    const file = `p${String(this.#partition).padStart(4, '0')}.sp`
    const writer = new FrameWriter(join(target, file))
    const heldAt = this.#clock.now()
    const hold = await Hold.take(this.#redis, this.#keys, this.#partition, this.#topology,
      savepointHoldMsMax)
    let folded = 0
    try {
      await this.#saveState(writer)
      folded = Number(String(await send(this.#redis, 'HGET', [this.#checkpoint, 'folded']) ?? 0))
      if (!await hold.renew(savepointHoldMsMax)) {
        throw new HinataError('SAVEPOINT_SLOW', { partition: this.#partition, max: savepointHoldMsMax })
      }
    } finally {
      await hold.release()
    }
    const heldMs = this.#clock.now() - heldAt
    await this.#saveIds(writer, hold.position)
    const { own: generation } = await claimLive(this.#redis, this.#keys, this.#partition, this.#topology)
    const facts = { partition: this.#partition, file, position: hold.position, folded, generation }
    return { heldMs, part: { ...facts, ...await writer.end() } }
  }

  get #prefix(): string {
    return `${this.#keys.namespace}:{${this.#partition}}:`
  }

  get #checkpoint(): string {
    return this.#keys.checkpoint(this.#partition, topologyId(this.#topology))
  }

  /** Every key of the version. The outbox comes last: from where its slowest sink stands. */
  async #saveState(writer: FrameWriter): Promise<void> {
    const outbox = this.#keys.outbox(this.#partition, topologyId(this.#topology))
    const sinks = this.#keys.sink(this.#partition, topologyId(this.#topology), '')
    const positions: string[] = []
    await eachKey(this.#redis, `${this.#prefix}${topologyId(this.#topology)}:*`, async name => {
      if (name === outbox) return
      if (name.startsWith(sinks)) {
        positions.push(String(await send(this.#redis, 'HGET', [name, 'position']) ?? startOfLog))
      }
      for await (const frame of this.#frames.of(name)) await writer.write(frame)
    })
    const slowest = positions.sort(compareEntries)[0] ?? startOfLog
    for await (const frame of this.#frames.stream(outbox, slowest)) await writer.write(frame)
  }

  async #saveIds(writer: FrameWriter, position: string): Promise<void> {
    const ids = this.#keys.ids(this.#partition, this.#topology.source.topic, '')
    await eachKey(this.#redis, `${ids}*`, async name => {
      for await (const frame of this.#frames.ids(name, position)) await writer.write(frame)
    })
  }
}
