/**
 * What a fault is done to: a namespace of a Redis with the orders topology, a sender with its ledger, and
 * nodes. Its monitor looks straight into Redis, never through what is being broken.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  HinataError, openTopologyClient, startNode, type Clock, type Node, type Topology, type TopologyClient,
} from '../../engine/index.js'
import { closeRedis, openRedis, send, type RedisConnection } from '../../engine/redis/index.js'
import { Keyspace } from '../../engine/record/keys.js'
import { seededRandom } from '../support/random.js'
import { until } from '../support/until.js'
import { checkRig, verifyRig } from './checker.js'
import type { Run } from './fault.js'
import { Ledger, type Given } from './ledger.js'
import { ordersTopology, type Order } from './orders.js'

/** How a rig is opened. */
export interface RigOptions {
  /** The Redis itself, for the checker. */
  readonly url: string
  /** Where sender and nodes find it; default the same. */
  readonly through?: string
  readonly seed: number
  readonly partitions?: number
  readonly accounts?: number
  readonly isRelaying?: boolean
  /** Another rig whose data this Redis has: its namespace and its ledger are taken over. */
  readonly heirOf?: Rig
}

const items = ['tea', 'ham', 'jam', 'rye', 'oil']
const shops = ['corner', 'market', 'harbour']
const retryMs = 20
const leaseMs = 1_000
const unreadMax = 1_500

/** See the top of the file. */
export class Rig {
  readonly namespace: string
  readonly ledger: Ledger
  /** Refusals that the sender met and outlasted, by code. */
  readonly refusals = new Map<string, number>()
  /** While true, the sink of nodes in this process refuses every batch. */
  isSinkAway = false
  readonly monitor: RedisConnection
  readonly topology: Topology
  readonly options: RigOptions
  readonly #client: TopologyClient
  readonly #watcher: TopologyClient
  readonly #random: () => number
  readonly #accounts: string[]
  readonly #sinks: RedisConnection[] = []
  readonly #children: ChildProcess[] = []
  #flow: Promise<void> | undefined
  #isFlowing = false

  constructor(options: RigOptions, namespace: string, monitor: RedisConnection, topology: Topology,
    client: TopologyClient, watcher: TopologyClient) {
    this.options = options
    this.ledger = options.heirOf?.ledger.copy() ?? new Ledger()
    this.namespace = namespace
    this.monitor = monitor
    this.topology = topology
    this.#client = client
    this.#watcher = watcher
    this.#random = seededRandom(options.seed)
    this.#accounts = Array.from({ length: options.accounts ?? 12 }, (_, i) => `account ${i}`)
  }

  static async open(options: RigOptions): Promise<Rig> {
    const namespace = options.heirOf?.namespace ?? `f${randomUUID().slice(0, 8)}`
    const monitor = await openRedis(options.url, 'monitor')
    const topology = ordersTopology(monitor, namespace, topologyOptions(options))
    const client = await openTopologyClient({ redisUrl: options.through ?? options.url, namespace, topology })
    const watcher = await openTopologyClient({ redisUrl: options.url, namespace, topology })
    return new Rig(options, namespace, monitor, topology, client, watcher)
  }

  get url(): string {
    return this.options.url
  }

  get accounts(): readonly string[] {
    return this.#accounts
  }

  /** A whole number in 0..below, the next of the seed. */
  draw(below: number): number {
    return Math.floor(this.#random() * below)
  }

  /** A node in this process. */
  async startNode(clock?: Clock): Promise<Node> {
    const url = this.options.through ?? this.options.url
    const sink = await openRedis(url, 'sink')
    this.#sinks.push(sink)
    const topology = ordersTopology(sink, this.namespace,
      { ...topologyOptions(this.options), isAway: () => this.isSinkAway })
    return startNode({ redisUrl: url, namespace: this.namespace, topology, leaseMs, threads: 0, clock })
  }

  /** A node in a process of its own; resolves when it has started. */
  async forkNode(): Promise<ChildProcess> {
    const args = [this.options.through ?? this.options.url, this.namespace, String(leaseMs),
      JSON.stringify(topologyOptions(this.options))]
    const child = fork(new URL('./node-process.js', import.meta.url), args,
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#children.push(child)
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error('the node ended early')))
      child.on('message', message => { if (String(message).startsWith('started ')) resolve() })
    })
    return child
  }

  /** Sends so many orders as one batch, and sends them again until they are acknowledged. */
  async send(count: number): Promise<void> {
    await this.#send(Array.from({ length: count }, () => {
      const order = this.#drawOrder()
      return this.ledger.next(this.#accounts[this.draw(this.#accounts.length)], order)
    }))
  }

  /** Sends the next order of one account; the ms until it was folded and committed. */
  async sendAndSettle(account: string, secondsMax = 30): Promise<number> {
    const began = performance.now()
    await this.#send([this.ledger.next(account, this.#drawOrder())])
    if (!await this.#client.settled(account, secondsMax * 1_000)) throw new Error(`${account} stands`)
    return performance.now() - began
  }

  #drawOrder(): Omit<Order, 'number'> {
    const shop = this.options.isRelaying ? { shop: shops[this.draw(shops.length)] } : {}
    return { item: items[this.draw(items.length)], isBroken: this.draw(40) === 0, ...shop }
  }

  async #send(inputs: readonly Given[]): Promise<void> {
    this.ledger.sent(inputs)
    for (;;) {
      try {
        return this.ledger.acknowledge(inputs, await this.#client.append(inputs))
      } catch (error) {
        if (!(error instanceof HinataError) || !error.isRetryable) throw error
        this.refusals.set(error.code, (this.refusals.get(error.code) ?? 0) + 1)
        await new Promise(resolve => setTimeout(resolve, retryMs))
      }
    }
  }

  /** Orders flow from now on, as fast as they are folded. */
  startFlow(batch = 20): void {
    this.#isFlowing = true
    this.#flow = (async () => {
      while (this.#isFlowing) {
        await this.send(batch)
        await until('there is room', async () => !this.#isFlowing || await this.unread() < unreadMax)
      }
    })()
    this.#flow.catch(() => undefined) // whoever stops the flow hears of it
  }

  async stopFlow(): Promise<void> {
    this.#isFlowing = false
    await this.#flow
  }

  /** Records that are appended and not folded. */
  async unread(): Promise<number> {
    return (await this.#watcher.lag()).reduce((sum, { appended, folded }) => sum + appended - folded, 0)
  }

  /** Records folded so far. */
  async folded(): Promise<number> {
    return (await this.#watcher.lag()).reduce((sum, { folded }) => sum + folded, 0)
  }

  /** The node that owns each partition; null while nobody does. */
  async owners(): Promise<(string | null)[]> {
    return (await this.#watcher.lag()).map(({ owner }) => owner)
  }

  /** Resolves when all is folded, fired, relayed and handed over, with the ms that it took. */
  async settled(secondsMax = 60): Promise<number> {
    const began = performance.now()
    const keys = new Keyspace(this.namespace)
    await until('all is folded and handed over', async () => {
      const lag = await this.#watcher.lag()
      const isDone = lag.every(({ appended, folded, timers }) => folded === appended && timers === 0)
      if (!isDone) return false
      const sinks = this.topology.relays ? ['rows', '~relay'] : ['rows']
      const inserted = await Promise.all(lag.flatMap(({ partition, emitted }) => sinks.map(async sink =>
        Number(await send(this.monitor, 'HGET', [keys.sink(partition, 'orders.1', sink), 'inserted']) ?? 0)
          === emitted)))
      return inserted.every(Boolean)
    }, secondsMax)
    return performance.now() - began
  }

  /** Sends everything again, in order, as a sender does that does not know what arrived. */
  async resend(): Promise<void> {
    for (const batch of this.ledger.batches()) {
      this.ledger.acknowledge(batch, await this.#client.append(batch))
    }
  }

  /** Compares what is there with itself and with a replay, not with the ledger. */
  verify(): Promise<Run> {
    return verifyRig(this)
  }

  /** Compares everything with the ledger and with a replay. */
  check(catchUpMs: number): Promise<Run> {
    return checkRig(this, catchUpMs)
  }

  /** Ends what it started. What is in Redis stays. */
  async close(): Promise<void> {
    this.#isFlowing = false
    await this.#flow?.catch(() => undefined) // told by stopFlow, or the run failed before it
    for (const child of this.#children) child.kill('SIGKILL')
    await this.#client.close()
    await this.#watcher.close()
    for (const sink of this.#sinks) closeRedis(sink)
    closeRedis(this.monitor)
  }
}

function topologyOptions({ partitions, isRelaying }: RigOptions): { partitions?: number, relays?: boolean } {
  return { partitions, relays: isRelaying }
}
