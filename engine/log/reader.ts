/**
 * The reader: one connection reads all partitions that a node owns and hands each its entries, from its own
 * position. One command names the partitions of one group (RedisPlace), so each group has a loop: one
 * on a single Redis, and one per partition on a cluster.
 *
 * R1  Entries of a partition are handed over in order, each once, starting after the given position.
 * R2  A partition whose taker has no room is not read (G8); the others go on.
 * R3  The reader keeps nothing: positions are the taker's, who moved them by taking.
 */
import { endWait, systemClock, type Clock } from '../clock/index.js'
import type { EntryId } from '../record/record.js'
import { fieldsOf, send, type RedisConnection } from '../redis/index.js'
import { announce } from '../telemetry/channels.js'

/** One entry as it was read. */
export interface Entry {
  readonly id: EntryId
  readonly block: Buffer
}

/** One entry of an outbox, and how many values it holds. */
export interface OutboxEntry extends Entry {
  readonly values: number
}

/** Who takes the entries of one stream. */
export interface EntryTaker {
  readonly stream: string
  /** The last entry taken. */
  readonly position: EntryId
  /** Whether it can take more now. */
  readonly hasRoom: boolean
  take(entries: Entry[]): void
}

const blockWhenIdleMs = 200
const blockWhenSomeAreFullMs = 5

/** Reads for many takers until stopped. The connection must be its own: it blocks. */
export class LogReader {
  readonly #redis: RedisConnection
  readonly #entriesMax: number
  readonly #clock: Clock
  readonly #groups = new Map<string, GroupReader>()

  constructor(redis: RedisConnection, entriesMax: number, clock: Clock = systemClock) {
    this.#redis = redis
    this.#entriesMax = entriesMax
    this.#clock = clock
  }

  /** Starts to read for a taker. */
  add(taker: EntryTaker): void {
    const { group } = this.#redis.placeOf(taker.stream)
    let reader = this.#groups.get(group)
    if (!reader) {
      reader = new GroupReader(this.#redis, this.#entriesMax, this.#clock)
      this.#groups.set(group, reader)
    }
    reader.add(taker)
  }

  /** Stops to read for a taker; once it resolves, the taker gets nothing more. */
  async remove(taker: EntryTaker): Promise<void> {
    await this.#groups.get(this.#redis.placeOf(taker.stream).group)?.remove(taker)
  }

  /** Ends the loops. */
  async stop(): Promise<void> {
    await Promise.all([...this.#groups.values()].map(reader => reader.stop()))
  }
}

class GroupReader {
  readonly #redis: RedisConnection
  readonly #entriesMax: number
  readonly #clock: Clock
  readonly #takers = new Set<EntryTaker>()
  #isStopped = false
  #loop: Promise<void> | undefined
  #wake: (() => void) | undefined
  #readingUntil = Promise.resolve()

  constructor(redis: RedisConnection, entriesMax: number, clock: Clock) {
    this.#redis = redis
    this.#entriesMax = entriesMax
    this.#clock = clock
  }

  add(taker: EntryTaker): void {
    this.#takers.add(taker)
    this.#loop ??= this.#read()
    this.#wake?.()
  }

  async remove(taker: EntryTaker): Promise<void> {
    this.#takers.delete(taker)
    await this.#readingUntil
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#takers.clear()
    this.#wake?.()
    await this.#loop
  }

  async #read(): Promise<void> {
    while (!this.#isStopped) {
      const ready = [...this.#takers].filter(taker => taker.hasRoom)
      if (ready.length === 0) {
        await this.#pause(this.#takers.size === 0 ? blockWhenIdleMs : blockWhenSomeAreFullMs)
        continue
      }
      const isSomeFull = ready.length < this.#takers.size
      let release = (): void => undefined
      this.#readingUntil = new Promise(resolve => { release = resolve })
      const entries = await readStreams(this.#redis, ready, this.#entriesMax,
        isSomeFull ? blockWhenSomeAreFullMs : blockWhenIdleMs).catch(async (error: Error) => {
        if (!this.#isStopped) announce('warn', 'reader', error.message)
        await this.#pause(blockWhenIdleMs)
        return []
      })
      for (const [taker, found] of entries) if (this.#takers.has(taker)) taker.take(found)
      release()
    }
  }

  #pause(ms: number): Promise<void> {
    const waking = new AbortController()
    this.#wake = () => endWait(waking)
    return this.#clock.wait(ms, waking.signal)
  }
}

async function readStreams(
  redis: RedisConnection, takers: EntryTaker[], entriesMax: number, blockMs: number,
): Promise<[EntryTaker, Entry[]][]> {
  const reply = await send(redis, 'XREAD', ['COUNT', entriesMax, 'BLOCK', blockMs, 'STREAMS',
    ...takers.map(taker => taker.stream), ...takers.map(taker => taker.position)])
  if (reply === null) return []
  const found = fieldsOf<StreamEntry[]>(reply)
  return takers.filter(({ stream }) => stream in found)
    .map(taker => [taker, found[taker.stream].map(entryOf)])
}

type StreamEntry = [id: Buffer, fields: Buffer[]]

function entryOf([id, fields]: StreamEntry): Entry {
  return { id: String(id), block: fields[1] }
}

/** Reads entries of one stream between two ids, both inclusive unless prefixed with `(`. */
export async function readRange(
  redis: RedisConnection, stream: string, from: string, to: string, entriesMax: number,
): Promise<Entry[]> {
  return (await range(redis, stream, from, to, entriesMax)).map(entryOf)
}

/** The same of an outbox. */
export async function readOutbox(
  redis: RedisConnection, outbox: string, from: string, to: string, entriesMax: number,
): Promise<OutboxEntry[]> {
  return (await range(redis, outbox, from, to, entriesMax)).map(([id, fields]) =>
    ({ id: String(id), block: fields[1], values: Number(String(fields[3])) }))
}

function range(
  redis: RedisConnection, stream: string, from: string, to: string, entriesMax: number,
): Promise<StreamEntry[]> {
  return send(redis, 'XRANGE', [stream, from, to, 'COUNT', entriesMax]) as Promise<StreamEntry[]>
}
