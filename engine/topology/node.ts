/**
 * A node: the process that hosts tasks. It announces itself, computes which partitions should be its own,
 * takes their leases, runs their tasks and sinks, and hands them over when the list of nodes changes.
 *
 * N1  A partition is worked on only with its lease; ownership is taken, never assumed (G4).
 * N2  Handing over is drain, release, take: the next owner starts at a committed position.
 * N3  Health is progress: a task with work that has not committed for `stallMs` is reported (G10).
 * N4  Whether a task is live or follows is read after its lease was taken; a switch raises the epoch, so a
 *     commit in the wrong role is refused.
 */
import { randomUUID } from 'node:crypto'
import { upcastRow } from '../actor/index.js'
import { systemClock, type Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import { activationBytesMax, readEntriesMax } from '../limits/limits.js'
import { createTopic, LogReader, releaseLease, renewLease, takeLease, type Lease } from '../log/index.js'
import { partitionOf } from '../record/hash.js'
import { Keyspace } from '../record/keys.js'
import {
  assertSafeRedis, closeRedis, loadScript, openRedis, openRegistry, redisTime, registerScripts, send,
  type RedisConnection, type Registry,
} from '../redis/index.js'
import { announce } from '../telemetry/channels.js'
import { ThreadPool } from '../threads/index.js'
import { assignedPartitions } from './assignment.js'
import { openQueryPort, type QueryPort } from './query-port.js'
import { Follower } from './follower.js'
import { claimLive } from './live-version.js'
import { topologyId } from './redis-store.js'
import { relaySink } from './relay.js'
import { InsertGate, SinkLoop } from './sink-loop.js'
import { StageRunner } from './stages.js'
import { Task } from './task.js'
import type { Sink, Topology, View } from './topology.js'
import { Views } from './views.js'

/** How a node is started. */
export interface NodeOptions {
  readonly redisUrl: string
  readonly topology: Topology
  /** Default `h`. */
  readonly namespace?: string
  /** Where the query port listens. Default 127.0.0.1. */
  readonly host?: string
  /** Threads for stages. Default 1; 0 runs stages in this thread. */
  readonly threads?: number
  /** How long a lease lasts without being renewed, ms. Default 5,000. */
  readonly leaseMs?: number
  /** Inserts that may run at once. Default 2. */
  readonly inserts?: number
  readonly clock?: Clock
}

/** What a node tells about itself in the registry (kind `node`). */
export interface NodeInfo {
  readonly id: string
  /** `<name>.<version>` of what it runs. */
  readonly topology: string
  /** tcp://host:port of the query port. */
  readonly url: string
  readonly pid: number
  readonly partitions: number[]
  /** ms UTC, the time of Redis. */
  readonly heartbeatAt: number
  readonly problems: { readonly code: string, readonly message: string }[]
}

interface Owned {
  readonly task: Task
  readonly sinks: SinkLoop[]
  readonly lease: Lease
}

/** Without progress for this long, a task with work is unhealthy. */
const stallMs = 15_000

const tickMs = 500
const outboxKeptMs = 60_000
const stageEntry = new URL('../threads/stage-thread.js', import.meta.url)
const scripts = ['append-block', 'append-unique', 'take-lease', 'renew-lease', 'release-lease',
  'commit-batch', 'fix-batch', 'advance-sink', 'relay-block', 'read-bound'].map(loadScript)

/** Starts a node. Throws when Redis is unreachable or unsafe. */
export async function startNode(options: NodeOptions): Promise<Node> {
  const keys = new Keyspace(options.namespace ?? 'h')
  const [work, blocking] = await Promise.all([
    openRedis(options.redisUrl, 'node'), openRedis(options.redisUrl, 'reader')])
  try {
    await assertSafeRedis(work)
    await registerScripts(work, scripts)
    // runScript falls back to the source
    work.on('ready', () => void registerScripts(work, scripts).catch(() => undefined))
    const { source } = options.topology
    await createTopic(work, keys, source.topic, source.partitions)
    const node = new Node(options, keys, work, blocking)
    await node.start()
    return node
  } catch (error) {
    closeRedis(work)
    closeRedis(blocking)
    throw error
  }
}

/** A running node. */
export class Node {
  readonly id = randomUUID()
  readonly #options: NodeOptions
  readonly #keys: Keyspace
  readonly #redis: RedisConnection
  readonly #blocking: RedisConnection
  readonly #registry: Registry
  readonly #reader: LogReader
  readonly #pool: ThreadPool | undefined
  readonly #stages: StageRunner
  readonly #views: Views
  readonly #sinks: readonly Sink[]
  readonly #gate: InsertGate
  readonly #clock: Clock
  readonly #owned = new Map<number, Owned>()
  readonly #stopping = new AbortController()
  #port: QueryPort | undefined
  #loop: Promise<void> | undefined

  constructor(options: NodeOptions, keys: Keyspace, redis: RedisConnection, blocking: RedisConnection) {
    const { topology } = options
    const threads = options.threads ?? 1
    const isThreaded = threads > 0 && topology.stages.some(stage => 'module' in stage)
    this.#options = options
    this.#keys = keys
    this.#redis = redis
    this.#blocking = blocking
    this.#clock = options.clock ?? systemClock
    this.#registry = openRegistry(redis, keys)
    this.#reader = new LogReader(blocking, readEntriesMax)
    this.#pool = isThreaded ? new ThreadPool(stageEntry, { threads }) : undefined
    this.#stages = new StageRunner(topology.stages, this.#pool)
    this.#views = new Views(topology.views, (view, key) => this.#rowsOf(view, key))
    this.#gate = new InsertGate(options.inserts ?? 2)
    this.#sinks = topology.relays
      ? [...topology.sinks, relaySink(redis, keys, topologyId(topology), topology.source)]
      : topology.sinks
  }

  /** The partitions owned now. */
  get partitions(): number[] {
    return [...this.#owned.keys()].sort((a, b) => a - b)
  }

  async start(): Promise<void> {
    this.#port = await openQueryPort(this.#options.host ?? '127.0.0.1',
      (view, key, name, args) => this.#answer(view, key, name, args))
    announce('info', `node(${this.id})`, `started, query port ${this.#port.url}`)
    this.#loop = this.#run()
  }

  /** Drains every task, hands everything back and ends. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    await this.#loop
    await this.#registry.remove('node', this.id)
    await Promise.all(this.partitions.map(partition => this.#revoke(partition)))
    await this.#reader.stop()
    await this.#port?.stop()
    await this.#views.stop()
    await this.#pool?.stop()
    closeRedis(this.#redis)
    closeRedis(this.#blocking)
    announce('info', `node(${this.id})`, 'stopped')
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        await this.#tick()
      } catch (error) {
        announce('warn', `node(${this.id})`,
          `tick failed: ${error instanceof Error ? error.message : String(error)}`)
      }
      await this.#clock.wait(tickMs, signal)
    }
  }

  /** One round: renew, announce, look around, hand over, take. */
  async #tick(): Promise<void> {
    await this.#renew()
    await this.#announceNode()
    const topology = topologyId(this.#options.topology)
    const nodes = (await this.#registry.list('node'))
      .filter(([, info]) => (info as NodeInfo).topology === topology).map(([id]) => id)
    const { partitions } = this.#options.topology.source
    const mine = new Set(assignedPartitions(this.id, nodes, partitions))
    for (const partition of this.partitions) if (!mine.has(partition)) await this.#revoke(partition)
    await Promise.all([...mine].filter(partition => !this.#owned.has(partition))
      .map(partition => this.#assign(partition)))
    await this.#trim()
  }

  async #announceNode(): Promise<void> {
    const info: NodeInfo = {
      id: this.id, topology: topologyId(this.#options.topology), url: this.#port!.url, pid: process.pid,
      partitions: this.partitions,
      heartbeatAt: await redisTime(this.#redis), problems: this.#problems(),
    }
    await this.#registry.put('node', this.id, info, this.#leaseMs * 0.8)
  }

  get #leaseMs(): number {
    return this.#options.leaseMs ?? 5_000
  }

  #problems(): NodeInfo['problems'] {
    const problems: { code: string, message: string }[] = []
    const now = this.#clock.now()
    for (const [partition, { task, sinks }] of this.#owned) {
      const { committedAt, waiting } = task.progress
      if (waiting > 0 && now - committedAt > stallMs) {
        problems.push({ code: 'TASK_STALLED',
          message: `partition(${partition}): no commit for ${now - committedAt} ms` })
      }
      for (const sink of sinks) {
        if (sink.failing) {
          problems.push({ code: 'SINK_FAILING', message: `partition(${partition}): ${sink.failing}` })
        }
      }
    }
    return problems
  }

  async #renew(): Promise<void> {
    const topology = topologyId(this.#options.topology)
    await Promise.all([...this.#owned].map(async ([partition, { lease }]) => {
      const isOurs = await renewLease(this.#redis, this.#keys.checkpoint(partition, topology), lease.epoch,
        this.#leaseMs)
      if (!isOurs) await this.#drop(partition, `lease lost at epoch ${lease.epoch}`)
    }))
  }

  async #assign(partition: number): Promise<void> {
    const { topology } = this.#options
    const checkpoint = this.#keys.checkpoint(partition, topologyId(topology))
    const lease = await takeLease(this.#redis, checkpoint, this.id, this.#leaseMs)
    if (!lease) return
    const { partitions } = topology.source
    const live = await claimLive(this.#redis, this.#keys, partition, topology)
    const follower = live.version === topology.version ? undefined
      : new Follower(this.#redis, this.#keys, partition, { ...topology, version: live.version })
    const task = new Task({
      topology, partition, lease, keys: this.#keys, redis: this.#redis, stages: this.#stages,
      clock: this.#clock,
      isLocal: key => partitionOf(key, partitions) === partition, follower,
      activationBytesMax: activationBytesMax / partitions,
      onCommit: batch => this.#views.apply(batch.emitted),
      onEnd: reason => void this.#drop(partition, reason.message),
    })
    const sinks = this.#sinks.map(sink => new SinkLoop({
      sink, partition, epoch: lease.epoch, generation: live.own,
      keys: this.#keys, topology: topologyId(topology),
      redis: this.#redis,
      clock: this.#clock, gate: this.#gate, emitted: () => task.checkpoint.emitted,
    }))
    await Promise.all(sinks.map(sink => sink.start()))
    await task.start(() => sinks.reduce((least, sink) => Math.min(least, sink.inserted), Infinity))
    this.#owned.set(partition, { task, sinks, lease })
    this.#reader.add(task)
    announce('info', `partition(${partition})`,
      `taken at epoch ${lease.epoch}, position ${lease.checkpoint.position}`
      + (follower ? `, behind version ${live.version}` : ''))
  }

  /** Drain, release. */
  async #revoke(partition: number): Promise<void> {
    const owned = this.#owned.get(partition)
    if (!owned) return
    await this.#reader.remove(owned.task)
    await owned.task.drain()
    await Promise.all(owned.sinks.map(sink => sink.stop()))
    this.#owned.delete(partition)
    const checkpoint = this.#keys.checkpoint(partition, topologyId(this.#options.topology))
    await releaseLease(this.#redis, checkpoint, owned.lease.epoch)
    announce('info', `partition(${partition})`, `released at epoch ${owned.lease.epoch}`)
  }

  /** The task ended by itself or lost its lease: nothing of it may be written any more. */
  async #drop(partition: number, reason: string): Promise<void> {
    const owned = this.#owned.get(partition)
    if (!owned) return
    this.#owned.delete(partition)
    announce('warn', `partition(${partition})`, reason)
    await this.#reader.remove(owned.task)
    await owned.task.drain()
    await Promise.all(owned.sinks.map(sink => sink.stop()))
  }

  /**
   * Trims outboxes up to what every sink has taken, but keeps the last minute for subscribers that come back.
   */
  async #trim(): Promise<void> {
    const topology = topologyId(this.#options.topology)
    const kept = await redisTime(this.#redis) - outboxKeptMs
    for (const [partition, { sinks }] of this.#owned) {
      const taken = Math.min(Infinity, ...sinks.map(sink => Number(sink.position.split('-')[0])))
      const before = Math.min(taken, kept)
      if (before > 0) {
        await send(this.#redis, 'XTRIM', [this.#keys.outbox(partition, topology), 'MINID', '~', before])
      }
    }
  }

  async #answer(view: string, key: string, name: string, args: unknown): Promise<unknown> {
    const partition = partitionOf(key, this.#options.topology.source.partitions)
    if (!this.#views.has(view)) throw new HinataError('QUERY_UNKNOWN', { query: view })
    if (!this.#owned.has(partition)) throw new HinataError('OWNER_UNKNOWN', { partition })
    return this.#views.ask(view, { name, key, args })
  }

  async #rowsOf(view: View, key: string): Promise<Uint8Array[]> {
    const { topology } = this.#options
    const partition = partitionOf(key, topology.source.partitions)
    const { actor, table } = view.restoreFrom
    const hash = this.#keys.table(partition, topologyId(topology), actor.type, table, key)
    const rows = await send(this.#redis, 'HVALS', [hash]) as Buffer[]
    return rows.map(row => upcastRow(actor, key, table, row))
  }
}
