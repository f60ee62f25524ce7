/**
 * Compares the state of two versions of a topology, actor by actor and cell by cell, as decoded values.
 *
 * D1  It streams: memory holds a page of names, a few actors' cells, a page of a table's rows.
 * D2  Both versions may go on meanwhile. What seems to differ is read again until both stood at the same
 *     position of the log before and after the reading; an actor for which that does not happen within
 *     `alignMsMax` is `unsettled`, neither equal nor different.
 */
import { unmarkedRow, type ActorType } from '../actor/index.js'
import { openFields, openRows, type DataKeys } from '../cipher/index.js'
import type { Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import { partitionOf } from '../record/hash.js'
import type { Keyspace } from '../record/keys.js'
import { decodeValue } from '../record/pack.js'
import { fieldsOf, send, type RedisConnection } from '../redis/index.js'
import { differencesBetween, type PathDifference } from './compare.js'
import { topologyId } from './redis-store.js'
import { scanKeys } from './scan.js'
import type { Topology } from './topology.js'

/** One entry of one cell that differs. */
export interface CellDifference {
  readonly cell: string
  /** The entry of a map, list or counter, the row of a table; '' for a value. */
  readonly entry: string
  readonly change: 'added' | 'removed' | 'changed'
  /** Where it changed; empty for what was added or removed. */
  readonly paths: readonly PathDifference[]
  /** What was added or removed. */
  readonly value?: unknown
}

/** An actor whose state differs between the versions. */
export interface Difference {
  readonly partition: number
  readonly actor: string
  readonly key: string
  readonly kind: 'changed' | 'added' | 'removed' | 'unsettled'
  readonly cells: readonly CellDifference[]
  /** Entries that differ beyond those in `cells`. */
  readonly more: number
}

/** What to compare. */
export interface DiffOptions {
  /** Only the actors of this key. */
  readonly key?: string
  /** Hears of every actor that was compared. */
  readonly onCompared?: () => void
  /** Default 5,000. */
  readonly alignMsMax?: number
}

/** The two versions. */
export interface DiffSides {
  readonly redis: RedisConnection
  readonly keys: Keyspace
  readonly clock: Clock
  readonly topology: Topology
  readonly a: number
  readonly b: number
  readonly dataKeys: DataKeys | undefined
}

interface Place {
  readonly partition: number
  readonly actor: ActorType
  readonly key: string
}

/** Actors that are compared at once. */
const actorsAtOnce = 16
/** Entries of one actor, and places of one entry, that a difference names. */
const cellsShownMax = 200
const pathsShownMax = 20
/** Names of differing actors that are remembered, about 10 MB. */
const seenMax = 100_000
const rowsPerPage = 100
const alignPollMs = 10

/** Yields every actor that differs, `b` seen from `a`. */
export async function* diffVersions(sides: DiffSides, options: DiffOptions): AsyncGenerator<Difference> {
  const seen = new Set<string>() // of those that differ: a scan may bring a name twice
  for await (const places of placesOf(sides, options.key)) {
    for (let i = 0; i < places.length; i += actorsAtOnce) {
      const differences = await Promise.all(places.slice(i, i + actorsAtOnce).map(async place => {
        const difference = await compareActor(sides, place, options.alignMsMax ?? 5_000)
        options.onCompared?.()
        return difference
      }))
      for (const difference of differences) {
        if (difference === undefined || seen.has(`${difference.actor}\0${difference.key}`)) continue
        if (seen.size < seenMax) seen.add(`${difference.actor}\0${difference.key}`)
        yield difference
      }
    }
  }
}

/** Every actor that has state in one of the versions, page by page. */
async function* placesOf(sides: DiffSides, key: string | undefined): AsyncGenerator<Place[]> {
  const { topology, redis, a, b } = sides
  if (key !== undefined) {
    const partition = partitionOf(key, topology.source.partitions)
    yield topology.actors.map(actor => ({ partition, actor, key }))
    return
  }
  yield* pages(sides, a, 's', () => Promise.resolve(true))
  const lacks = async (versions: number[], place: Place): Promise<boolean> =>
    await send(redis, 'EXISTS', versions.map(version => hashOf(sides, version, place))) === 0
  yield* pages(sides, b, 's', place => lacks([a], place))
  yield* pages(sides, a, 't', place => lacks([a, b], place)) // only rows, no cells
  yield* pages(sides, b, 't', place => lacks([a, b], place))
}

async function* pages(
  sides: DiffSides, version: number, kind: 's' | 't', isWanted: (place: Place) => Promise<boolean>,
): AsyncGenerator<Place[]> {
  const { redis, keys, topology } = sides
  const id = topologyId({ name: topology.name, version })
  const form = kind === 's' ? /^(\d+)\}:[^:]+:s:([^:]+):(.*)$/s : /^(\d+)\}:[^:]+:t:([^:]+):[^:]+:(.*)$/s
  for await (const names of scanKeys(redis, `${keys.namespace}:{*}:${id}:${kind}:*`)) {
    const places = names.flatMap((name): Place[] => {
      const [, partition, type, key] = form.exec(name.slice(keys.namespace.length + 2)) ?? []
      const actor = topology.actors.find(one => one.type === type)
      return actor ? [{ partition: Number(partition), actor, key }] : []
    })
    const wanted = await Promise.all(places.map(isWanted))
    yield places.filter((_, i) => wanted[i])
  }
}

/** Compares, and again while the positions differ (D2). */
async function compareActor(sides: DiffSides, place: Place, alignMsMax: number):
Promise<Difference | undefined> {
  const deadline = sides.clock.now() + alignMsMax
  for (;;) {
    const before = await positionsOf(sides, place.partition)
    const found = await compareOnce(sides, place)
    if (found === undefined) return undefined
    const after = await positionsOf(sides, place.partition)
    if (new Set([...before, ...after]).size === 1) return found
    if (sides.clock.now() >= deadline) return { ...found, kind: 'unsettled' }
    await sides.clock.wait(alignPollMs)
  }
}

async function positionsOf({ redis, keys, topology, a, b }: DiffSides, partition: number): Promise<string[]> {
  return Promise.all([a, b].map(async version => String(await send(redis, 'HGET',
    [keys.checkpoint(partition, topologyId({ name: topology.name, version })), 'position']))))
}

async function compareOnce(sides: DiffSides, place: Place): Promise<Difference | undefined> {
  const { redis, a, b } = sides
  const [before, after] = await Promise.all([a, b].map(async version => {
    const fields = fieldsOf(await send(redis, 'HGETALL', [hashOf(sides, version, place)]))
    const [open] = sides.dataKeys ? await openFields(sides.dataKeys, [[place.key, fields]]) : [fields]
    if (open instanceof HinataError) throw open
    return open
  }))
  const cells: CellDifference[] = []
  let more = 0
  const note = (cell: string, entry: string, old: Uint8Array | null, next: Uint8Array | null): void => {
    const difference = differenceOf(cell, entry, old, next)
    if (!difference) return
    if (cells.length < cellsShownMax) cells.push(difference)
    else more++
  }
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const colon = field.indexOf(':')
    note(colon < 0 ? field : field.slice(0, colon), colon < 0 ? '' : field.slice(colon + 1),
      before[field] ?? null, after[field] ?? null)
  }
  for (const [table, { kind }] of Object.entries(place.actor.state)) {
    if (kind === 'table') await compareRows(sides, place, table, note)
  }
  if (cells.length === 0) return undefined
  const kind = cells.every(({ change }) => change === 'added') && Object.keys(before).length === 0 ? 'added'
    : cells.every(({ change }) => change === 'removed') && Object.keys(after).length === 0 ? 'removed'
      : 'changed'
  return { partition: place.partition, actor: place.actor.type, key: place.key, kind, cells, more }
}

type Note = (cell: string, entry: string, old: Uint8Array | null, next: Uint8Array | null) => void

async function compareRows(sides: DiffSides, place: Place, table: string, note: Note): Promise<void> {
  const { redis, a, b } = sides
  const [mine, theirs] = [a, b].map(version => hashOf(sides, version, place, table))
  let isSubset = true
  for await (const [rows, values] of rowPages(redis, mine)) {
    const others = await send(redis, 'HMGET', [theirs, ...rows]) as (Buffer | null)[]
    const [ours, its] = await Promise.all([opened(sides, place, rows, values),
      opened(sides, place, rows, others)])
    ours.forEach((row, i) => {
      if (others[i] === null) isSubset = false
      if (row) note(table, row.name, row.packed, its[i]?.packed ?? null)
    })
  }
  const sizes = await Promise.all([mine, theirs].map(hash => send(redis, 'HLEN', [hash])))
  if (isSubset && sizes[0] === sizes[1]) return
  for await (const [rows, values] of rowPages(redis, theirs)) {
    const others = await send(redis, 'HMGET', [mine, ...rows]) as (Buffer | null)[]
    const its = await opened(sides, place, rows, values)
    its.forEach((row, i) => { if (row && others[i] === null) note(table, row.name, null, row.packed) })
  }
}

/** Rows as they were before they were encrypted. */
async function opened(
  { dataKeys }: DiffSides, { key }: Place, names: readonly string[], rows: readonly (Buffer | null)[],
): Promise<({ name: string, packed: Buffer } | undefined)[]> {
  return dataKeys ? openRows(dataKeys, key, rows)
    : rows.map((packed, i) => (packed === null ? undefined : { name: names[i], packed }))
}

/** All rows of a hash, each once within a page. */
async function* rowPages(redis: RedisConnection, hash: string): AsyncGenerator<[string[], Buffer[]]> {
  let cursor = '0'
  do {
    const [next, pairs] = await send(redis, 'HSCAN', [hash, cursor, 'COUNT', rowsPerPage]) as
      [Buffer, Buffer[]]
    const rows: string[] = []
    const values: Buffer[] = []
    for (let i = 0; i < pairs.length; i += 2) {
      rows.push(String(pairs[i]))
      values.push(pairs[i + 1])
    }
    if (rows.length > 0) yield [rows, values]
    cursor = String(next)
  } while (cursor !== '0')
}

function differenceOf(
  cell: string, entry: string, old: Uint8Array | null, next: Uint8Array | null,
): CellDifference | undefined {
  if (old === null || next === null) {
    if (old === next) return undefined
    const value = valueOf((old ?? next)!)
    return { cell, entry, change: old === null ? 'added' : 'removed', paths: [], value }
  }
  if (Buffer.compare(old, next) === 0) return undefined
  const paths = differencesBetween(valueOf(old), valueOf(next), pathsShownMax)
  return paths.length === 0 ? undefined : { cell, entry, change: 'changed', paths }
}

function valueOf(packed: Uint8Array): unknown {
  return decodeValue(unmarkedRow(packed).row)
}

function hashOf({ keys, topology }: DiffSides, version: number, place: Place, table?: string): string {
  const id = topologyId({ name: topology.name, version })
  return table === undefined ? keys.state(place.partition, id, place.actor.type, place.key)
    : keys.table(place.partition, id, place.actor.type, table, place.key)
}
