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
import { openRows, type DataKeys } from '../cipher/index.js'
import { upcastRow } from '../actor/index.js'
import { systemClock, type Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import { activationBytesMax, hotKeysShown, readEntriesMax, stallMsDefault } from '../limits/limits.js'
import { createTopic, LogReader, releaseLease, renewLease, takeLease, type Lease } from '../log/index.js'
import { partitionOf } from '../record/hash.js'
import { Keyspace } from '../record/keys.js'
import {
  assertSafeRedis, closeRedis, loadScript, openRegistry, redisTime, registerScripts, send,
  type RedisConnection, type Registry,
} from '../redis/index.js'
import { announce } from '../telemetry/channels.js'
import { ThreadPool } from '../threads/index.js'
import { Assignment } from './assignment.js'
import type { FoldedBatch } from './staged.js'
import { beginEncryption, type OpenDataKeys } from './encryption.js'
import { Halts, isPast, type Halt } from './halt.js'
import { problemsOf, type NodeProblem } from './health.js'
import { FoldTurns } from './fold-turns.js'
import { assertRoles, Follower } from './follower.js'
import { HotKeys } from './hot-keys.js'
import { claimLive } from './live-version.js'
import type { NodeInfo } from './node-info.js'
import type { NodeOptions } from './node-options.js'
import { trimOutbox } from './outbox.js'
import type { QueryPort } from './query-port.js'
import { topologyId } from './redis-store.js'
import { relaySink } from './relay.js'
import { SinkLoop } from './sink-loop.js'
import { SinkRunner } from './sink-runner.js'
import { StageRunner } from './stages.js'
import { machine, type Surroundings } from './surroundings.js'
import { Takeovers } from './takeover.js'
import { Task } from './task.js'
import type { Sink, View } from './topology.js'
import { Views } from './views.js'
import { WarmUp } from './warm-up.js'

interface Owned {
  /** The running one, or the one that ended while the partition is halted. */
  task: Task
  /** Why the partition is halted, or is tried after it was. */
  halt: Halt | undefined
  /** Until its end is noted. */
  ending: Promise<void>
  readonly sinks: SinkLoop[]
  readonly lease: Lease
  /** undefined: its version is live (N4). */
  readonly follower: Follower | undefined
}

/** What ends a task whose lease is void. */
const gone = new Set<string>(['TASK_FENCED', 'POSITION_CONFLICT', 'REDIS_RESTARTED'])
const tickMs = 500
/** While another node still drains a partition that should be ours. */
const handOverPollMs = 50
const stageEntry = new URL('../threads/stage-thread.js', import.meta.url)
const scripts = ['append-block', 'append-unique', 'take-lease', 'renew-lease', 'release-lease',
  'commit-batch', 'fix-batch', 'advance-sink', 'relay-block', 'seal-log', 'read-bound'].map(loadScript)

/** Starts a node. Throws when Redis is unreachable or unsafe. */
export function startNode(options: NodeOptions): Promise<Node> {
  return startNodeIn(machine, options)
}

/** Starts a node in surroundings of the caller's choice. */
export async function startNodeIn(surroundings: Surroundings, options: NodeOptions): Promise<Node> {
  const keys = new Keyspace(options.namespace ?? 'h')
  const [work, blocking] = await Promise.all([
    surroundings.connect(options.redisUrl, 'node'), surroundings.connect(options.redisUrl, 'reader')])
  try {
    const { replicas } = await assertSafeRedis(work)
    await registerScripts(work, scripts)
    // runScript falls back to the source
    work.onReady(() => void registerScripts(work, scripts).catch(() => undefined))
    const openKeys = await beginEncryption(work, keys, options.topology)
    await createTopic(work, keys, options.topology.source.topic, options.topology.source.partitions)
    await assertRoles(work, keys, options.topology)
    const isReplicated = replicas > 0 || work.masters().length > 1
    const node = new Node(options, keys, work, blocking, surroundings, isReplicated, openKeys)
    return await node.start()
  } catch (error) {
    closeRedis(work)
    closeRedis(blocking)
    throw error
  }
}

/** A running node. */
export class Node {
  readonly id: string
  readonly #options: NodeOptions
  readonly #surroundings: Surroundings
  readonly #keys: Keyspace
  readonly #redis: RedisConnection
  readonly #blocking: RedisConnection
  readonly #registry: Registry
  readonly #reader: LogReader
  readonly #pool: ThreadPool | undefined
  readonly #stages: StageRunner
  readonly #views: Views
  readonly #runner: SinkRunner
  readonly #clock: Clock
  readonly #owned = new Map<number, Owned>()
  readonly #halts: Halts
  readonly #takeovers: Takeovers
  readonly #hotKeys: HotKeys
  readonly #assignment: Assignment
  readonly #warmUp: WarmUp
  readonly #turns: FoldTurns
  readonly #stopping = new AbortController()
  readonly #isReplicated: boolean
  readonly #openKeys: OpenDataKeys | undefined
  /** For what is read of keys of all partitions. */
  readonly #dataKeys: DataKeys | undefined
  #isExpecting = false
  #port: QueryPort | undefined
  #loop: Promise<void> | undefined

  constructor(
    options: NodeOptions, keys: Keyspace, redis: RedisConnection, blocking: RedisConnection,
    surroundings: Surroundings, isReplicated: boolean, openKeys: OpenDataKeys | undefined,
  ) {
    this.#openKeys = openKeys
    this.#dataKeys = openKeys?.()
    const { topology } = options
    this.#isReplicated = isReplicated
    const threads = options.threads ?? 1
    const isThreaded = threads > 0 && topology.stages.some(stage => 'module' in stage)
    this.id = surroundings.newId()
    this.#surroundings = surroundings
    this.#options = options
    this.#keys = keys
    this.#redis = redis
    this.#blocking = blocking
    this.#clock = options.clock ?? systemClock
    this.#registry = openRegistry(redis, keys)
    this.#reader = new LogReader(blocking, readEntriesMax, this.#clock)
    this.#pool = isThreaded ? new ThreadPool(stageEntry, { threads }) : undefined
    this.#stages = new StageRunner(topology.stages, this.#pool)
    this.#views = new Views(topology.views, (view, key) => this.#rowsOf(view, key))
    this.#halts = new Halts(redis, keys, topologyId(topology))
    this.#takeovers = new Takeovers(redis, keys, topologyId(topology))
    this.#hotKeys = new HotKeys(this.#clock)
    this.#assignment = new Assignment(topology.source.partitions)
    this.#warmUp = new WarmUp(this.#clock)
    this.#turns = new FoldTurns(this.#clock)
    this.#runner = new SinkRunner(topology.sinks, options.inserts ?? 2, this.#clock, this.#dataKeys)
  }

  /** The partitions owned now. */
  get partitions(): number[] {
    return [...this.#owned.keys()].sort((a, b) => a - b)
  }

  async start(): Promise<this> {
    this.#port = await this.#surroundings.listen(this.#options.host ?? '127.0.0.1',
      (view, key, name, args) => this.#answer(view, key, name, args))
    announce('info', `node(${this.id})`, `started, query port ${this.#port.url}`)
    this.#loop = this.#run()
    return this
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
    await this.#runner.stop()
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
        announce('warn', `node(${this.id})`, `tick failed: ${String(error)}`)
      }
      await this.#clock.wait(this.#isExpecting ? handOverPollMs : tickMs, signal)
    }
  }

  /** One round: renew, announce, look around, hand over, take. */
  async #tick(): Promise<void> {
    await this.#renew()
    await this.#announceNode()
    const topology = topologyId(this.#options.topology)
    const nodes = (await this.#registry.list('node'))
      .filter(([, info]) => (info as NodeInfo).topology === topology).map(([id]) => id)
    const mine = new Set(this.#assignment.partitionsOf(this.id, nodes))
    await Promise.all(this.partitions.map(partition => mine.has(partition) || this.#revoke(partition)))
    await Promise.all([...mine].filter(partition => !this.#owned.has(partition))
      .map(partition => this.#assign(partition)))
    this.#isExpecting = this.#owned.size < mine.size
    await Promise.all([...this.#owned].map(([partition, owned]) => this.#retry(partition, owned)))
    await this.#trim()
  }

  async #announceNode(): Promise<void> {
    const info: NodeInfo = {
      id: this.id, topology: topologyId(this.#options.topology), url: this.#port!.url,
      pid: process.pid, partitions: this.partitions,
      heartbeatAt: await redisTime(this.#redis, this.#keys.registry('node')), problems: this.#problems(),
      hotKeys: this.#hotKeys.top(hotKeysShown), rowAges: this.#runner.ages,
    }
    await this.#registry.put('node', this.id, info, this.#leaseMs * 0.8)
  }

  get #leaseMs(): number { return this.#options.leaseMs ?? 5_000 }

  #problems(): NodeProblem[] {
    const partitions = [...this.#owned].map(([partition, { task, sinks, follower }]) => ({
      partition, progress: task.progress, following: follower && this.#options.topology.version,
      failingSinks: sinks.flatMap(({ name, failing }) => (failing ? [[name, failing] as const] : [])),
    }))
    return problemsOf(partitions, this.#options.stallMs ?? stallMsDefault, this.#clock.now())
  }

  async #renew(): Promise<void> {
    const topology = topologyId(this.#options.topology)
    await Promise.all([...this.#owned].map(async ([partition, { lease }]) => {
      const isOurs = await renewLease(this.#redis, this.#keys.checkpoint(partition, topology), lease,
        this.#leaseMs)
      if (!isOurs) await this.#drop(partition, `lease lost at epoch ${lease.epoch}`)
    }))
  }

  async #assign(partition: number): Promise<void> {
    const { topology } = this.#options
    const checkpoint = this.#keys.checkpoint(partition, topologyId(topology))
    await this.#takeovers.begin(partition)
    const lease = await takeLease(this.#redis, checkpoint, this.id, this.#leaseMs)
    if (!lease) return
    const halt = await this.#halts.read(partition)
    const live = await claimLive(this.#redis, this.#keys, partition, topology)
    const follower = live.version === topology.version ? undefined
      : new Follower(this.#redis, this.#keys, partition, { ...topology, version: live.version })
    const task = this.#newTask(partition, lease, halt, follower)
    const sinks = this.#sinksOf(lease).map(sink => new SinkLoop({
      sink, partition, lease, generation: live.own, keys: this.#keys, topology: topologyId(topology),
      redis: this.#redis, clock: this.#clock, runner: this.#runner, isReplicated: this.#isReplicated,
      emitted: () => owned.task.checkpoint.emitted,
    }))
    const owned: Owned = { task, halt, lease, sinks, follower, ending: Promise.resolve() }
    await Promise.all(sinks.map(sink => sink.start()))
    this.#owned.set(partition, owned)
    announce('info', `partition(${partition})`,
      `taken at epoch ${lease.epoch}, position ${lease.checkpoint.position}`
      + (follower ? `, behind version ${live.version}` : ''))
    if (!halt) await this.#startTask(owned) // else `#retry` starts it in its time
  }

  #newTask(partition: number, lease: Lease, halt: Halt | undefined, follower?: Follower): Task {
    const { topology } = this.#options
    const { partitions } = topology.source
    const task: Task = new Task({
      topology, partition, lease, keys: this.#keys, redis: this.#redis,
      stages: this.#stages, dataKeys: this.#openKeys?.(), clock: this.#clock, warmUp: this.#warmUp,
      turns: this.#turns, halt, follower,
      isLocal: key => partitionOf(key, partitions) === partition,
      activationBytesMax: activationBytesMax / partitions,
      onKey: key => { if (!follower) this.#hotKeys.count(key) },
      onCommit: batch => this.#committed(partition, task, batch),
      onEnd: reason => this.#ended(partition, reason),
    })
    return task
  }

  async #startTask({ task, sinks }: Owned): Promise<void> {
    await task.start(() => sinks.reduce((least, sink) => Math.min(least, sink.inserted), Infinity))
    if (task.state === 'running') this.#reader.add(task)
  }

  #committed(partition: number, task: Task, batch: FoldedBatch): void {
    this.#views.apply(batch.emitted)
    this.#hotKeys.flush()
    const owned = this.#owned.get(partition)
    if (owned?.halt && isPast(owned.halt, task.checkpoint.position)) {
      owned.halt = undefined
      announce('info', `partition(${partition})`, `goes on after ${task.checkpoint.position}`)
      void this.#halts.clear(partition, task.epoch).catch(() => undefined) // the next halt puts it anew
    }
    if (batch.folded > 0 && task.firstEntry) {
      void this.#takeovers.end(partition, task.epoch, task.firstEntry).catch(() => undefined) // a metric
    }
  }

  /** The task ended by itself: gone with its lease, or halted. */
  #ended(partition: number, reason: HinataError): void {
    const owned = this.#owned.get(partition)
    if (!owned || gone.has(reason.code)) {
      void this.#drop(partition, reason.message)
    } else {
      owned.ending = this.#halt(partition, owned, reason).catch((error: Error) =>
        announce('warn', `partition(${partition})`, `its halt could not be noted: ${error.message}`))
    }
  }

  async #halt(partition: number, { task, lease }: Owned, reason: HinataError): Promise<void> {
    const halt = await this.#halts.put(partition, lease.epoch, reason, task.checkpoint.position)
    announce('error', `partition(${partition})`, `${reason.message} Halted; tried ${halt?.tries ?? 0} times`)
    await this.#reader.remove(task)
  }

  /** Starts the task of a halted partition when its delay is over, or when an operator asks for it. */
  async #retry(partition: number, owned: Owned): Promise<void> {
    if (owned.task.state !== 'assigned' && owned.task.state !== 'fenced') return
    await owned.ending
    const halt = await this.#halts.read(partition)
    if (halt && halt.nextAt > await redisTime(this.#redis, `{${partition}}`)) return
    if (this.#owned.get(partition) !== owned) return
    owned.halt = halt
    const { task: { checkpoint }, follower } = owned
    owned.task = this.#newTask(partition, { ...owned.lease, checkpoint }, halt, follower)
    announce('info', `partition(${partition})`, `is tried again at ${checkpoint.position}`)
    await this.#startTask(owned)
  }

  #sinksOf(lease: Lease): readonly Sink[] {
    const { topology } = this.#options
    if (!topology.relays) return topology.sinks
    return [...topology.sinks,
      relaySink(this.#redis, this.#keys, topologyId(topology), topology.source,
        { ...lease, leaseMs: this.#leaseMs })]
  }

  /** Drain, release. */
  async #revoke(partition: number): Promise<void> {
    const owned = this.#owned.get(partition)
    if (!owned) return
    await this.#finish(owned)
    this.#owned.delete(partition)
    const checkpoint = this.#keys.checkpoint(partition, topologyId(this.#options.topology))
    await releaseLease(this.#redis, checkpoint, owned.lease)
    announce('info', `partition(${partition})`, `released at epoch ${owned.lease.epoch}`)
  }

  /** The task ended by itself or lost its lease: nothing of it may be written any more. */
  async #drop(partition: number, reason: string): Promise<void> {
    const owned = this.#owned.get(partition)
    if (!owned) return
    this.#owned.delete(partition)
    announce('warn', `partition(${partition})`, reason)
    await this.#finish(owned)
  }

  async #finish({ task, sinks }: Owned): Promise<void> {
    await this.#reader.remove(task)
    await task.drain()
    await Promise.all(sinks.map(sink => sink.stop()))
  }

  async #trim(): Promise<void> {
    const topology = topologyId(this.#options.topology)
    for (const [partition, { sinks }] of this.#owned) {
      const outbox = this.#keys.outbox(partition, topology)
      await trimOutbox(this.#redis, outbox, sinks.map(({ position }) => position),
        await redisTime(this.#redis, outbox))
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
    const { actor, table } = view.restoreFrom
    const name = this.#keys.table(partitionOf(key, topology.source.partitions), topologyId(topology),
      actor.type, table, key)
    const rows = await send(this.#redis, 'HVALS', [name]) as Buffer[]
    const open = this.#dataKeys ? (await openRows(this.#dataKeys, key, rows)).map(row => row?.packed) : rows
    return open.flatMap(row => (row ? [upcastRow(actor, key, table, row)] : []))
  }
}
