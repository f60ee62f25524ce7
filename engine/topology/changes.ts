/**
 * What commits of a partition change while its state is read, page by page, for a savepoint: the commit
 * script notes it in Redis (commit-batch.lua, take-changes.lua), and it is read again.
 *
 * C1  A note and the write that it is about are one script. Notes are taken before what they name is read: so
 *     what is read is as new as its note, and whatever changes later has a note that was not taken yet.
 * C2  The last notes are read at one instant between two commits, with their values, the checkpoint and the
 *     sinks (read-changes.lua). Nobody is held for that; it is bounded (`savepointChangesMax`).
 * C3  Notes expire with the process that reads.
 */
import { randomUUID } from 'node:crypto'
import { HinataError } from '../errors/index.js'
import { savepointChangesMax, savepointEntriesMax, savepointNotedMs } from '../limits/limits.js'
import type { Keyspace } from '../record/keys.js'
import type { EntryId } from '../record/record.js'
import { fieldsOf, loadScript, runScript, send, type RedisConnection } from '../redis/index.js'
import { topologyId } from './redis-store.js'
import type { Topology } from './topology.js'

const takeChanges = loadScript('take-changes')
const readChanges = loadScript('read-changes')

const changesPerPage = 1_000

/** Something that changed: a field of a hash, a member of a sorted set, or all of a hash that was cleared. */
export interface Change {
  readonly name: string
  /** Undefined: it was cleared. */
  readonly field: Buffer | undefined
}

/** The partition at one instant between two commits. */
export interface Instant {
  readonly checkpoint: readonly Buffer[]
  /** What changed since it was taken last; null: it is gone. */
  readonly changes: readonly (readonly [Change, Buffer | null])[]
  /** '' without an outbox. */
  readonly lastOutput: EntryId
  readonly outputs: readonly (readonly [id: Buffer, fields: readonly Buffer[]])[]
  /** '' without dead letters. */
  readonly lastLetter: EntryId
  /** In the order of `sinks`. */
  readonly sinks: readonly (readonly Buffer[])[]
}

/** Which partition of which live version. */
export interface ChangesPlace {
  readonly redis: RedisConnection
  readonly keys: Keyspace
  readonly partition: number
  readonly topology: Pick<Topology, 'name' | 'version'>
}

/** Notes of one partition, from `begin` to `read`. */
export class Changes {
  readonly #place: ChangesPlace
  readonly #names: readonly [live: string, changed: string, taken: string]
  readonly #reader = randomUUID()
  #history = ''
  #takings = 0

  private constructor(place: ChangesPlace) {
    const { keys, partition, topology } = place
    const changed = keys.changed(partition, topologyId(topology))
    this.#place = place
    this.#names = [keys.live(partition, topology.name), changed, `${changed}:taken`]
  }

  /** From now on commits note what they change. Throws VERSION_NOT_LIVE. */
  static async begin(place: ChangesPlace): Promise<Changes> {
    const changes = new Changes(place)
    changes.#history = await changes.#take()
    return changes
  }

  /** Says that somebody still reads (C3). */
  async renew(): Promise<void> {
    const [, changed, taken] = this.#names
    await Promise.all([changed, taken].map(name =>
      send(this.#place.redis, 'PEXPIRE', [name, savepointNotedMs])))
  }

  /** Takes what was noted so far, a page at a time. Throws VERSION_NOT_LIVE, SAVEPOINT_INTERRUPTED. */
  async *take(): AsyncGenerator<Change[]> {
    this.#takings++
    await this.#take()
    const [, , taken] = this.#names
    let cursor = '0'
    do {
      const [next, flat] = await send(this.#place.redis, 'HSCAN',
        [taken, cursor, 'COUNT', changesPerPage]) as [Buffer, Buffer[]]
      const page = flat.filter((_, i) => i % 2 === 0).flatMap(changeOf)
      if (page.length > 0) yield page
      cursor = String(next)
    } while (cursor !== '0')
    const reader = await send(this.#place.redis, 'HGET', [taken, '']) as Buffer | null
    // it may have expired half read
    if (String(reader) !== `${this.#reader}:${this.#takings}`) throw this.#interrupted()
  }

  /**
   * What is left, at one instant; then noting ends. Undefined when there is more than may be read at one.
   * `after` is the entry of the outbox up to which it was read. Throws VERSION_NOT_LIVE,
   * SAVEPOINT_INTERRUPTED.
   */
  async read(after: EntryId, sinks: readonly string[]): Promise<Instant | undefined> {
    const { redis, keys, partition, topology } = this.#place
    const id = topologyId(topology)
    const [live, changed] = this.#names
    const [outcome, ...reply] = await runScript(redis, readChanges,
      [live, changed, keys.checkpoint(partition, id), keys.timers(partition, id),
        keys.outbox(partition, id), keys.dead(partition, id), ...sinks],
      [topology.version, this.#reader, this.#history, savepointChangesMax, after, savepointEntriesMax]) as
      [Buffer, ...unknown[]]
    if (String(outcome) === 'more') return undefined
    this.#assertOk(outcome, reply[0])
    const [checkpoint, flat, lastOutput, outputs, lastLetter, ofSinks] = reply as
      [Buffer[], (Buffer | null)[], Buffer, [Buffer, Buffer[]][], Buffer, Buffer[][]]
    const found: [Change, Buffer | null][] = []
    for (let i = 0; i < flat.length; i += 2) {
      for (const change of changeOf(flat[i]!)) found.push([change, flat[i + 1]])
    }
    return { checkpoint, changes: found, lastOutput: String(lastOutput), outputs,
      lastLetter: String(lastLetter), sinks: ofSinks }
  }

  async #take(): Promise<string> {
    const { redis, topology } = this.#place
    const [outcome, found] = await runScript(redis, takeChanges, [...this.#names],
      [topology.version, this.#reader, savepointNotedMs, this.#history, this.#takings]) as [Buffer, Buffer]
    this.#assertOk(outcome, found)
    return String(found)
  }

  #assertOk(outcome: Buffer, found: unknown): void {
    const { partition, topology: { version } } = this.#place
    if (String(outcome) === 'moved') {
      throw new HinataError('VERSION_NOT_LIVE', { partition, version, found: String(found) })
    }
    if (String(outcome) !== 'ok') throw this.#interrupted()
  }

  #interrupted(): HinataError {
    return new HinataError('SAVEPOINT_INTERRUPTED',
      { partition: this.#place.partition, max: savepointNotedMs })
  }
}

/** The field of a checkpoint as text. */
export function textOf(checkpoint: readonly Buffer[], field: string): string | undefined {
  const value = fieldsOf<Buffer | undefined>(checkpoint)[field]
  return value === undefined ? undefined : String(value)
}

/** See take-changes.lua; none for the mark of who reads. */
function changeOf(noted: Buffer): Change[] {
  const mark = noted.findIndex(byte => byte === 0x3a || byte === 0x21)
  if (mark <= 0) return []
  const end = mark + 1 + Number(noted.toString('latin1', 0, mark))
  const name = noted.toString('utf8', mark + 1, end)
  return [{ name, field: noted[mark] === 0x21 ? undefined : noted.subarray(end) }]
}
