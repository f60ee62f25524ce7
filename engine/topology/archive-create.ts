/**
 * Makes an archive while the system runs: one instant per partition says where its log ends, then ids and
 * what else there is are read in one pass over all keys, then the logs up to those ends.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Keyspace } from '../record/keys.js'
import { startOfLog } from '../record/record.js'
import { assertSafeRedis, closeRedis, openRedis, send, type RedisConnection } from '../redis/index.js'
import { archiveManifest, type Archive, type ArchivePart } from './archive.js'
import { takeCut, type Cut } from './cut.js'
import { eachKey, KeyFrames } from './key-frames.js'
import { FrameWriter, type Frame } from './savepoint-file.js'
import type { Topology } from './topology.js'
import { topologyAsCreated } from './versions.js'

/** What to archive, and where to. */
export interface ArchiveOptions {
  readonly redisUrl: string
  readonly topology: Topology
  readonly namespace?: string
  /** Made here; must not exist. */
  readonly folder: string
}

/** Makes it. Throws REDIS_UNREACHABLE and what writing throws; then there is no archive. */
export async function createArchive(options: ArchiveOptions): Promise<Archive> {
  const redis = await openRedis(options.redisUrl, 'archive')
  try {
    await assertSafeRedis(redis)
    const keys = new Keyspace(options.namespace ?? 'h')
    const topology = await topologyAsCreated(redis, keys, options.topology)
    mkdirSync(options.folder)
    return await new Archiving(redis, keys, topology, options.folder).run()
  } finally {
    closeRedis(redis)
  }
}

/** One archive in the making. */
class Archiving {
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #topology: Topology
  readonly #folder: string
  readonly #files: readonly string[]
  readonly #writers: readonly FrameWriter[]
  readonly #shared: FrameWriter
  #cuts: readonly Cut[] = []

  constructor(redis: RedisConnection, keys: Keyspace, topology: Topology, folder: string) {
    this.#redis = redis
    this.#keys = keys
    this.#topology = topology
    this.#folder = folder
    this.#files = Array.from({ length: topology.source.partitions }, (_, partition) =>
      `p${String(partition).padStart(4, '0')}.log`)
    this.#writers = this.#files.map(file => new FrameWriter(join(folder, file)))
    this.#shared = new FrameWriter(join(folder, sharedFile))
  }

  async run(): Promise<Archive> {
    const { topic, partitions } = this.#topology.source
    this.#cuts = await Promise.all(Array.from({ length: partitions }, (_, partition) =>
      takeCut(this.#redis, this.#keys, this.#topology, partition)))
    await eachKey(this.#redis, `${this.#keys.namespace}:*`, name => this.#keep(name))
    const parts: ArchivePart[] = []
    for (const { partition, last, appended: records } of this.#cuts) {
      const writer = this.#writers[partition]
      const log = this.#keys.log(partition, topic)
      for await (const frame of this.#framesIn(partition).stream(log, startOfLog, last)) {
        await writer.write(frame)
      }
      parts.push({ partition, file: this.#files[partition], last, records, ...await writer.end() })
    }
    const archive: Archive = {
      format: 1, topic, parts, shared: { file: sharedFile, ...await this.#shared.end() },
    }
    writeFileSync(join(this.#folder, archiveManifest), `${JSON.stringify(archive, null, 2)}\n`)
    return archive
  }

  /** Keeps one key, whichever it is, unless it expires or belongs to a version. */
  async #keep(name: string): Promise<void> {
    const partition = this.#partitionOf(name)
    if (partition === undefined ? this.#isOfNodes(name) : this.#isOfVersion(name, partition)) return
    if (partition !== undefined && name === this.#keys.log(partition, this.#topology.source.topic)) return
    if (Number(await send(this.#redis, 'PTTL', [name])) >= 0) return
    const writer = partition === undefined ? this.#shared : this.#writers[partition]
    for await (const frame of this.#framesOf(name, partition)) await writer.write(frame)
  }

  #framesOf(name: string, partition: number | undefined): AsyncGenerator<Frame> {
    if (partition === undefined) return new KeyFrames(this.#redis, `${this.#keys.namespace}:`).of(name)
    const frames = this.#framesIn(partition)
    const { topic } = this.#topology.source
    const { last, appended } = this.#cuts[partition]
    if (name.startsWith(this.#keys.ids(partition, topic, ''))) return frames.ids(name, last)
    return name === this.#keys.meta(partition, topic) ? withCount(frames.of(name), appended) : frames.of(name)
  }

  #framesIn(partition: number): KeyFrames {
    return new KeyFrames(this.#redis, `${this.#keys.namespace}:{${partition}}:`)
  }

  /** The partition whose key it is; of an allowance's group and the like: none. */
  #partitionOf(name: string): number | undefined {
    const found = /^\{(\d+)\}:/.exec(name.slice(this.#keys.namespace.length + 1))
    const partition = found ? Number(found[1]) : undefined
    return partition !== undefined && partition < this.#writers.length ? partition : undefined
  }

  #isOfVersion(name: string, partition: number): boolean {
    const versions = `${this.#keys.namespace}:{${partition}}:${this.#topology.name}.`
    return name === this.#keys.live(partition, this.#topology.name)
      || (name.startsWith(versions) && /^\d+:/.test(name.slice(versions.length)))
  }

  /** Who runs now, and what is scheduled: every start makes it anew. */
  #isOfNodes(name: string): boolean {
    return name === this.#keys.registry('node') || name.startsWith(`${this.#keys.jobs}:`)
      || name === this.#keys.registry(`version-${this.#topology.name}`)
  }
}

const sharedFile = 'shared.log'

/** The meta hash with the count that belongs to the end of the archived log. */
async function* withCount(frames: AsyncGenerator<Frame>, appended: number): AsyncGenerator<Frame> {
  for await (const frame of frames) {
    const items = [...frame.items]
    for (let i = 0; i < items.length; i += 2) if (String(items[i]) === 'n') items[i + 1] = String(appended)
    yield { ...frame, items }
  }
}
