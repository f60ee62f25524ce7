/**
 * The data of a model of Redis: strings, hashes, sorted sets and streams by key, with expiry. Values are
 * texts or buffers as they came; readers get them back as bytes.
 *
 * M1  Same operations at the same times, same data: nothing here depends on chance or on the machine.
 * M2  What was trimmed from a stream is out of every reader's sight, but kept for the oracle (`archive`).
 */

/** A value as it was written. */
export type Value = string | Buffer

/** What Redis answers with an error. */
export class ModelError extends Error {}

/** The id of a stream entry as numbers. */
export type StreamId = readonly [ms: number, n: number]

/** One entry of a stream. */
export interface StreamEntry {
  readonly id: StreamId
  readonly fields: readonly Value[]
}

/** A stream. */
export interface Stream {
  readonly kind: 'stream'
  /** Everything that was ever added. */
  readonly archive: StreamEntry[]
  /** Index of the first entry that is not trimmed. */
  first: number
  /** Ids of entries that were deleted one by one. */
  readonly deleted: Set<string>
  last: StreamId
}

interface Hash { readonly kind: 'hash', readonly fields: Map<string, Value> }
interface SortedSet { readonly kind: 'zset', readonly scores: Map<string, number> }
interface Plain { readonly kind: 'string', readonly value: Value }

type Held = Stream | Hash | SortedSet | Plain

const newStream = (): Stream => ({ kind: 'stream', archive: [], first: 0, deleted: new Set(), last: [0, 0] })

const wrongType = 'WRONGTYPE Operation against a key holding the wrong kind of value'

/** Behind every id. */
export const lastId: StreamId = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]

/** Orders stream ids. */
function compareIds(a: StreamId, b: StreamId): number {
  return a[0] - b[0] || a[1] - b[1]
}

/** `<ms>-<n>` or `<ms>`, which stands for its first id, or with `n` for another one. */
export function parseId(text: string, n = 0): StreamId {
  const dash = text.indexOf('-')
  return dash < 0 ? [Number(text), n] : [Number(text.slice(0, dash)), Number(text.slice(dash + 1))]
}

/** The text of an id. */
export function formatId([ms, n]: StreamId): string {
  return `${ms}-${n}`
}

/** All keys. */
export class Store {
  /** ms UTC, whole; whoever executes a command sets it. */
  now = 0
  /** The name of this history of the data: the replication id. */
  history = 'history1'
  readonly #held = new Map<string, Held>()
  readonly #expiry = new Map<string, number>()

  /** Names of all keys, ordered. */
  keys(): string[] {
    return [...this.#held.keys()].filter(key => this.#peek(key) !== undefined).sort()
  }

  delete(key: string): boolean {
    this.#expiry.delete(key)
    return this.#held.delete(key)
  }

  expire(key: string, seconds: number): boolean {
    if (!this.#peek(key)) return false
    this.#expiry.set(key, this.now + seconds * 1_000)
    return true
  }

  /** When the key expires, ms UTC; undefined = never. */
  expiresAt(key: string): number | undefined {
    return this.#expiry.get(key)
  }

  has(key: string): boolean {
    return this.#peek(key) !== undefined
  }

  get(key: string): Value | undefined {
    const held = this.#peek(key)
    if (held && held.kind !== 'string') throw new ModelError(wrongType)
    return held?.value
  }

  set(key: string, value: Value): void {
    this.#expiry.delete(key)
    this.#held.set(key, { kind: 'string', value })
  }

  /** The fields of a hash, for reading. */
  hash(key: string): ReadonlyMap<string, Value> | undefined {
    const held = this.#peek(key)
    if (held && held.kind !== 'hash') throw new ModelError(wrongType)
    return held?.fields
  }

  hget(key: string, field: string): string | undefined {
    const value = this.hash(key)?.get(field)
    return value === undefined ? undefined : String(value)
  }

  /** Puts a field; true when it is new. */
  hset(key: string, field: string, value: Value): boolean {
    let held = this.#peek(key)
    if (!held) this.#held.set(key, held = { kind: 'hash', fields: new Map<string, Value>() })
    if (held.kind !== 'hash') throw new ModelError(wrongType)
    const isNew = !held.fields.has(field)
    held.fields.set(field, value)
    return isNew
  }

  /** Removes a field; true when it was there. A hash without fields is gone. */
  hdel(key: string, field: string): boolean {
    const held = this.#peek(key)
    if (!held) return false
    if (held.kind !== 'hash') throw new ModelError(wrongType)
    const wasThere = held.fields.delete(field)
    if (held.fields.size === 0) this.delete(key)
    return wasThere
  }

  hincrby(key: string, field: string, by: number): number {
    const before = this.hget(key, field) ?? '0'
    if (!/^-?\d+$/.test(before)) throw new ModelError('ERR hash value is not an integer')
    const sum = Number(before) + by
    this.hset(key, field, String(sum))
    return sum
  }

  /** Members and scores, ordered by score, then by the bytes of the member. */
  zrange(key: string): [member: string, score: number][] {
    return [...this.#sortedSet(key)?.scores ?? []].sort(([a, x], [b, y]) =>
      x - y || Buffer.compare(Buffer.from(a), Buffer.from(b)))
  }

  zcard(key: string): number {
    return this.#sortedSet(key)?.scores.size ?? 0
  }

  /** True when the member is new. */
  zadd(key: string, member: string, score: number): boolean {
    let held = this.#sortedSet(key)
    if (!held) this.#held.set(key, held = { kind: 'zset', scores: new Map<string, number>() })
    const isNew = !held.scores.has(member)
    held.scores.set(member, score)
    return isNew
  }

  zrem(key: string, member: string): boolean {
    const held = this.#sortedSet(key)
    if (!held) return false
    const wasThere = held.scores.delete(member)
    if (held.scores.size === 0) this.delete(key)
    return wasThere
  }

  /** What a key holds. */
  kindOf(key: string): 'string' | 'hash' | 'zset' | 'stream' | undefined {
    return this.#peek(key)?.kind
  }

  stream(key: string): Stream | undefined {
    const held = this.#peek(key)
    if (held && held.kind !== 'stream') throw new ModelError(wrongType)
    return held
  }

  /** Adds an entry under the given id, or, without one, under the next id of now. */
  xadd(key: string, wanted: StreamId | undefined, fields: readonly Value[]): string {
    let held = this.stream(key)
    if (!held) this.#held.set(key, held = newStream())
    const [lastMs, lastN] = held.last
    const id: StreamId = wanted ?? (this.now > lastMs ? [this.now, 0] : [lastMs, lastN + 1])
    if (compareIds(id, [0, 0]) <= 0) {
      throw new ModelError('ERR The ID specified in XADD must be greater than 0-0')
    }
    if (compareIds(id, held.last) <= 0) {
      throw new ModelError('ERR The ID specified in XADD is equal or smaller than the target stream top item')
    }
    held.archive.push({ id, fields })
    held.last = id
    return formatId(id)
  }

  /** At most `count` entries from `from` to `to`, both inclusive. */
  xrange(key: string, from: StreamId, to: StreamId, count = Infinity): StreamEntry[] {
    const held = this.stream(key)
    if (!held) return []
    const found: StreamEntry[] = []
    for (let i = firstAtOrAfter(held, from); i < held.archive.length && found.length < count; i++) {
      const { id } = held.archive[i]
      if (compareIds(id, to) > 0) break
      if (!held.deleted.has(formatId(id))) found.push(held.archive[i])
    }
    return found
  }

  /** Drops entries before `from`; how many. */
  xtrim(key: string, from: StreamId): number {
    const held = this.stream(key)
    if (!held) return 0
    const before = this.xlen(key)
    held.first = firstAtOrAfter(held, from)
    for (const id of held.deleted) if (compareIds(parseId(id), from) < 0) held.deleted.delete(id)
    return before - this.xlen(key)
  }

  /** Entries in sight. */
  xlen(key: string): number {
    const held = this.stream(key)
    return held ? held.archive.length - held.first - held.deleted.size : 0
  }

  /** Drops one entry; whether it was there. */
  xdel(key: string, id: string): boolean {
    if (this.xrange(key, parseId(id), parseId(id)).length === 0) return false
    this.stream(key)!.deleted.add(id)
    return true
  }

  #sortedSet(key: string): SortedSet | undefined {
    const held = this.#peek(key)
    if (held && held.kind !== 'zset') throw new ModelError(wrongType)
    return held
  }

  #peek(key: string): Held | undefined {
    if (this.#expiry.size > 0) {
      const expiresAt = this.#expiry.get(key)
      if (expiresAt !== undefined && expiresAt <= this.now) this.delete(key)
    }
    return this.#held.get(key)
  }
}

/** By halving: logs of a simulation are read from their end. */
function firstAtOrAfter(stream: Stream, id: StreamId): number {
  let low = stream.first
  let high = stream.archive.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareIds(stream.archive[middle].id, id) < 0) low = middle + 1
    else high = middle
  }
  return low
}
