/**
 * The operator's side of dead letters: lists them, and moves them back into the log, to be folded again
 * (redrive) or to be closed (drop). It works while the system runs, and needs no node to do so.
 *
 * E1  A letter is moved once: its record is appended and it is removed by one script; a move that is
 *     repeated, or killed half way, moves what is left (lua/move-letters.lua).
 * E2  Letters of a key are appended in the order of their first failure. Those of a parked actor are moved
 *     only together with all before them; what is buried behind them meanwhile follows in further rounds.
 * E3  Letters are read in pages; what is remembered is one line per parked actor and the page at hand.
 */
import { encodeEncrypted, type DataKeys } from '../cipher/index.js'
import type { Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import {
  blockBytesMax, letterPageEntries, logUnreadRecordsMax, redriveRecordsMax, redriveRoundsMax, redriveWaitMs,
} from '../limits/limits.js'
import { readRange } from '../log/index.js'
import { encodeRecord } from '../record/block.js'
import { partitionOf } from '../record/hash.js'
import type { Keyspace } from '../record/keys.js'
import { encodeValue } from '../record/pack.js'
import { startOfLog, type Move } from '../record/record.js'
import { loadScript, runScript, send, type RedisArgument, type RedisConnection } from '../redis/index.js'
import { movedRecord } from './dead-letter.js'
import { openLetters } from './letter-box.js'
import type { DeadLetter } from './topology.js'

/** Which letters. Nothing named: all. */
export interface LetterChoice {
  readonly key?: string
  readonly code?: string
  readonly ids?: readonly string[]
}

/** What a move did. */
export interface MoveReport {
  readonly moved: number
  /** Letters that were chosen but cannot be moved, the first of them with their reasons. */
  readonly refused: number
  readonly reasons: readonly string[]
  /** Redriven letters that failed again. */
  readonly failedAgain: number
  /** Everything that was moved is folded; false when no node folds it. */
  readonly isSettled: boolean
}

/** Where the letters are. */
export interface LetterPlace {
  readonly redis: RedisConnection
  readonly keys: Keyspace
  readonly clock: Clock
  /** Name of the topology. */
  readonly topology: string
  /** `<name>.<version>` of the version that is live in a partition: its letters are moved. */
  readonly topologyIdAt: (partition: number) => string
  readonly topic: string
  readonly partitions: number
  readonly dataKeys: DataKeys | undefined
}

interface Stored {
  readonly entry: string
  readonly letter: DeadLetter
}

/** The queue of one parked actor, as far as it lies among the letters. */
interface Queue {
  first: DeadLetter
  /** The first letter that is not chosen: what stands behind it must stay. */
  firstLeft: DeadLetter | undefined
}

/** Reasons that a report repeats. */
const reasonsMax = 5
const pollMs = 20

const moveLetters = loadScript('move-letters')

/** See the top of the file. */
export class LetterDesk {
  readonly #place: LetterPlace

  constructor(place: LetterPlace) {
    this.#place = place
  }

  /** How many letters each partition has. */
  counts(): Promise<number[]> {
    const { redis } = this.#place
    return Promise.all(this.#partitionsOf({}).map(async partition =>
      Number(await send(redis, 'XLEN', [this.#dead(partition)]))))
  }

  /** The chosen letters, the oldest failure first. */
  async *list(choice: LetterChoice): AsyncGenerator<DeadLetter> {
    const lists = this.#partitionsOf(choice).map(partition => this.#chosen(partition, choice))
    const heads = await Promise.all(lists.map(async list => ({ list, head: await list.next() })))
    for (;;) {
      const open = heads.filter(({ head }) => !head.done)
      if (open.length === 0) return
      const next = open.reduce((a, b) => (failedAtOf(b.head) < failedAtOf(a.head) ? b : a))
      yield (next.head.value as Stored).letter
      next.head = await next.list.next()
    }
  }

  /** One letter. Throws LETTER_UNKNOWN. */
  async find(id: string): Promise<DeadLetter> {
    for await (const letter of this.list({ ids: [id] })) return letter
    throw new HinataError('LETTER_UNKNOWN', { id })
  }

  /**
   * Redrives or drops the chosen letters and waits until they are folded. Throws, before anything is moved,
   * LETTER_UNKNOWN, LETTER_FINAL and LETTER_BEHIND when a letter that was named cannot be moved; later
   * LOG_FULL.
   */
  async move(move: Move, choice: LetterChoice): Promise<MoveReport> {
    if (choice.ids) await this.#assertMovable(move, choice.ids)
    const total = { moved: 0, refused: 0, failedAgain: 0, reasons: [] as string[], isSettled: true }
    await Promise.all(this.#partitionsOf(choice).map(async partition => {
      const report = await this.#movePartition(partition, move, choice)
      total.moved += report.moved
      total.refused += report.refused
      total.failedAgain += report.failedAgain
      total.reasons.push(...report.reasons)
      total.isSettled &&= report.isSettled
    }))
    return { ...total, reasons: total.reasons.slice(0, reasonsMax) }
  }

  async #movePartition(partition: number, move: Move, choice: LetterChoice): Promise<MoveReport> {
    const started = await this.#newest(partition)
    const found = { moved: 0, refused: 0, reasons: [] as string[] }
    let isSettled = true
    /** The parked actors whose queues are worked off; undefined in the first round: all. */
    let queues: ReadonlySet<string> | undefined
    for (let round = 0; round < redriveRoundsMax; round++) {
      const pass = await this.#pass(partition, move, choice, queues)
      found.moved += pass.moved
      if (round === 0) {
        found.refused = pass.refused
        found.reasons = pass.reasons
      }
      if (pass.moved === 0) break
      isSettled = await this.#settled(partition)
      queues = pass.queues
      if (!isSettled || choice.ids || queues.size === 0) break
    }
    let failedAgain = 0
    for await (const { letter } of this.#read(partition, `(${started}`)) {
      if (letter.redrives > 0) failedAgain++
    }
    return { ...found, failedAgain, isSettled }
  }

  /** Moves what is chosen now, page by page. */
  async #pass(
    partition: number, move: Move, choice: LetterChoice, queues: ReadonlySet<string> | undefined,
  ): Promise<{ moved: number, refused: number, reasons: string[], queues: ReadonlySet<string> }> {
    const last = await this.#newest(partition)
    const survey = await this.#survey(partition, choice)
    const pass = { moved: 0, refused: 0, reasons: [] as string[], queues: new Set<string>() }
    let page: Stored[] = []
    const flush = async (): Promise<void> => {
      pass.moved += await this.#append(partition, move, inOrder(page))
      page = []
    }
    for await (const stored of this.#chosen(partition, choice, last)) {
      const { letter } = stored
      const name = queueOf(letter)
      const queue = name === undefined ? undefined : survey.get(name)
      // a further round takes what was buried behind its queue, and stops where the first failed again
      if (queues && (name === undefined || !queues.has(name) || queue!.first.attempts > 0)) continue
      const refusal = refusalOf(move, letter, queue)
      if (refusal) {
        pass.refused++
        if (pass.reasons.length < reasonsMax) pass.reasons.push(refusal.message)
        continue
      }
      if (name !== undefined) pass.queues.add(name)
      page.push(stored)
      if (page.length === letterPageEntries) await flush()
    }
    await flush()
    return pass
  }

  /** Appends the records of letters, in blocks; how many were still there. */
  async #append(partition: number, move: Move, letters: readonly Stored[]): Promise<number> {
    const { redis, keys, topic, topology } = this.#place
    const names = [this.#dead(partition), keys.log(partition, topic), keys.meta(partition, topic)]
    let moved = 0
    let args: RedisArgument[] = []
    let bytes = 0
    const flush = async (): Promise<void> => {
      if (args.length === 0) return
      await this.#untilRoom(partition)
      const [count] = await runScript(redis, moveLetters, names, [args.length / 2, ...args]) as [number]
      moved += count
      args = []
      bytes = 0
    }
    for (const { entry, letter } of letters) {
      const record = movedRecord(topology, move, letter)
      const dataKey = record.key === '' ? undefined
        : (await this.#place.dataKeys?.toAppend([record.key]))?.get(record.key)?.key
      const packed = dataKey ? encodeEncrypted(dataKey, record, encodeValue(record.value))
        : encodeRecord(record)
      if (bytes + packed.length > blockBytesMax || args.length >= 2 * redriveRecordsMax) await flush()
      args.push(entry, packed)
      bytes += packed.length
    }
    await flush()
    return moved
  }

  /** The queues of all parked actors that have letters here. */
  async #survey(partition: number, choice: LetterChoice): Promise<Map<string, Queue>> {
    const queues = new Map<string, Queue>()
    for await (const { letter } of this.#read(partition, '-')) {
      const name = queueOf(letter)
      if (name === undefined) continue
      const left = isChosen(letter, choice) ? undefined : letter
      const queue = queues.get(name)
      if (!queue) {
        queues.set(name, { first: letter, firstLeft: left })
        continue
      }
      if (placeOf(letter) < placeOf(queue.first)) queue.first = letter
      if (left && (!queue.firstLeft || placeOf(left) < placeOf(queue.firstLeft))) queue.firstLeft = left
    }
    return queues
  }

  async #assertMovable(move: Move, ids: readonly string[]): Promise<void> {
    for (const partition of this.#partitionsOf({ ids })) {
      const survey = await this.#survey(partition, { ids })
      const here = ids.filter(id => partitionOfId(id) === partition)
      const missing = new Set(here)
      for await (const { letter } of this.#chosen(partition, { ids: here })) {
        missing.delete(letter.id)
        const refusal = refusalOf(move, letter, survey.get(queueOf(letter) ?? ''))
        if (refusal) throw refusal
      }
      for (const id of missing) throw new HinataError('LETTER_UNKNOWN', { id })
    }
    const strange = ids.find(id => !(partitionOfId(id) < this.#place.partitions))
    if (strange !== undefined) throw new HinataError('LETTER_UNKNOWN', { id: strange })
  }

  /** Waits until the log of the partition can take a block. Throws LOG_FULL when that does not come. */
  async #untilRoom(partition: number): Promise<void> {
    const isFree = await this.#until(async () => {
      const { appended, folded } = await this.#counts(partition)
      return appended - folded < logUnreadRecordsMax / 2
    })
    if (!isFree) throw new HinataError('LOG_FULL', { partition, max: logUnreadRecordsMax, found: '' })
  }

  /** Waits until what is appended now is folded; false when it takes too long. */
  async #settled(partition: number): Promise<boolean> {
    const { appended } = await this.#counts(partition)
    return this.#until(async () => (await this.#counts(partition)).folded >= appended)
  }

  async #until(look: () => Promise<boolean>): Promise<boolean> {
    const { clock } = this.#place
    const deadline = clock.now() + redriveWaitMs
    const never = new AbortController().signal
    while (!await look()) {
      if (clock.now() >= deadline) return false
      await clock.wait(pollMs, never)
    }
    return true
  }

  async #counts(partition: number): Promise<{ appended: number, folded: number }> {
    const { redis, keys, topic, topologyIdAt } = this.#place
    const [appended, folded] = await Promise.all([
      send(redis, 'HGET', [keys.meta(partition, topic), 'n']),
      send(redis, 'HGET', [keys.checkpoint(partition, topologyIdAt(partition)), 'folded']),
    ])
    return { appended: Number(String(appended ?? 0)), folded: Number(String(folded ?? 0)) }
  }

  async *#chosen(partition: number, choice: LetterChoice, to = '+'): AsyncGenerator<Stored> {
    for await (const stored of this.#read(partition, '-', to)) {
      if (isChosen(stored.letter, choice)) yield stored
    }
  }

  async *#read(partition: number, from: string, to = '+'): AsyncGenerator<Stored> {
    for (let at = from; ;) {
      const entries = await readRange(this.#place.redis, this.#dead(partition), at, to, letterPageEntries)
      const letters = await openLetters(this.#place.dataKeys, entries.map(({ block }) => block))
      for (const [i, letter] of letters.entries()) if (letter) yield { entry: entries[i].id, letter }
      if (entries.length < letterPageEntries) return
      at = `(${entries[entries.length - 1].id}`
    }
  }

  /** The newest letter's entry. */
  async #newest(partition: number): Promise<string> {
    const found = await send(this.#place.redis, 'XREVRANGE', [this.#dead(partition), '+', '-', 'COUNT', 1]) as
      [Buffer][]
    return found.length === 0 ? startOfLog : String(found[0][0])
  }

  #dead(partition: number): string {
    return this.#place.keys.dead(partition, this.#place.topologyIdAt(partition))
  }

  #partitionsOf({ key, ids }: LetterChoice): number[] {
    const { partitions } = this.#place
    const all = Array.from({ length: partitions }, (_, partition) => partition)
    if (ids) return all.filter(partition => ids.some(id => partitionOfId(id) === partition))
    return key === undefined || partitions === 0 ? all : [partitionOf(key, partitions)]
  }
}

function isChosen(letter: DeadLetter, { key, code, ids }: LetterChoice): boolean {
  return (key === undefined || letter.key === key) && (code === undefined || letter.error.code === code)
    && (ids === undefined || ids.includes(letter.id))
}

/** Why a letter must stay. */
function refusalOf(move: Move, letter: DeadLetter, queue: Queue | undefined): HinataError | undefined {
  const { id, isFinal, key } = letter
  if (isFinal !== undefined && move === 'redrive') {
    return new HinataError('LETTER_FINAL', { id, reason: isFinal })
  }
  const first = queue?.firstLeft
  if (!first || placeOf(first) > placeOf(letter)) return undefined
  return new HinataError('LETTER_BEHIND', { id, first: first.id, key })
}

/** Letters of one key by their first failure; the keys as they come. */
function inOrder(page: readonly Stored[]): Stored[] {
  const byKey = new Map<string, Stored[]>()
  for (const stored of page) {
    const same = byKey.get(stored.letter.key)
    if (same) same.push(stored)
    else byKey.set(stored.letter.key, [stored])
  }
  return [...byKey.values()].flatMap(same =>
    same.sort((a, b) => comparePositions(a.letter.origin, b.letter.origin)))
}

/** Numbers of a position: `<ms>-<n>:<index>`, or `<due>:<name>` of a timer, which fires after its instant. */
function comparePositions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  const at = left.findIndex((number, i) => number !== right[i])
  return at < 0 ? 0 : left[at] - right[at]
}

function numbersOf(position: string): number[] {
  const [, ms, n, index] = /^(\d+)(?:-(\d+):(\d+))?/.exec(position) ?? []
  return [Number(ms), Number(n ?? Number.MAX_SAFE_INTEGER), Number(index ?? 0)]
}

function queueOf(letter: DeadLetter): string | undefined {
  return letter.queued && `${letter.queued.actor}\0${letter.key}`
}

function placeOf(letter: DeadLetter): number {
  return letter.queued?.place ?? Infinity
}

function partitionOfId(id: string): number {
  return Number(id.slice(0, id.indexOf(':')))
}

function failedAtOf(head: IteratorResult<Stored>): number {
  return (head.value as Stored).letter.failedAt
}
