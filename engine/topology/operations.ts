/**
 * What an operator does to a topology, straight in Redis: dead letters, and partitions that are halted. No
 * node need run; those that do see it within half a second. It is done to the version that is live.
 */
import { systemClock, type Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import { readEntriesMax } from '../limits/limits.js'
import { readRange } from '../log/index.js'
import { decodeBlock } from '../record/block.js'
import { Keyspace } from '../record/keys.js'
import { startOfLog, type EntryId } from '../record/record.js'
import { closeRedis, openRedis, send, type RedisConnection } from '../redis/index.js'
import { Halts, type Halt } from './halt.js'
import { LetterDesk } from './letter-desk.js'
import { LiveVersions } from './live-version.js'
import { dataKeysOf } from './encryption.js'
import type { Topology } from './topology.js'

/** Which topology, where. */
export interface OperationsOptions {
  readonly redisUrl: string
  readonly topology: Pick<Topology, 'name' | 'version' | 'source' | 'relays' | 'encryption'>
  /** Whose halts, if not the live version's: a version that follows has its own. */
  readonly version?: number
  /** Default `h`. */
  readonly namespace?: string
  readonly clock?: Clock
}

/** Connects. The number of partitions is the stored one; a topic that was never created has none. */
export async function openOperations(options: OperationsOptions): Promise<Operations> {
  const { topology, clock = systemClock } = options
  const redis = await openRedis(options.redisUrl, 'operations')
  const keys = new Keyspace(options.namespace ?? 'h')
  const { topic } = topology.source
  const partitions = Number(String(await send(redis, 'GET', [keys.topic(topic)]) ?? 0))
  const asCreated = { ...topology, source: { ...topology.source, partitions } }
  const dataKeys = (await dataKeysOf(redis, keys, asCreated))?.()
  const live = new LiveVersions(redis, keys, asCreated)
  await live.refreshAll()
  const letters = new LetterDesk({
    redis, keys, clock, topic, partitions, topology: topology.name, dataKeys,
    topologyIdAt: partition => live.idAt(partition),
  })
  return new Operations({ redis, keys, topic, partitions, letters, live, version: options.version })
}

/** Where operations work. */
interface OperationsPlace {
  readonly redis: RedisConnection
  readonly keys: Keyspace
  readonly topic: string
  readonly partitions: number
  readonly letters: LetterDesk
  readonly live: LiveVersions
  readonly version: number | undefined
}

/** See the top of the file. */
export class Operations {
  readonly letters: LetterDesk
  readonly #place: OperationsPlace
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #topic: string

  constructor(place: OperationsPlace) {
    this.#place = place
    this.#redis = place.redis
    this.#keys = place.keys
    this.#topic = place.topic
    this.letters = place.letters
  }

  /** The partitions that stand, and why. */
  async halted(): Promise<[partition: number, halt: Halt][]> {
    const halts = await Promise.all(Array.from({ length: this.#place.partitions }, (_, p) =>
      this.#haltOf(p)))
    return halts.flatMap((halt, partition) => (halt ? [[partition, halt] as [number, Halt]] : []))
  }

  /**
   * Has a halted partition tried again at once. With `isSkipping` what halts it is passed: a record or block
   * becomes a dead letter; of a paused partition, every record that fails up to the end of the log as it is
   * now. Throws PARTITION_RUNS, and NOTHING_TO_SKIP for a failure that is of no record.
   */
  async resume(partition: number, options: { isSkipping: boolean }): Promise<Halt> {
    const halt = await this.#haltOf(partition)
    if (!halt) throw new HinataError('PARTITION_RUNS', { partition })
    if (options.isSkipping) await this.#skip(partition, halt)
    await send(this.#redis, 'HSET', [this.#keys.halt(partition, this.#idAt(partition)), 'nextAt', 0])
    return halt
  }

  /** Closes the connection. */
  close(): void {
    closeRedis(this.#redis)
  }

  #haltOf(partition: number): Promise<Halt | undefined> {
    return new Halts(this.#redis, this.#keys, this.#idAt(partition)).read(partition)
  }

  /** `<name>.<version>` of the version whose halts these are. */
  #idAt(partition: number): string {
    const { live, version } = this.#place
    return version === undefined ? live.idAt(partition) : live.idOf(version)
  }

  async #skip(partition: number, { code, position, cause }: Halt): Promise<void> {
    if (code === 'PARTITION_PAUSED') {
      const { last } = await this.#end(partition)
      await send(this.#redis, 'HSET', [this.#keys.halt(partition, this.#idAt(partition)), 'buryUntil', last])
    } else if (code === 'PARTITION_STOPPED' || code === 'BLOCK_CORRUPT') {
      const records = code === 'BLOCK_CORRUPT' ? await this.#recordsOf(partition, position) : 1
      await send(this.#redis, 'HSET', [this.#keys.skips(partition, this.#topic), position, records])
    } else throw new HinataError('NOTHING_TO_SKIP', { partition, reason: cause })
  }

  /**
   * How many records an unreadable block holds: what was appended, less what is folded and what can be
   * counted behind it. Other unreadable blocks count as one record each; theirs is then found alike.
   */
  async #recordsOf(partition: number, block: EntryId): Promise<number> {
    const { appended, last } = await this.#end(partition)
    const [folded, position] = await send(this.#redis, 'HMGET',
      [this.#keys.checkpoint(partition, this.#idAt(partition)), 'folded', 'position']) as (Buffer | null)[]
    let rest = appended - Number(String(folded ?? 0))
    for (let at = String(position ?? startOfLog); ;) {
      const entries = await readRange(this.#redis, this.#keys.log(partition, this.#topic), `(${at}`, last,
        readEntriesMax)
      for (const entry of entries) if (entry.id !== block) rest -= countOf(entry.id, entry.block)
      if (entries.length < readEntriesMax) return Math.max(0, rest)
      at = entries[entries.length - 1].id
    }
  }

  /** The newest entry and the number of records up to it, read until both belong together. */
  async #end(partition: number): Promise<{ appended: number, last: EntryId }> {
    const log = this.#keys.log(partition, this.#topic)
    const read = async (): Promise<number> =>
      Number(String(await send(this.#redis, 'HGET', [this.#keys.meta(partition, this.#topic), 'n']) ?? 0))
    for (;;) {
      const appended = await read()
      const [newest] = await send(this.#redis, 'XREVRANGE', [log, '+', '-', 'COUNT', 1]) as [Buffer][]
      if (appended === await read()) return { appended, last: newest ? String(newest[0]) : startOfLog }
    }
  }
}

function countOf(id: EntryId, block: Buffer): number {
  try {
    return decodeBlock(id, block).length
  } catch {
    return 1 // unreadable as well: an operator meets it next
  }
}
