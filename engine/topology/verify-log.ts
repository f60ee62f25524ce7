/**
 * Compares the log of one partition with what was counted of it, with the ids it knows, and with the rows
 * that its records became. Memory holds one page of entries, one line per key, and what an id's earlier
 * contents were (bounded).
 *
 * V1  Every record of the log is counted once: in the meta hash, and up to the position in the checkpoint.
 * V2  Every record with an id is known under its id, every known id stands in the log, and a content follows
 *     itself only with another between.
 * V3  Every folded record is a row, a letter, or was dropped by an operator.
 * V4  Records before the last erasure of their key (log/erasure.ts) count, and are asked for nothing else.
 */
import { hiddenRow, openEntries, type DataKeys } from '../cipher/index.js'
import { blockRecordsMax, readEntriesMax, revisedIdsMax } from '../limits/limits.js'
import { erasureName, readErasures, readRange, type Entry, type LastErasure } from '../log/index.js'
import { decodeBlock } from '../record/block.js'
import { markOf } from '../record/hash.js'
import type { Keyspace } from '../record/keys.js'
import { compareEntries, isMoved, isOwnValue, startOfLog, type EntryId } from '../record/record.js'
import { loadScript, runScript, send, type RedisConnection } from '../redis/index.js'
import type { Cut } from './cut.js'
import type { Findings } from './findings.js'
import { legibleOf } from './letter-box.js'
import { topologyId } from './redis-store.js'
import type { DeadLetter, Topology } from './topology.js'

/** Where a topic is kept, and what opens it. */
export interface StoredTopic {
  readonly redis: RedisConnection
  readonly keys: Keyspace
  readonly dataKeys: DataKeys | undefined
}

/** What a value was appended as. */
interface Identified {
  readonly id: string
  readonly fingerprint: string
  /** It is a command, or the like: it leaves no row among `Identity.rows`, and is no record of its key. */
  readonly isRowless?: boolean
}

/** How records of a topic are told apart, and which row each becomes. */
export interface Identity {
  /** The id under which a value was appended, and the fingerprint of its content. */
  of(value: unknown): Identified | undefined
  /** The table whose rows are named by the ids. */
  readonly rows?: {
    readonly actor: string
    readonly table: string
    /** Only rows accepted from then on (ms UTC) are counted; default all. */
    readonly from?: number
  }
}

/** What the log holds of one key up to the cut. */
export interface KeyTally {
  /** Folded records: contents and revisions, without those that failed. */
  records: number
  /** Ids whose row is there, of those accepted since `Identity.rows.from`. */
  ids: number
}

/** What was read. */
export interface LogTally {
  readonly records: number
  readonly keys: ReadonlyMap<string, KeyTally>
  /** Folded records by month of acceptance, `YYYY-MM`. */
  readonly months: ReadonlyMap<string, number>
}

interface PlacedId {
  readonly key: string
  readonly position: string
  readonly entry: EntryId
  readonly id: string
  readonly mark: string
  readonly isRowless: boolean
}

const hasFields = loadScript('has-fields')
const pageFields = 1_000

/** Reads the log of a partition up to a cut. */
export class LogCheck {
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #dataKeys: DataKeys | undefined
  readonly #topology: Topology
  readonly #identity: Identity | undefined
  readonly #cut: Cut
  readonly #findings: Findings
  readonly #tally = new Map<string, KeyTally>()
  readonly #months = new Map<string, number>()
  /** Ids with more than one content: the mark of the last, by `key\0id`. */
  readonly #revised = new Map<string, string>()
  /** Folded records without a row, by position. */
  readonly #missing = new Map<string, PlacedId>()
  /** First positions of what failed or was dropped. */
  readonly #excused = new Set<string>()
  #skips: ReadonlyMap<string, number> = new Map()
  #erasures: ReadonlyMap<string, LastErasure> = new Map()

  constructor({ redis, keys, dataKeys }: StoredTopic, topology: Topology, identity: Identity | undefined,
    cut: Cut, findings: Findings) {
    this.#redis = redis
    this.#keys = keys
    this.#dataKeys = dataKeys
    this.#topology = topology
    this.#identity = identity
    this.#cut = cut
    this.#findings = findings
  }

  async run(): Promise<LogTally> {
    const { appended, folded, position, last, partition } = this.#cut
    const { topic } = this.#topology.source
    await this.#readLetters()
    this.#erasures = await readErasures(this.#redis, this.#keys, partition, topic)
    let [records, before, isAtEntry] = [0, 0, position === startOfLog]
    for (let at: EntryId = startOfLog; ;) {
      const entries = await this.#opened(await readRange(this.#redis, this.#keys.log(partition, topic),
        `(${at}`, last, readEntriesMax))
      const identified: PlacedId[] = []
      for (const entry of entries) {
        const count = this.#readEntry(entry, identified)
        records += count
        if (compareEntries(entry.id, position) <= 0) before += count
        isAtEntry ||= entry.id === position
      }
      await this.#checkIds(identified)
      if (entries.length < readEntriesMax) break
      at = entries[entries.length - 1].id
    }
    this.#compare('log', 'records counted', appended, records)
    this.#compare('checkpoint', 'records folded', folded, before)
    if (!isAtEntry) this.#findings.add('checkpoint', 'changed', `position: no entry ${position} in the log`)
    await this.#settleMissing()
    await this.#checkKnown()
    return { records, keys: this.#tally, months: this.#months }
  }

  async #opened(entries: readonly Entry[]): Promise<readonly Entry[]> {
    return this.#dataKeys ? openEntries(this.#dataKeys, entries) : entries
  }

  #compare(check: string, what: string, counted: number, found: number): void {
    if (counted === found) return
    this.#findings.add(check, counted > found ? 'lost' : 'doubled',
      `${what}: partition ${this.#cut.partition} says ${counted}, its log has ${found}`,
      Math.abs(counted - found))
  }

  #readEntry(entry: Entry, identified: PlacedId[]): number {
    const skipped = this.#skips.get(entry.id)
    try {
      const records = decodeBlock(entry.id, entry.block)
      const isFolded = compareEntries(entry.id, this.#cut.position) <= 0
      records.forEach(({ key, value }, index) => {
        if (isMoved(value)) this.#excuse(value)
        if (isMoved(value) || isOwnValue(value) || this.#isErased(key, entry.id)) return
        const found = this.#identity?.of(value)
        const position = `${entry.id}:${index}`
        if (found) {
          const { id, fingerprint, isRowless = false } = found
          identified.push({ key, position, entry: entry.id, id, mark: markOf(fingerprint), isRowless })
          if (isRowless) return
        }
        if (isFolded && !this.#excused.has(position)) this.#count(key, entry.id)
      })
      return records.length
    } catch (error) {
      if (skipped !== undefined) return skipped
      this.#findings.add('log', 'lost', `unreadable: ${String(error)}`)
      return 0
    }
  }

  /** Whether what stands in the entry was erased, although it may lie there still. */
  #isErased(key: string, entry: EntryId): boolean {
    if (this.#erasures.size === 0) return false
    const { topic } = this.#topology.source
    const { partition } = this.#cut
    const last = this.#erasures.get(erasureName({ keys: this.#keys, partition, topic, key }))
    return last !== undefined && compareEntries(entry, last.entry) < 0
  }

  #count(key: string, entry: EntryId): void {
    const tally = this.#tally.get(key) ?? { records: 0, ids: 0 }
    this.#tally.set(key, tally)
    tally.records++
    const month = new Date(Number(entry.split('-')[0])).toISOString().slice(0, 7)
    this.#months.set(month, (this.#months.get(month) ?? 0) + 1)
  }

  #excuse(value: { readonly '~letter': readonly [string, string, unknown, unknown] }): void {
    const [move, , head] = value['~letter']
    if (move === 'drop') this.#excused.add((head as DeadLetter).origin)
  }

  /** The letters that lie there, and the blocks that an operator passed. */
  async #readLetters(): Promise<void> {
    const { partition } = this.#cut
    const stream = this.#keys.dead(partition, topologyId(this.#topology))
    for (let at: EntryId = startOfLog; ;) {
      const entries = await readRange(this.#redis, stream, `(${at}`, '+', readEntriesMax)
      for (const { block } of entries) this.#excused.add(legibleOf(block).origin)
      if (entries.length < readEntriesMax) break
      at = entries[entries.length - 1].id
    }
    const flat = await send(this.#redis, 'HGETALL',
      [this.#keys.skips(partition, this.#topology.source.topic)]) as Buffer[]
    this.#skips = new Map(flat.flatMap((name, i) =>
      (i % 2 === 0 ? [[String(name), Number(String(flat[i + 1]))] as const] : [])))
  }

  /** V2 and V3 of one page. */
  async #checkIds(identified: readonly PlacedId[]): Promise<void> {
    const byKey = groupedBy(identified, ({ key }) => key)
    await Promise.all([...byKey].map(async ([key, all]) => {
      for (let i = 0; i < all.length; i += pageFields) {
        await this.#checkPage(key, all.slice(i, i + pageFields))
      }
    }))
  }

  async #checkPage(key: string, page: readonly PlacedId[]): Promise<void> {
    const { partition, position } = this.#cut
    const { topic } = this.#topology.source
    const ids = page.map(({ id }) => id)
    const known = await send(this.#redis, 'HMGET', [this.#keys.ids(partition, topic, key), ...ids]) as
      (Buffer | null)[]
    page.forEach((record, i) => this.#checkId(record, known[i] && String(known[i])))
    const { rows } = this.#identity ?? {}
    const tally = this.#tally.get(key)
    const isCurrent = (i: number): boolean => placeOf(String(known[i] ?? '')) === page[i].position
    if (!rows || !tally) return
    const hash = this.#keys.table(partition, topologyId(this.#topology), rows.actor, rows.table, key)
    const dataKey = (await this.#dataKeys?.current(key))?.key
    const present = String(await runScript(this.#redis, hasFields, [hash],
      this.#dataKeys ? ids.map(id => hiddenRow(dataKey, id)) : ids))
    page.forEach((record, i) => {
      if (record.isRowless) return
      const isCounted = Number(record.entry.split('-')[0]) >= (rows.from ?? 0)
      if (present[i] === '1' && isCurrent(i) && isCounted) tally.ids++
      if (present[i] === '1' || compareEntries(record.entry, position) > 0) return
      if (!this.#excused.has(record.position)) this.#missing.set(record.position, record)
    })
  }

  #checkId({ key, position, id, mark }: PlacedId, known: string | null): void {
    if (known === null) {
      return this.#findings.add('ids', 'lost', `unknown id: ${key} ${id} at ${position}`)
    }
    const name = `${key}\0${id}`
    if (this.#revised.get(name) === mark) {
      this.#findings.add('ids', 'doubled', `same content twice: ${key} ${id} at ${position}`)
    }
    if (placeOf(known) === position) {
      if (known.slice(0, 16) !== mark) this.#findings.add('ids', 'changed', `other content: ${key} ${id}`)
      this.#revised.delete(name)
    } else if (this.#revised.size < revisedIdsMax) this.#revised.set(name, mark)
  }

  /** Letters that were dropped, or failed, after their record was passed. */
  async #settleMissing(): Promise<void> {
    if (this.#missing.size === 0) return
    await this.#readLetters()
    for (const [position, { key, id }] of this.#missing) {
      if (this.#excused.has(position)) continue
      this.#findings.add('state', 'lost', `no row: ${key} ${id} at ${position}`)
    }
  }

  /** Every id that is known up to the cut stands in the log where it is said to. */
  async #checkKnown(): Promise<void> {
    if (!this.#identity) return
    const { partition } = this.#cut
    for (const key of this.#tally.keys()) {
      const hash = this.#keys.ids(partition, this.#topology.source.topic, key)
      let cursor = '0'
      do {
        const [next, flat] = await send(this.#redis, 'HSCAN', [hash, cursor, 'COUNT', blockRecordsMax]) as
          [Buffer, Buffer[]]
        await this.#checkPlaces(key, flat)
        cursor = String(next)
      } while (cursor !== '0')
    }
  }

  async #checkPlaces(key: string, flat: readonly Buffer[]): Promise<void> {
    const places = flat.flatMap((id, i) =>
      (i % 2 === 0 ? [[String(id), placeOf(String(flat[i + 1]))]] : [])).filter(([, place]) => place !== '-')
    const byEntry = groupedBy(places, ([, place]) => place.slice(0, place.indexOf(':')))
    const log = this.#keys.log(this.#cut.partition, this.#topology.source.topic)
    for (const [entry, expected] of byEntry) {
      if (compareEntries(entry, this.#cut.last) > 0) continue
      const [found] = await this.#opened(await readRange(this.#redis, log, entry, entry, 1))
      const records = found ? safelyDecoded(found) : []
      for (const [id, place] of expected) {
        const record = records[Number(place.slice(place.indexOf(':') + 1))]
        const isThere = record?.key === key && this.#identity?.of(record.value)?.id === id
        if (!isThere) this.#findings.add('ids', 'lost', `not in the log: ${key} ${id} at ${place}`)
      }
    }
  }
}

function groupedBy<V>(values: readonly V[], nameOf: (value: V) => string): Map<string, V[]> {
  const groups = new Map<string, V[]>()
  for (const value of values) {
    const group = groups.get(nameOf(value))
    if (group) group.push(value)
    else groups.set(nameOf(value), [value])
  }
  return groups
}

function safelyDecoded({ id, block }: Entry): ReturnType<typeof decodeBlock> {
  try {
    return decodeBlock(id, block)
  } catch {
    return [] // named by the scan of the log
  }
}

/** Where the record of an id that was accepted last stands (append-unique.lua): others follow. */
function placeOf(known: string): string {
  return known.slice(32).split(' ', 1)[0]
}
