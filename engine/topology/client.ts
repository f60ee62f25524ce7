/**
 * One handle on a running topology, for whoever is not a node: the gateway, the command line, tests. It
 * appends to the log, reads committed state, asks views, follows outputs, and knows how far behind the tasks
 * are.
 *
 * L1  Reads see committed state only, directly in Redis; they work while a partition has no owner. They see
 *     the version that is live in the partition, or the one that has the key's share (live-version.ts).
 * L2  `append` refuses with LOG_FULL while a partition has too many unread records: pressure reaches the app
 *     (G5).
 */
import { systemClock, type Clock } from '../clock/index.js'
import { openFields, openNamedRows, openRows, type DataKeys } from '../cipher/index.js'
import { Activation, upcastRow, type ActorType, type TypedActor } from '../actor/index.js'
import { HinataError } from '../errors/index.js'
import { logUnreadRecordsMax } from '../limits/limits.js'
import { Appender, createTopic, type AppendInput, type Appended } from '../log/index.js'
import { partitionOf } from '../record/hash.js'
import { Keyspace } from '../record/keys.js'
import { decodeValue } from '../record/pack.js'
import {
  assertDurability, assertSafeRedis, closeRedis, fieldsOf, openAllowances, openRegistry, send,
  type Allowances, type Durability, type RedisConnection, type Registry,
} from '../redis/index.js'
import { Journal, type CellsOf, type StateDeclaration } from '../state/index.js'
import { beginEncryption, type OpenDataKeys } from './encryption.js'
import { endRecords } from './end-input.js'
import { Eraser } from './eraser.js'
import { LagMeter, type PartitionLag } from './lag.js'
import { LiveVersions, type LivePointer } from './live-version.js'
import type { NodeInfo } from './node-info.js'
import { followOutbox, type FollowEnd, type Followed } from './outbox.js'
import { QueryLink } from './query-link.js'
import { scanKeys } from './scan.js'
import { machine, type Surroundings } from './surroundings.js'
import type { Topology } from './topology.js'

/** How a client is opened. */
export interface TopologyClientOptions {
  readonly redisUrl: string
  readonly topology: Topology
  /** Default `h`. */
  readonly namespace?: string
  /** Default: what this Redis promises for every write. */
  readonly durability?: Durability
  /** How long a record waits for companions, ms. Default 2. */
  readonly lingerMs?: number
  readonly clock?: Clock
}

/** Opens a client. Throws when Redis is unreachable, unsafe, or cannot promise the durability. */
export function openTopologyClient(options: TopologyClientOptions): Promise<TopologyClient> {
  return openTopologyClientIn(machine, options)
}

/** Opens a client in surroundings of the caller's choice. */
export async function openTopologyClientIn(
  surroundings: Surroundings, options: TopologyClientOptions,
): Promise<TopologyClient> {
  const redis = await surroundings.connect(options.redisUrl, 'client')
  try {
    const facts = await assertSafeRedis(redis)
    const durability = options.durability ?? facts.durability
    assertDurability(durability, facts)
    const keys = new Keyspace(options.namespace ?? 'h')
    const { topic, partitions } = options.topology.source
    const openKeys = await beginEncryption(redis, keys, options.topology)
    await createTopic(redis, keys, topic, partitions)
    const client = new TopologyClient(options, keys, redis, durability, surroundings.newId(), openKeys)
    await client.start()
    return client
  } catch (error) {
    closeRedis(redis)
    throw error
  }
}

/** See the top of the file. */
export class TopologyClient {
  readonly registry: Registry
  readonly allowances: Allowances
  readonly eraser: Eraser
  readonly durability: Durability
  readonly #topology: Topology
  readonly #keys: Keyspace
  readonly #redis: RedisConnection
  readonly #clock: Clock
  readonly #appender: Appender
  readonly #lag: LagMeter
  readonly #live: LiveVersions
  readonly #links = new Map<string, QueryLink>()
  readonly #dataKeys: DataKeys | undefined

  constructor(
    options: TopologyClientOptions, keys: Keyspace, redis: RedisConnection, durability: Durability,
    id: string, openKeys: OpenDataKeys | undefined,
  ) {
    const dataKeys = this.#dataKeys = openKeys?.()
    this.#topology = options.topology
    this.#keys = keys
    this.#redis = redis
    this.#clock = options.clock ?? systemClock
    this.durability = durability
    this.registry = openRegistry(redis, keys)
    this.allowances = openAllowances(redis, keys)
    this.eraser = new Eraser(redis, keys, options.topology, this.#clock, dataKeys)
    const { topic, partitions } = options.topology.source
    this.#appender = new Appender({ redis, keys, topic, partitions, durability, lingerMs: options.lingerMs,
      clock: this.#clock, id, dataKeys })
    this.#live = new LiveVersions(redis, keys, options.topology)
    this.#lag = new LagMeter(redis, keys, options.topology, this.#clock, this.#live)
  }

  async start(): Promise<void> {
    await this.#live.refreshAll()
    await this.#lag.start()
  }

  /** The version that is live in the partition of `key`, as it was last read. */
  liveVersion(key: string): number {
    return this.#live.at(this.partitionOf(key)).version
  }

  /** The versions that are live in some partition, as last read, ascending: one, but for a switch. */
  get liveVersions(): number[] {
    const { partitions } = this.#topology.source
    const all = Array.from({ length: partitions }, (_, partition) => this.#live.at(partition).version)
    return [...new Set(all)].sort((a, b) => a - b)
  }

  partitionOf(key: string): number {
    return partitionOf(key, this.#topology.source.partitions)
  }

  /** Appends records; resolves when durable. One answer per record, in order. Throws LOG_FULL, OVERLOADED. */
  append(records: readonly AppendInput[]): Promise<Appended[]> {
    const counts = this.#countsOf(records)
    for (const partition of counts.keys()) {
      if (this.#lag.room(partition) <= 0) {
        throw new HinataError('LOG_FULL', { partition, max: logUnreadRecordsMax, found: '' })
      }
    }
    for (const [partition, count] of counts) this.#lag.count(partition, count)
    return this.#appender.append(records)
  }

  /**
   * Says that this topic's records have come to an end: the watermark of every partition goes to infinity.
   * What is appended after it is late. Throws EVENT_TIME_NOT_DECLARED.
   */
  async endInput(): Promise<void> {
    if (!this.#topology.eventTime) throw new HinataError('EVENT_TIME_NOT_DECLARED', { name: 'endInput' })
    await this.#appender.append(endRecords(this.#topology.source.partitions))
  }

  /** Records that the partition of `key` can still take; refreshed every 100 ms when it is half full. */
  room(key: string): number {
    return this.#lag.room(this.partitionOf(key))
  }

  /** Committed state of one actor, or these cells of it, for reading; null when it has none. */
  async state<S extends StateDeclaration, K extends string & keyof S = string & keyof S>(
    actor: TypedActor<S>, key: string, only?: readonly K[],
  ): Promise<Pick<CellsOf<S>, K> | null> {
    const partition = this.partitionOf(key)
    const fields = await this.#live.read(partition, key, async id =>
      fieldsOf(await send(this.#redis, 'HGETALL', [this.#keys.state(partition, id, actor.type, key)])))
    if (Object.keys(fields).length === 0) return null
    const [open] = this.#dataKeys ? await openFields(this.#dataKeys, [[key, fields]]) : [fields]
    if (open instanceof HinataError) throw open
    if (Object.keys(open).length === 0) return null
    const activation = new Activation(actor, key, new Journal())
    activation.load(open, only && new Set(only))
    return activation.cells as CellsOf<S>
  }

  /** Committed rows of one table; undefined where absent. */
  async rows(actor: ActorType, key: string, table: string, rows: readonly string[]): Promise<unknown[]> {
    if (rows.length === 0) return []
    const partition = this.partitionOf(key)
    const read = (names: readonly string[]): Promise<(Buffer | null)[]> =>
      this.#live.read(partition, key, id => send(this.#redis, 'HMGET',
        [this.#keys.table(partition, id, actor.type, table, key), ...names]) as Promise<(Buffer | null)[]>)
    const dataKeys = this.#dataKeys
    const find = (): Promise<(Buffer | null)[]> =>
      (dataKeys ? openNamedRows(dataKeys, key, rows, read) : read(rows))
    let packed = await find()
    // names are hidden otherwise since an erasure that was not noticed here
    if (dataKeys && packed.every(row => row === null) && await dataKeys.refresh(key)) packed = await find()
    return packed.map(row => (row === null ? undefined : decodeValue(upcastRow(actor, key, table, row))))
  }

  /**
   * All committed rows of one table. The order is Redis'; a row that changes meanwhile may come once or
   * twice.
   */
  async *allRows(
    actor: ActorType, key: string, table: string,
  ): AsyncGenerator<[row: string, value: unknown]> {
    const partition = this.partitionOf(key)
    const id = await this.#live.idFor(partition, key)
    const hash = this.#keys.table(partition, id, actor.type, table, key)
    let cursor = '0'
    do {
      const [next, pairs] = await send(this.#redis, 'HSCAN', [hash, cursor, 'COUNT', 200]) as
        [Buffer, Buffer[]]
      for (const row of await this.#opened(key, pairs)) {
        if (row) yield [row.name, decodeValue(upcastRow(actor, key, table, row.packed))]
      }
      cursor = String(next)
    } while (cursor !== '0')
  }

  /** Keys of all actors of a type that have committed state; one may come twice. */
  async *keysOf(actor: ActorType): AsyncGenerator<string> {
    for (let partition = 0; partition < this.#topology.source.partitions; partition++) {
      await this.#live.refresh(partition)
      const prefix = this.#keys.state(partition, this.#live.idAt(partition), actor.type, '')
      for await (const names of scanKeys(this.#redis, `${prefix}*`)) {
        for (const name of names) yield name.slice(prefix.length)
      }
    }
  }

  /**
   * Asks a view at the node that owns the key. Throws OWNER_UNKNOWN, QUERY_TIMEOUT and what the view threw.
   */
  async ask(view: string, key: string, name: string, args: unknown): Promise<unknown> {
    const partition = this.partitionOf(key)
    const [nodes, id] = await Promise.all([this.nodes(), this.#live.idFor(partition, key)])
    const owner = nodes.find(node => node.topology === id && node.partitions.includes(partition))
    if (!owner) throw new HinataError('OWNER_UNKNOWN', { partition })
    let link = this.#links.get(owner.url)
    if (!link) this.#links.set(owner.url, link = new QueryLink(owner.url))
    return link.ask(view, key, name, args)
  }

  /**
   * Committed outputs of one partition, live, after `from` (exclusive entry id; undefined = what comes):
   * those of the version that was live when they were committed. A share of keys changes nothing here. `end`
   * says whether it goes on when nothing more is there.
   */
  follow(
    partition: number, from: string | undefined, signal: AbortSignal, end?: FollowEnd,
  ): AsyncGenerator<Followed> {
    const outboxes = ({ version, previous }: LivePointer): string[] =>
      (previous === null ? [version] : [previous, version])
        .map(one => this.#keys.outbox(partition, this.#live.idOf(one)))
    return followOutbox(this.#redis, outboxes(this.#live.at(partition)),
      async () => outboxes(await this.#live.refresh(partition)), from, this.#clock, signal, end,
      this.#dataKeys)
  }

  /**
   * True when everything appended before the call is committed in the partition of `key`; false after
   * `timeoutMs`.
   */
  async settled(key: string, timeoutMs: number): Promise<boolean> {
    const partition = this.partitionOf(key)
    return this.#lag.settled(partition, await this.#live.idFor(partition, key), timeoutMs)
  }

  /** How far behind every partition is. */
  lag(): Promise<PartitionLag[]> {
    return this.#lag.read()
  }

  /** The nodes that are alive. */
  async nodes(): Promise<NodeInfo[]> {
    return (await this.registry.list('node')).map(([, info]) => info as NodeInfo)
  }

  /** Waits for what is being appended, then closes. */
  async close(): Promise<void> {
    await this.#appender.drain()
    this.#lag.stop()
    for (const link of this.#links.values()) link.close()
    closeRedis(this.#redis)
  }

  /** Rows that were read as name, row, name, row …; undefined where erased. */
  async #opened(
    key: string, pairs: readonly Buffer[],
  ): Promise<({ name: string, packed: Buffer } | undefined)[]> {
    const rows = pairs.filter((_, i) => i % 2 === 1)
    return this.#dataKeys ? openRows(this.#dataKeys, key, rows)
      : rows.map((packed, i) => ({ name: String(pairs[2 * i]), packed }))
  }

  /** How many of the records go to which partition; neighbours mostly share their key. */
  #countsOf(records: readonly AppendInput[]): Map<number, number> {
    const counts = new Map<number, number>()
    let from = 0
    for (let i = 1; i <= records.length; i++) {
      if (i < records.length && records[i].key === records[from].key) continue
      const partition = this.partitionOf(records[from].key)
      counts.set(partition, (counts.get(partition) ?? 0) + i - from)
      from = i
    }
    return counts
  }
}
