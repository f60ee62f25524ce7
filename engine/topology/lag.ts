/**
 * How far the tasks of a topology are behind its log: read from Redis, also as a running estimate for
 * pressure.
 */
import type { Clock } from '../clock/index.js'
import { logUnreadRecordsMax } from '../limits/limits.js'
import type { Keyspace } from '../record/keys.js'
import { loadScript, runScript, send, type RedisConnection } from '../redis/index.js'
import { Halts, type Halt } from './halt.js'
import type { LiveVersions } from './live-version.js'
import { Settling, type Counts } from './settling.js'
import { sinkNames, type Topology } from './topology.js'

/** One partition's lag. */
export interface PartitionLag {
  readonly partition: number
  /** Records ever appended and ever folded. */
  readonly appended: number
  readonly folded: number
  /** Age of the oldest record that is not folded, ms; 0 when there is none. */
  readonly lagMs: number
  /** Values emitted, and taken by the slowest of the sinks that this process knows; the relay is one. */
  readonly emitted: number
  readonly inserted: number
  readonly owner: string | null
  readonly epoch: number
  /** How long ago the owner's lease ended without being renewed, ms; 0 while it holds. */
  readonly silentMs: number
  /** Where the committed work stands. */
  readonly position: string
  /** Timers that wait, dead letters that lie. */
  readonly timers: number
  readonly dead: number
  /** Why the partition stands, if it does. */
  readonly halt: Halt | null
  /** How long it stood when its owner changed last, and the epoch that began then; null: never measured. */
  readonly takeover: { readonly pauseMs: number, readonly epoch: number } | null
}

const refreshMs = 100
/**
 * A partition that is less than half full is looked at this much more rarely: others may append to it too,
 * but hardly 25,000 records within a second. With 16 partitions waiting this saves 300 commands a second.
 */
const calmRefreshes = 10
const calmRecordsMax = logUnreadRecordsMax / 2

const readLag = loadScript('read-lag')

/** Reads lag; `start` keeps the estimate of `room` fresh. */
export class LagMeter {
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #topology: Topology
  readonly #clock: Clock
  readonly #live: LiveVersions
  readonly #stopping = new AbortController()
  readonly #settling: Settling
  readonly #unread: number[]
  #refreshes = 0

  constructor(redis: RedisConnection, keys: Keyspace, topology: Topology, clock: Clock,
    live: LiveVersions) {
    this.#live = live
    this.#redis = redis
    this.#keys = keys
    this.#topology = topology
    this.#clock = clock
    this.#unread = new Array<number>(topology.source.partitions).fill(0)
    this.#settling = new Settling((partition, id) => this.#readCounts(partition, id), clock,
      this.#stopping.signal)
  }

  async start(): Promise<void> {
    await this.#refresh()
    void this.#loop()
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** Records that a partition can still take. */
  room(partition: number): number {
    return logUnreadRecordsMax - this.#unread[partition]
  }

  /** Notes records that are being appended, until the next refresh sees them. */
  count(partition: number, records: number): void {
    this.#unread[partition] += records
  }

  /** The lag of the live version in all partitions now. */
  read(): Promise<PartitionLag[]> {
    return Promise.all(this.#unread.map((_, partition) => this.#readOne(partition)))
  }

  /** Waits until what is appended now is folded by the version of `id` (`<name>.<version>`). */
  settled(partition: number, id: string, timeoutMs: number): Promise<boolean> {
    return this.#settling.settled(partition, id, timeoutMs)
  }

  async #loop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#clock.wait(refreshMs, this.#stopping.signal)
      if (!this.#stopping.signal.aborted) {
        await this.#refresh().catch(() => undefined) // the next one tries again
      }
    }
  }

  async #refresh(): Promise<void> {
    const isFull = this.#refreshes++ % calmRefreshes === 0
    await Promise.all(this.#unread.map(async (unread, partition) => {
      if (unread <= calmRecordsMax && !isFull) return
      await this.#live.refresh(partition)
      const { appended, folded } = await this.#readCounts(partition, this.#live.idAt(partition))
      this.#unread[partition] = Math.max(0, appended - folded)
    }))
  }

  async #readCounts(partition: number, id: string): Promise<Counts> {
    const { topic } = this.#topology.source
    const [appended, folded] = await Promise.all([
      send(this.#redis, 'HGET', [this.#keys.meta(partition, topic), 'n']),
      send(this.#redis, 'HGET', [this.#keys.checkpoint(partition, id), 'folded']),
    ])
    return { appended: Number(String(appended ?? 0)), folded: Number(String(folded ?? 0)) }
  }

  /** By the pointer as it is known; again when the script finds that another version is live. */
  async #readOne(partition: number): Promise<PartitionLag> {
    const { topic } = this.#topology.source
    const { version } = this.#live.at(partition)
    const id = this.#live.idAt(partition)
    const names = [this.#keys.live(partition, this.#topology.name),
      this.#keys.log(partition, topic), this.#keys.meta(partition, topic),
      this.#keys.checkpoint(partition, id), this.#keys.timers(partition, id), this.#keys.dead(partition, id),
      ...sinkNames(this.#topology).map(name => this.#keys.sink(partition, id, name))]
    const [answer, halt] = await Promise.all([runScript(this.#redis, readLag, names, []),
      new Halts(this.#redis, this.#keys, id).read(partition)])
    const [live, appended, folded, emitted, owner, epoch, lagMs, position, silentMs, pauseMs, pauseEpoch,
      timers, dead, ...taken] = (answer as Buffer[]).map(String)
    if (live !== '' && Number(live) !== version) {
      await this.#live.refresh(partition)
      return this.#readOne(partition)
    }
    return {
      partition, appended: Number(appended), folded: Number(folded), emitted: Number(emitted),
      inserted: Math.min(Number(emitted), ...taken.map(Number)), lagMs: Number(lagMs),
      owner: owner === '' ? null : owner, epoch: Number(epoch), position, silentMs: Number(silentMs),
      timers: Number(timers), dead: Number(dead), halt: halt ?? null,
      takeover: pauseEpoch === '' ? null : { pauseMs: Number(pauseMs), epoch: Number(pauseEpoch) },
    }
  }
}
