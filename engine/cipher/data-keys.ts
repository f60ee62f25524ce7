/**
 * The data keys of one topic: each actor key has one, made when its first value is appended, kept in Redis
 * wrapped by a master key, in the slot of its partition, destroyed by the script that appends its erasure.
 *
 *   absent ─first append─▶ in force ─erasure─▶ destroyed ─next append─▶ another one in force ─▶ …
 *                             │ rotation of master keys: wrapped anew, itself the same
 *
 * Q1  A data key belongs to the time between two erasures of its key: it knows the entry of the one before
 *     it (`since`). Between two erasures there is one, whoever made it (take-data-key.lua).
 * Q2  What is remembered here may be out of date. A box of another key than the remembered one makes it read
 *     again, so opening is always right; an append says under which `since` it encrypted, and the script that
 *     appends refuses a stale one (append-unique.lua); a task forgets a key when it folds its erasure.
 * Q3  A key id that is not in force was destroyed by an erasure: what it shut is erased, and no error. No key
 *     at all, and no erasure, means that one was lost: CIPHER_KEY_MISSING.
 */
import { HinataError } from '../errors/index.js'
import { dataKeysKept, dataKeysPerRead } from '../limits/limits.js'
import { partitionOf } from '../record/hash.js'
import type { Keyspace } from '../record/keys.js'
import { compareEntries, startOfLog, type EntryId } from '../record/record.js'
import { loadScript, runScript, send, type RedisConnection } from '../redis/index.js'
import { dataKeyOf, decrypt, keyIdOf, newDataKey, type DataKey } from './box.js'
import type { MasterKeys } from './master-keys.js'

/** Where the data keys of a topic are. */
export interface DataKeysPlace {
  readonly redis: RedisConnection
  readonly keys: Keyspace
  readonly topic: string
  readonly partitions: number
  readonly masters: MasterKeys
}

/** What is in force for one actor key. */
export interface InForce {
  /** As it stands in Redis. */
  readonly line: string
  /** Entry of the erasure before it, `0-0` for none. */
  readonly since: EntryId
  /** undefined: destroyed, and none was made since. */
  readonly key: DataKey | undefined
}

/** What became of a box. */
export type Opened = Buffer | 'erased' | HinataError

const takeDataKey = loadScript('take-data-key')

/** See the top of the file. */
export class DataKeys {
  readonly #place: DataKeysPlace
  /** The least recently read first. */
  readonly #known = new Map<string, InForce>()

  constructor(place: DataKeysPlace) {
    this.#place = place
  }

  /** The keys to encrypt with, made where there are none. */
  async toAppend(keys: Iterable<string>): Promise<ReadonlyMap<string, InForce & { key: DataKey }>> {
    return this.#toEncrypt(keys, '') as Promise<ReadonlyMap<string, InForce & { key: DataKey }>>
  }

  /**
   * The keys to encrypt with what was folded up to `position`; `key` is undefined where an erasure behind it
   * has come already: nobody may read it.
   */
  async toCommit(keys: Iterable<string>, position: EntryId): Promise<ReadonlyMap<string, InForce>> {
    const found = await this.#toEncrypt(keys, position)
    for (const [key, { since }] of found) {
      if (compareEntries(since, position) > 0) found.set(key, { line: '', since, key: undefined })
    }
    return found
  }

  /** A key that is in force for nobody yet, and how the script that appends an erasure takes it. */
  propose(): { readonly key: DataKey, readonly line: string } {
    const key = newDataKey()
    return { key, line: `${key.id} ${this.#place.masters.wrap(key.secret)}` }
  }

  /** What is in force for a key, as it is remembered, else read; undefined: nothing ever was. */
  async current(key: string): Promise<InForce | undefined> {
    if (!this.#known.has(key)) await this.#read([key])
    return this.#known.get(key)
  }

  /** Reads what is in force for a key; whether that is another key than the one remembered. */
  async refresh(key: string): Promise<boolean> {
    const before = this.#known.get(key)?.key?.id
    await this.#read([key])
    return this.#known.get(key)?.key?.id !== before
  }

  /** Reads again, before the next use, what is in force for a key. */
  forget(key: string): void {
    this.#known.delete(key)
  }

  /** Opens boxes, in order. Throws MASTER_KEY_MISSING, and nothing for a box that cannot be opened. */
  async open(boxes: readonly (readonly [key: string, box: Buffer])[]): Promise<Opened[]> {
    const unknown = new Set<string>()
    for (const [key, box] of boxes) {
      if (this.#known.get(key)?.key?.id !== keyIdOf(box)) unknown.add(key)
    }
    const lost = unknown.size === 0 ? unknown : await this.#read([...unknown])
    return boxes.map(([key, box]): Opened => {
      if (lost.has(key)) return new HinataError('CIPHER_KEY_MISSING', { key })
      const { key: dataKey } = this.#known.get(key)!
      if (dataKey?.id !== keyIdOf(box)) return 'erased'
      return decrypt(dataKey, box) ?? new HinataError('CIPHER_BROKEN', { key })
    })
  }

  async #toEncrypt(keys: Iterable<string>, position: EntryId | ''): Promise<Map<string, InForce>> {
    const found = new Map<string, InForce>()
    const missing: string[] = []
    for (const key of keys) {
      const known = this.#known.get(key)
      if (known?.key) found.set(key, known)
      else missing.push(key)
    }
    await Promise.all(missing.map(async key => {
      const line = await this.#take(key, this.propose().line, position)
      found.set(key, this.#remember(key, line))
    }))
    return found
  }

  /** Keys of which nothing is known in Redis. */
  async #read(keys: readonly string[]): Promise<Set<string>> {
    const lost = new Set<string>()
    for (let i = 0; i < keys.length; i += dataKeysPerRead) {
      await Promise.all(keys.slice(i, i + dataKeysPerRead).map(async key => {
        const line = await this.#line(key)
        if (line === null) lost.add(key)
        else this.#remember(key, line)
      }))
    }
    return lost
  }

  async #line(key: string): Promise<string | null> {
    const { redis, keys, topic } = this.#place
    const partition = this.#partitionOf(key)
    const line = await send(redis, 'HGET', [keys.dataKeys(partition, topic),
      keys.digest(partition, topic, key)])
    return line === null ? null : String(line)
  }

  async #take(key: string, proposal: string, position: EntryId | ''): Promise<string> {
    const { redis, keys, topic } = this.#place
    const partition = this.#partitionOf(key)
    return String(await runScript(redis, takeDataKey,
      [keys.dataKeys(partition, topic), keys.erasures(partition, topic)],
      [keys.digest(partition, topic, key), proposal, position]))
  }

  #partitionOf(key: string): number {
    return partitionOf(key, this.#place.partitions)
  }

  #remember(key: string, line: string): InForce {
    const known = this.#known.get(key)
    const found = known?.line === line ? known : parseLine(line, this.#place.masters)
    this.#known.delete(key)
    this.#known.set(key, found)
    if (this.#known.size > dataKeysKept) this.#known.delete(this.#known.keys().next().value!)
    return found
  }
}

/** Reads `<since> <id> <master key> <wrapped>` or `<since> -`. */
function parseLine(line: string, masters: MasterKeys): InForce {
  const [since = startOfLog, id, master, wrapped] = line.split(' ')
  if (id === '-') return { line, since, key: undefined }
  return { line, since, key: dataKeyOf(id, masters.unwrap(`${master} ${wrapped}`)) }
}
