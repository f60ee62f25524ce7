/**
 * The appender: gathers the records of each partition for a short while and appends them as blocks.
 *
 * P1  Records of one key are appended in the order of the `append` calls (G3): one block of a partition is in
 *     flight at a time, and what arrives meanwhile waits for the next.
 * P2  `append` resolves after Redis has the records with the stated durability (G1).
 * P3  A block is appended once, however often its command is sent again: the script knows its sequence, or
 *     the ids of its records. A block that no replica confirms is sent again under its sequence, and then
 *     refused with REPLICA_MISSING; sent again by the app, records with an id are still known.
 * P4  What waits is bounded; beyond it `append` throws OVERLOADED (G8).
 * P5  With data keys, values are encrypted when their block is made, each with the key that is in force then:
 *     the script refuses a block that was made with another, and it is made again.
 */
import { randomUUID } from 'node:crypto'
import { encodeEncrypted, type DataKeys } from '../cipher/index.js'
import { endWait, systemClock, type Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import {
  appenderMemorySeconds, appenderRecordsMax, appendTriesMax, blockBytesMax, blockRecordsMax, recordBytesMax,
} from '../limits/limits.js'
import { encodeRecord } from '../record/block.js'
import { markOf, partitionOf } from '../record/hash.js'
import type { Keyspace } from '../record/keys.js'
import { encodeValue } from '../record/pack.js'
import { isOwnValue, type LogRecord, type Position } from '../record/record.js'
import {
  JoinedArgument, loadScript, replicated, runScript, type Durability, type RedisConnection,
} from '../redis/index.js'

/** A record to append. With `idempotency` the log accepts each (key, id, fingerprint) once. */
export interface AppendInput extends LogRecord {
  readonly idempotency?: {
    readonly id: string
    /** Of the content: another fingerprint under the same id is a revision. */
    readonly fingerprint: string
    /** Of the submission: the same origin is a resend, another one a duplicate. */
    readonly origin: string
  }
}

/** What became of one record. */
export interface Appended {
  readonly outcome: 'appended' | 'revised' | 'repeated' | 'duplicate' | 'erased'
  /** null for a duplicate, and for what is older than the erasure of its key. */
  readonly position: Position | null
  readonly durability: Durability
}

/** Options of an appender. */
export interface AppenderOptions {
  readonly redis: RedisConnection
  readonly keys: Keyspace
  readonly topic: string
  readonly partitions: number
  readonly durability: Durability
  /** Of a topic whose values are encrypted. */
  readonly dataKeys?: DataKeys
  /** How long a record waits for companions, ms. Default 2. */
  readonly lingerMs?: number
  readonly clock?: Clock
  /** Unique among all appenders that ever were. Default: a random one. */
  readonly id?: string
}

interface Call {
  readonly answers: Appended[]
  missing: number
  readonly resolve: (answers: Appended[]) => void
  readonly reject: (error: unknown) => void
}

interface Waiting {
  readonly call: Call
  readonly index: number
  /** The record; with data keys, its value alone. */
  readonly packed: Buffer
  readonly input: AppendInput
}

/** Neighbours in a block with one key and one origin, as append-unique.lua takes them. */
type Group = [hash: number, origin: string, ids: string[], fingerprints: string[], dataKey?: string]

interface Lane {
  readonly partition: number
  waiting: Waiting[]
  sequence: number
  isInFlight: boolean
  /** Ends the linger; undefined while nothing lingers. */
  lingering: AbortController | undefined
}

const appendBlock = loadScript('append-block')
const appendUnique = loadScript('append-unique')

/** Appends records to one topic. */
export class Appender {
  readonly #options: AppenderOptions
  readonly #id: string
  readonly #lanes: Lane[]
  readonly #lingerMs: number
  readonly #clock: Clock
  #waitingRecords = 0
  #idle: (() => void)[] = []

  constructor(options: AppenderOptions) {
    this.#options = options
    this.#id = options.id ?? randomUUID()
    this.#clock = options.clock ?? systemClock
    this.#lingerMs = options.lingerMs ?? 2
    this.#lanes = Array.from({ length: options.partitions }, (_, partition) =>
      ({ partition, waiting: [], sequence: 0, isInFlight: false, lingering: undefined }))
  }

  /**
   * Appends records; one answer per record, in order. Throws OVERLOADED, RECORD_TOO_LARGE and CIPHER_IDS
   * before taking any.
   */
  append(records: readonly AppendInput[]): Promise<Appended[]> {
    if (records.length === 0) return Promise.resolve([])
    if (this.#waitingRecords + records.length > appenderRecordsMax) {
      throw new HinataError('OVERLOADED', { what: 'The appender', max: appenderRecordsMax })
    }
    const packed = this.#options.dataKeys ? encryptable(records) : records.map(encodeRecord)
    const tooLarge = packed.find(bytes => bytes.length > recordBytesMax)
    if (tooLarge) throw new HinataError('RECORD_TOO_LARGE', { found: tooLarge.length, max: recordBytesMax })
    return new Promise((resolve, reject) => {
      const call: Call = { answers: new Array(records.length), missing: records.length, resolve, reject }
      this.#waitingRecords += records.length
      let lane = this.#laneOf(records[0].key)
      for (let index = 0; index < records.length; index++) {
        const input = records[index]
        if (index > 0 && input.key !== records[index - 1].key) lane = this.#laneOf(input.key)
        lane.waiting.push({ call, index, packed: packed[index], input })
        this.#schedule(lane)
      }
    })
  }

  /** Resolves when nothing waits any more. Call before closing the connection. */
  drain(): Promise<void> {
    for (const lane of this.#lanes) if (lane.waiting.length > 0) void this.#flush(lane)
    return this.#waitingRecords === 0 ? Promise.resolve() : new Promise(resolve => this.#idle.push(resolve))
  }

  #laneOf(key: string): Lane {
    return this.#lanes[partitionOf(key, this.#lanes.length)]
  }

  #schedule(lane: Lane): void {
    if (lane.isInFlight) return
    if (lane.waiting.length >= blockRecordsMax) void this.#flush(lane)
    else if (!lane.lingering) void this.#linger(lane)
  }

  async #linger(lane: Lane): Promise<void> {
    const { signal } = lane.lingering = new AbortController()
    await this.#clock.wait(this.#lingerMs, signal)
    if (!signal.aborted) void this.#flush(lane)
  }

  async #flush(lane: Lane): Promise<void> {
    if (lane.lingering) endWait(lane.lingering)
    lane.lingering = undefined
    if (lane.isInFlight || lane.waiting.length === 0) return
    lane.isInFlight = true
    const block = takeBlock(lane)
    try {
      const { redis, keys, topic, durability } = this.#options
      const sequence = ++lane.sequence
      const write = (): Promise<Appended[]> => (block[0].input.idempotency
        ? this.#sendUnique(lane, block, sequence) : this.#sendPlain(lane, block, sequence))
      const answers = durability === 'replica'
        ? await replicated(redis, keys.log(lane.partition, topic), write) : await write()
      block.forEach((waiting, i) => settle(waiting, answers[i]))
    } catch (error) {
      for (const waiting of block) waiting.call.reject(error)
    }
    this.#waitingRecords -= block.length
    lane.isInFlight = false
    if (lane.waiting.length > 0) void this.#flush(lane)
    if (this.#waitingRecords === 0) this.#idle.splice(0).forEach(wake => wake())
  }

  async #sendPlain(lane: Lane, block: Waiting[], sequence: number): Promise<Appended[]> {
    const { redis, keys, topic, durability } = this.#options
    const names = [keys.log(lane.partition, topic), keys.meta(lane.partition, topic),
      keys.appender(lane.partition, topic, this.#id)]
    const entry = String(await runScript(redis, appendBlock, names,
      [sequence, block.length, joined(block), appenderMemorySeconds]))
    return block.map((_, index) => ({ outcome: 'appended', position: { entry, index }, durability }))
  }

  async #sendUnique(lane: Lane, block: Waiting[], sequence: number): Promise<Appended[]> {
    const { dataKeys } = this.#options
    if (!dataKeys) return (await this.#callUnique(lane, block, sequence, new Map()))!
    const names = new Set(block.map(({ input }) => input.key))
    for (let tries = 0; tries < appendTriesMax; tries++) {
      const inForce = await dataKeys.toAppend(names)
      const encrypted = block.map(waiting => ({ ...waiting,
        packed: encodeEncrypted(inForce.get(waiting.input.key)!.key, waiting.input, waiting.packed) }))
      const ids = new Map([...inForce].map(([name, { key }]) => [name, key.id]))
      const answers = await this.#callUnique(lane, encrypted, sequence, ids)
      if (answers) return answers
      for (const name of names) dataKeys.forget(name)
    }
    throw new HinataError('CIPHER_UNSETTLED', { partition: lane.partition, max: appendTriesMax })
  }

  /** undefined: a data key was not the one in force. */
  async #callUnique(
    lane: Lane, block: Waiting[], sequence: number, dataKeyIds: ReadonlyMap<string, string>,
  ): Promise<Appended[] | undefined> {
    const { redis, keys, topic, durability } = this.#options
    const names = [keys.log(lane.partition, topic), keys.meta(lane.partition, topic),
      keys.appender(lane.partition, topic, this.#id), keys.erasures(lane.partition, topic)]
    const groups: Group[] = []
    const hashOf = new Map<string, number>()
    let last: AppendInput | undefined
    for (const { input } of block) {
      const { id, fingerprint, origin } = input.idempotency!
      if (last?.key !== input.key || last.idempotency?.origin !== origin) {
        let hash = hashOf.get(input.key)
        if (hash === undefined) {
          hash = names.push(keys.ids(lane.partition, topic, input.key))
          hashOf.set(input.key, hash)
        }
        const dataKey = dataKeyIds.get(input.key)
        groups.push(dataKey === undefined ? [hash, markOf(origin), [], []]
          : [hash, markOf(origin), [], [], dataKey])
      }
      last = input
      const group = groups[groups.length - 1]
      group[2].push(id)
      group[3].push(markOf(fingerprint))
    }
    if (dataKeyIds.size > 0) names.push(keys.dataKeys(lane.partition, topic))
    const lengths = block.map(({ packed }) => packed.length)
    const answer = await runScript(redis, appendUnique, names,
      [joined(block), encodeValue(groups), encodeValue(lengths), sequence,
        appenderMemorySeconds]) as Buffer[]
    return String(answer[0]) === 'stale' ? undefined : parseAnswer(answer, durability)
  }
}

/** Values to encrypt, packed; the engine's own are of no person and go as they are. Throws CIPHER_IDS. */
function encryptable(records: readonly AppendInput[]): Buffer[] {
  return records.map(record => {
    if (record.idempotency) return encodeValue(record.value)
    if (!isOwnValue(record.value)) throw new HinataError('CIPHER_IDS')
    return encodeRecord(record)
  })
}

/** The packed records as one argument: Redis and its Lua pay per argument. */
function joined(block: Waiting[]): JoinedArgument {
  return new JoinedArgument(block.map(({ packed }) => packed))
}

/** The first records of a lane that fit one block and are of one kind. */
function takeBlock(lane: Lane): Waiting[] {
  const isUnique = lane.waiting[0].input.idempotency !== undefined
  let bytes = 0
  let count = 0
  for (const waiting of lane.waiting) {
    bytes += waiting.packed.length
    if ((waiting.input.idempotency !== undefined) !== isUnique) break
    if (count > 0 && (count === blockRecordsMax || bytes > blockBytesMax)) break
    count++
  }
  return lane.waiting.splice(0, count)
}

function settle(waiting: Waiting, answer: Appended): void {
  waiting.call.answers[waiting.index] = answer
  if (--waiting.call.missing === 0) waiting.call.resolve(waiting.call.answers)
}

const outcomes = { a: 'appended', v: 'revised', r: 'repeated', d: 'duplicate', e: 'erased' } as const

/** Reads what append-unique.lua answers: entry, one letter per record, positions of the repeated ones. */
function parseAnswer(answer: Buffer[], durability: Durability): Appended[] {
  const [entry, letters, ...repeated] = answer.map(String)
  let index = 0
  let nextRepeated = 0
  return Array.from(letters, (letter): Appended => {
    const outcome = outcomes[letter as keyof typeof outcomes]
    if (outcome === 'duplicate' || outcome === 'erased') return { outcome, position: null, durability }
    if (outcome !== 'repeated') return { outcome, position: { entry, index: index++ }, durability }
    const [first, at] = repeated[nextRepeated++].split(':')
    return { outcome, position: { entry: first, index: Number(at) }, durability }
  })
}
