/**
 * Replays the log of one partition in memory and compares every hash of its state, byte for byte, with the
 * one in Redis (G7).
 *
 * B1  A hash is read together with the position that it belongs to; the replay goes on to there before the
 *     two are compared. So a system may run meanwhile.
 * B2  Memory holds the state of one partition, or of one key: a key alone is right as long as only its own
 *     records tell its actors something.
 */
import { openEntries, openFields, openRows, type DataKeys } from '../cipher/index.js'
import { HinataError } from '../errors/index.js'
import { activationBytesMax, readEntriesMax } from '../limits/limits.js'
import { readRange } from '../log/index.js'
import { partitionOf } from '../record/hash.js'
import type { Keyspace } from '../record/keys.js'
import { compareEntries, startOfLog, type EntryId } from '../record/record.js'
import { fieldsOf, loadScript, runScript, send, type RedisConnection } from '../redis/index.js'
import { TimerIndex } from '../state/index.js'
import { dueOf, type Cut } from './cut.js'
import { EmittedBounds } from './emitted-bounds.js'
import type { Findings } from './findings.js'
import { Fold } from './fold.js'
import { MemoryStore } from './memory-store.js'
import { topologyId } from './redis-store.js'
import { StageRunner } from './stages.js'
import type { ChangedHash } from './state-store.js'
import type { Topology } from './topology.js'
import type { StoredTopic } from './verify-log.js'

type HashName = Omit<ChangedHash, 'changes'>

const readHash = loadScript('read-hash')
const scanCount = 1_000

/** Compares the state of a partition with its replay. */
export class StateCheck {
  readonly #redis: RedisConnection
  readonly #dataKeys: DataKeys | undefined
  readonly #keys: Keyspace
  readonly #topology: Topology
  readonly #cut: Cut
  readonly #findings: Findings
  /** Only this key; undefined: all. */
  readonly #only: string | undefined
  readonly #store = new MemoryStore()
  readonly #timers: TimerIndex
  readonly #stages: StageRunner
  readonly #skipped = new Map<string, number>()
  readonly #fold: Fold
  #position: EntryId = startOfLog
  readonly #emitted = new EmittedBounds()
  /** What erased records emitted is not emitted again. */
  #hasVoids = false

  constructor({ redis, keys, dataKeys }: StoredTopic, topology: Topology, cut: Cut, findings: Findings,
    only: string | undefined) {
    this.#redis = redis
    this.#dataKeys = dataKeys
    this.#keys = keys
    this.#topology = topology
    this.#cut = cut
    this.#findings = findings
    this.#only = only
    const { partition } = cut
    const { partitions } = topology.source
    this.#timers = new TimerIndex(partition)
    this.#stages = new StageRunner(topology.stages, undefined)
    this.#fold = new Fold({ topology, partition, store: this.#store, timers: this.#timers,
      isLocal: key => partitionOf(key, partitions) === partition, skipped: this.#skipped })
  }

  /** The number of hashes that were compared. */
  async run(): Promise<number> {
    const { partition } = this.#cut
    const skips = await send(this.#redis, 'HGETALL',
      [this.#keys.skips(partition, this.#topology.source.topic)])
    for (const [name, records] of Object.entries(fieldsOf(skips))) this.#skipped.set(name, Number(records))
    await this.#advance(this.#cut.position, this.#cut.firstTimer)
    if (this.#only === undefined) this.#compareEmitted()
    const seen = new Set<string>()
    for (const [hash] of this.#store.hashes()) {
      const name = this.#nameOf(hash)
      seen.add(name)
      await this.#compare(name, hash)
    }
    for await (const name of this.#stored()) {
      if (seen.has(name)) continue
      seen.add(name)
      await this.#compare(name, undefined)
    }
    return seen.size
  }

  #compareEmitted(): void {
    const { partition, emitted } = this.#cut
    const { least, most } = this.#emitted
    if (emitted >= least && (emitted <= most || this.#hasVoids)) return
    const range = least === most ? String(most) : `${least} to ${most}`
    this.#findings.add('state', emitted < least ? 'lost' : 'doubled',
      `values emitted: partition ${partition} says ${emitted}, its replay ${range}`,
      emitted < least ? least - emitted : emitted - most)
  }

  async #compare(name: string, hash: HashName | undefined): Promise<void> {
    const id = topologyId(this.#topology)
    const { partition } = this.#cut
    const [position, , timer, flat] = await runScript(this.#redis, readHash, [name,
      this.#keys.checkpoint(partition, id), this.#keys.timers(partition, id)], []) as
      [Buffer, Buffer, Buffer, Buffer[]]
    await this.#advance(String(position), dueOf(String(timer)))
    const stored = new Map(Object.entries(await this.#opened(name, fieldsOf(flat))))
    const replayed = this.#fieldsOf(name, hash)
    const different = [...new Set([...stored.keys(), ...replayed.keys()])]
      .filter(field => !same(stored.get(field), replayed.get(field)))
    if (different.length === 0) return
    const kind = stored.size === 0 ? 'lost' : replayed.size === 0 ? 'doubled' : 'changed'
    this.#findings.add('state', kind,
      `not as replayed: ${name}, ${different.length} fields, the first ${different[0]}`)
  }

  /** The fields as they were before they were encrypted; none when they cannot be read. */
  async #opened(
    name: string, fields: Readonly<Record<string, Buffer>>,
  ): Promise<Readonly<Record<string, Buffer>>> {
    if (!this.#dataKeys) return fields
    const hash = parseHash(name, this.#keys, this.#cut.partition, topologyId(this.#topology))
    if (!hash) return fields
    const { key, isTable } = hash
    try {
      const [open] = isTable ? [rowsByName(await openRows(this.#dataKeys, key, Object.values(fields)))]
        : await openFields(this.#dataKeys, [[key, fields]])
      if (open instanceof HinataError) throw open
      return open
    } catch (error) {
      if (!(error instanceof HinataError)) throw error
      this.#findings.add('state', 'lost', `unreadable: ${name}: ${error.message}`)
      return {}
    }
  }

  #fieldsOf(name: string, hash: HashName | undefined): ReadonlyMap<string, Buffer> {
    if (hash) return this.#store.hash(hash)
    for (const [late, fields] of this.#store.hashes()) if (this.#nameOf(late) === name) return fields
    return new Map()
  }

  #nameOf({ actor, table, key }: HashName): string {
    const id = topologyId(this.#topology)
    const { partition } = this.#cut
    return table === undefined ? this.#keys.state(partition, id, actor, key)
      : this.#keys.table(partition, id, actor, table, key)
  }

  /** Folds everything up to an entry, then fires the timers due before `firstTimer`, which still waits. */
  async #advance(to: EntryId, firstTimer: number): Promise<void> {
    const log = this.#keys.log(this.#cut.partition, this.#topology.source.topic)
    while (compareEntries(this.#position, to) < 0) {
      const entries = await readRange(this.#redis, log, `(${this.#position}`, to, readEntriesMax)
      if (entries.length === 0) break // the check of the log says so
      const open = this.#dataKeys ? await openEntries(this.#dataKeys, entries) : entries
      const staged = await this.#stages.run(open)
      for (const [i, entry] of staged.entries()) {
        const { id, block } = entries[i]
        if ('unreadable' in entry) {
          const records = this.#skipped.get(id)
          if (records !== undefined) this.#fold.buryBlock(id, block, records, entry.unreadable)
          continue
        }
        const all = entry.records()
        this.#hasVoids ||= all.some(({ outcome }) => outcome.kind === 'void')
        const records = all.filter(({ key }) => this.#only === undefined || key === this.#only)
        await this.#fold.prepare([{ records }])
        for (const record of records) await this.#fold.fold(record)
      }
      this.#position = entries[entries.length - 1].id
      this.#collect()
    }
    await this.#fold.fireTimers(firstTimer)
    this.#collect()
  }

  #collect(): void {
    const batch = this.#fold.collect()
    this.#store.write(batch)
    this.#emitted.add(batch)
    this.#fold.passivate(activationBytesMax)
  }

  /** Names of the hashes that Redis has. */
  async *#stored(): AsyncGenerator<string> {
    const prefix = `${this.#keys.namespace}:{${this.#cut.partition}}:${topologyId(this.#topology)}`
    const suffix = this.#only === undefined ? '' : `:${escaped(this.#only)}`
    for (const kind of ['s', 't']) {
      let cursor = '0'
      do {
        const [next, names] = await send(this.#redis, 'SCAN',
          [cursor, 'MATCH', `${escaped(`${prefix}:${kind}:`)}*${suffix}`, 'COUNT', scanCount]) as
          [Buffer, Buffer[]]
        yield* names.map(String)
        cursor = String(next)
      } while (cursor !== '0')
    }
  }
}

/** Whose hash a name is, and whether it holds rows. */
function parseHash(
  name: string, keys: Keyspace, partition: number, id: string,
): { key: string, isTable: boolean } | undefined {
  const [prefix] = keys.state(partition, id, '', '').split(':s:')
  const [, kind, rest] = /^:([st]):(.*)$/s.exec(name.slice(prefix.length)) ?? []
  if (rest === undefined) return undefined
  return { isTable: kind === 't', key: rest.split(':').slice(kind === 't' ? 2 : 1).join(':') }
}

function rowsByName(
  rows: readonly ({ readonly name: string, readonly packed: Buffer } | undefined)[],
): Record<string, Buffer> {
  return Object.fromEntries(rows.flatMap(row => (row ? [[row.name, row.packed]] : [])))
}

function same(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a !== undefined && b !== undefined && a.equals(b)
}

/** A text that stands for itself in a pattern. */
function escaped(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&')
}
