/**
 * Creates a savepoint while the system runs, partition by partition (savepoint.ts, Z1).
 *
 *   all keys ─▶ what changed meanwhile ─▶ what changed meanwhile … ─▶ the rest, at one instant
 *
 * Idempotency ids belong to the log and are read afterwards, those up to the position: an id that was
 * accepted before it and revised after it is left out, so its old content would count as new again; the fold
 * sees the same content and changes nothing.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, type Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import { savepointHoldMsMax, savepointNotedMs, savepointRoundsMax } from '../limits/limits.js'
import { Keyspace } from '../record/keys.js'
import { compareEntries, startOfLog, type EntryId } from '../record/record.js'
import { assertSafeRedis, closeRedis, openRedis, send } from '../redis/index.js'
import { Changes, textOf, type ChangesPlace, type Instant } from './changes.js'
import { Hold } from './hold.js'
import { eachKey, KeyFrames, lastIdOf } from './key-frames.js'
import { topologyId } from './redis-store.js'
import { claimLive } from './live-version.js'
import { RoundsFile } from './rounds.js'
import type { Frame } from './savepoint-file.js'
import {
  hasManifest, savepointFolder, writeManifest, type Savepoint, type SavepointPart,
} from './savepoint.js'
import { sinkNames, type Topology } from './topology.js'
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
  /** Hears of each partition, and how long its commits may have waited, ms. */
  readonly onPartition?: (partition: number, heldMs: number) => void
}

/**
 * Creates it. Throws SAVEPOINT_NAME, SAVEPOINT_EXISTS, SAVEPOINT_INTERRUPTED, SAVEPOINT_SLOW, VERSIONS_MIXED,
 * VERSION_NOT_LIVE; then there is no savepoint.
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
      const file = `p${String(partition).padStart(4, '0')}.sp`
      const place = { redis, keys, partition, topology: { name: topology.name, version } }
      const { part, heldMs } = await savePartition(place, topology, join(target, file), clock)
      parts.push({ file, ...part })
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

/**
 * Writes the file of one partition; `heldMs` says how long its commits may have waited. Throws
 * SAVEPOINT_INTERRUPTED, SAVEPOINT_SLOW, VERSION_NOT_LIVE.
 */
export function savePartition(
  place: ChangesPlace, topology: Topology, path: string, clock: Clock,
): Promise<{ part: Omit<SavepointPart, 'file'>, heldMs: number }> {
  return new PartitionSource(place, topology, path, clock).save()
}

/** One partition, being read. */
class PartitionSource {
  readonly #place: ChangesPlace
  readonly #topic: string
  readonly #clock: Clock
  readonly #frames: KeyFrames
  readonly #file: RoundsFile
  /** Hashes of sinks. */
  readonly #sinks: Set<string>
  /** The entries of the outbox behind which it was read, and up to which. */
  #outputsFrom: EntryId = startOfLog
  #output: EntryId = startOfLog
  #renewedAt: number

  constructor(place: ChangesPlace, topology: Topology, path: string, clock: Clock) {
    const { redis, keys, partition } = place
    this.#place = place
    this.#topic = topology.source.topic
    this.#clock = clock
    this.#frames = new KeyFrames(redis, this.#prefix)
    this.#file = new RoundsFile(path)
    this.#sinks = new Set(sinkNames(topology).map(name => keys.sink(partition, this.#id, name)))
    this.#renewedAt = clock.now()
  }

  async save(): Promise<{ part: Omit<SavepointPart, 'file'>, heldMs: number }> {
    const changes = await Changes.begin(this.#place)
    await this.#readAll(changes)
    const { instant, heldMs } = await this.#catchUp(changes)
    await this.#writeInstant(instant)
    const position = textOf(instant.checkpoint, 'position') ?? startOfLog
    await this.#saveIds(position)
    const { redis, keys, partition, topology } = this.#place
    const { own: generation } = await claimLive(redis, keys, partition, topology)
    const folded = Number(textOf(instant.checkpoint, 'folded') ?? 0)
    return { heldMs, part: { partition, position, folded, generation, ...await this.#file.end() } }
  }

  /** Every key of the version while it changes, but for what belongs to one instant. */
  async #readAll(changes: Changes): Promise<void> {
    const { redis, keys, partition } = this.#place
    const changed = keys.changed(partition, this.#id)
    const later = new Set([changed, `${changed}:taken`, keys.checkpoint(partition, this.#id),
      keys.outbox(partition, this.#id), keys.dead(partition, this.#id)])
    const sinks = keys.sink(partition, this.#id, '')
    await eachKey(redis, `${this.#prefix}${this.#id}:*`, async name => {
      if (name.startsWith(sinks)) this.#sinks.add(name)
      else if (!later.has(name)) await this.#write(this.#frames.of(name), changes)
    })
    this.#outputsFrom = slowestOf(await Promise.all([...this.#sinks].map(async sink =>
      String(await send(redis, 'HGET', [sink, 'position']) ?? startOfLog))))
    this.#output = this.#outputsFrom
    await this.#readOutbox(changes)
  }

  /** Reads again what changes, until what is left can be read at one instant (C2). */
  async #catchUp(changes: Changes): Promise<{ instant: Instant, heldMs: number }> {
    for (let round = 0; round < savepointRoundsMax; round++) {
      const began = this.#clock.now()
      const instant = await changes.read(this.#output, [...this.#sinks])
      if (instant) return { instant, heldMs: this.#clock.now() - began }
      await this.#readChanges(changes)
    }
    const began = this.#clock.now()
    return { instant: await this.#catchUpHeld(changes), heldMs: this.#clock.now() - began }
  }

  /** Of a partition that changes faster than it is read: nobody commits meanwhile. */
  async #catchUpHeld(changes: Changes): Promise<Instant> {
    const { redis, keys, partition, topology } = this.#place
    const hold = await Hold.take(redis, keys, partition, topology, savepointHoldMsMax)
    try {
      await this.#readChanges(changes)
      const instant = await changes.read(this.#output, [...this.#sinks])
      if (!instant || !await hold.renew(savepointHoldMsMax)) {
        throw new HinataError('SAVEPOINT_SLOW', { partition, max: savepointHoldMsMax })
      }
      return instant
    } finally {
      await hold.release()
    }
  }

  /** One more round. */
  async #readChanges(changes: Changes): Promise<void> {
    this.#file.nextRound()
    for await (const page of changes.take()) {
      const fields = new Map<string, Buffer[]>()
      for (const change of page) {
        this.#file.note(change.name.slice(this.#prefix.length), change)
        if (change.field) fields.set(change.name, [...fields.get(change.name) ?? [], change.field])
      }
      for (const [name, named] of fields) {
        await this.#write(name === this.#timers ? this.#frames.members(name, named)
          : this.#frames.fields(name, named), changes)
      }
    }
    await this.#readOutbox(changes)
  }

  async #readOutbox(changes: Changes): Promise<void> {
    const { redis, keys, partition } = this.#place
    const outbox = keys.outbox(partition, this.#id)
    const last = await lastIdOf(redis, outbox)
    if (last === undefined) return
    await this.#write(this.#frames.stream(outbox, this.#output, last), changes)
    if (compareEntries(this.#output, last) < 0) this.#output = last
  }

  /** What is as of the instant: dead letters too, of which those that came later are left out. */
  async #writeInstant(instant: Instant): Promise<void> {
    const { keys, partition } = this.#place
    this.#file.nextRound()
    const nameOf = (name: string): string => name.slice(this.#prefix.length)
    for (const [change, value] of instant.changes) {
      const { name, field } = change
      this.#file.note(nameOf(name), change)
      if (field === undefined || value === null) continue
      await this.#file.write(name === this.#timers
        ? { key: nameOf(name), kind: 'z', items: [String(field), String(value)] }
        : { key: nameOf(name), kind: 'h', items: [field, value] })
    }
    const hashes = [[keys.checkpoint(partition, this.#id), instant.checkpoint],
      ...[...this.#sinks].map((sink, i) => [sink, instant.sinks[i]])] as [string, Buffer[]][]
    for (const [name, items] of hashes) {
      if (items.length > 0) await this.#file.write({ key: nameOf(name), kind: 'h', items })
    }
    const { outputs, lastOutput, lastLetter } = instant
    const outbox = nameOf(keys.outbox(partition, this.#id))
    const taken = slowestOf(instant.sinks.map(sink => textOf(sink, 'position') ?? startOfLog))
    // of persons who were erased meanwhile too
    if (compareEntries(this.#outputsFrom, taken) < 0) this.#file.dropUpTo(outbox, taken)
    if (lastOutput !== '') {
      await this.#file.write({ key: outbox, kind: 'x',
        items: [lastOutput, ...outputs.flatMap(([id, fields]) => [String(id), fields])] })
    }
    if (lastLetter === '') return
    const dead = keys.dead(partition, this.#id)
    for await (const frame of this.#frames.stream(dead, startOfLog, lastLetter)) await this.#file.write(frame)
  }

  async #saveIds(position: string): Promise<void> {
    const { redis, keys, partition } = this.#place
    await eachKey(redis, `${keys.ids(partition, this.#topic, '')}*`, async name => {
      for await (const frame of this.#frames.ids(name, position)) await this.#file.write(frame)
    })
  }

  async #write(frames: AsyncIterable<Frame>, changes: Changes): Promise<void> {
    for await (const frame of frames) {
      await this.#file.write(frame)
      if (this.#clock.now() - this.#renewedAt < savepointNotedMs / 4) continue
      this.#renewedAt = this.#clock.now()
      await changes.renew()
    }
  }

  get #id(): string {
    return topologyId(this.#place.topology)
  }

  get #timers(): string {
    return this.#place.keys.timers(this.#place.partition, this.#id)
  }

  get #prefix(): string {
    return `${this.#place.keys.namespace}:{${this.#place.partition}}:`
  }
}

/** What every sink has taken; without a sink nothing. */
function slowestOf(positions: readonly EntryId[]): EntryId {
  return [...positions].sort(compareEntries)[0] ?? startOfLog
}
