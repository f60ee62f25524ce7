/**
 * How far the tasks of a topology are behind its log: read from Redis, also as a running estimate for
 * pressure.
 */
import type { Clock } from '../clock/index.js'
import { logUnreadRecordsMax } from '../limits/limits.js'
import { readRange } from '../log/index.js'
import type { Keyspace } from '../record/keys.js'
import { startOfLog, timeOfEntry } from '../record/record.js'
import { redisTime, send, type RedisConnection } from '../redis/index.js'
import type { LiveVersions } from './live-version.js'
import type { Topology } from './topology.js'

/** One partition's lag. */
export interface PartitionLag {
  readonly partition: number
  /** Records ever appended and ever folded. */
  readonly appended: number
  readonly folded: number
  /** Age of the oldest record that is not folded, ms; 0 when there is none. */
  readonly lagMs: number
  /** Values emitted, and taken by the slowest of the topology's sinks that this process knows. */
  readonly emitted: number
  readonly inserted: number
  readonly owner: string | null
  readonly epoch: number
}

const refreshMs = 100
/**
 * Partitions that nothing is known to wait in are looked at this much more rarely: others may append to them
 * too.
 */
const idleRefreshes = 10
const settlePollMs = 5

/** Reads lag; `start` keeps the estimate of `room` fresh. */
export class LagMeter {
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #topology: Topology
  readonly #clock: Clock
  readonly #live: LiveVersions
  readonly #stopping = new AbortController()
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

  /** Notes a record that is being appended, until the next refresh sees it. */
  count(partition: number): void {
    this.#unread[partition]++
  }

  /** The lag of the live version in all partitions now. */
  async read(): Promise<PartitionLag[]> {
    await this.#live.refreshAll()
    return Promise.all(this.#unread.map((_, partition) => this.#readOne(partition)))
  }

  /** Waits until what is appended now is folded by the version of `id` (`<name>.<version>`). */
  async settled(partition: number, id: string, timeoutMs: number): Promise<boolean> {
    const { appended } = await this.#readCounts(partition, id)
    const deadline = this.#clock.now() + timeoutMs
    for (;;) {
      if ((await this.#readCounts(partition, id)).folded >= appended) return true
      if (this.#clock.now() >= deadline || this.#stopping.signal.aborted) return false
      await this.#clock.wait(settlePollMs, this.#stopping.signal)
    }
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
    const isFull = this.#refreshes++ % idleRefreshes === 0
    await Promise.all(this.#unread.map(async (unread, partition) => {
      if (unread === 0 && !isFull) return
      await this.#live.refresh(partition)
      const { appended, folded } = await this.#readCounts(partition, this.#live.idAt(partition))
      this.#unread[partition] = Math.max(0, appended - folded)
    }))
  }

  async #readCounts(partition: number, id: string): Promise<{ appended: number, folded: number }> {
    const { topic } = this.#topology.source
    const [appended, folded] = await Promise.all([
      send(this.#redis, 'HGET', [this.#keys.meta(partition, topic), 'n']),
      send(this.#redis, 'HGET', [this.#keys.checkpoint(partition, id), 'folded']),
    ])
    return { appended: Number(String(appended ?? 0)), folded: Number(String(folded ?? 0)) }
  }

  async #readOne(partition: number): Promise<PartitionLag> {
    const { topic } = this.#topology.source
    const id = this.#live.idAt(partition)
    const checkpoint = this.#keys.checkpoint(partition, id)
    const [appended, fields, now, ...taken] = await Promise.all([
      send(this.#redis, 'HGET', [this.#keys.meta(partition, topic), 'n']),
      send(this.#redis, 'HMGET', [checkpoint, 'folded', 'emitted', 'owner', 'epoch', 'position']) as
        Promise<(Buffer | null)[]>,
      redisTime(this.#redis),
      ...this.#topology.sinks.map(({ name }) =>
        send(this.#redis, 'HGET', [this.#keys.sink(partition, id, name), 'inserted'])),
    ])
    const [folded, emitted, owner, epoch, position] = fields.map(field =>
      (field === null ? '' : String(field)))
    const behind = Number(String(appended ?? 0)) - Number(folded)
    const [first] = behind > 0
      ? await readRange(this.#redis, this.#keys.log(partition, topic), `(${position || startOfLog}`, '+', 1)
      : []
    return {
      partition, appended: Number(String(appended ?? 0)), folded: Number(folded), emitted: Number(emitted),
      inserted: Math.min(Number(emitted), ...taken.map(count => Number(String(count ?? 0)))),
      lagMs: first ? Math.max(0, now - timeOfEntry(first.id)) : 0,
      owner: owner === '' ? null : owner, epoch: Number(epoch),
    }
  }
}
