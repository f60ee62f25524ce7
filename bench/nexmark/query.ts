/**
 * What a Nexmark query is here: a topology on our operators, and the same question as SQL over the same
 * events.
 *
 * Q1  Nexmark's SQL, unless the file says otherwise, and why. A query without windows has a result that
 *     changes; what is compared is the last one of each key.
 * Q2  The SQL knows nothing of the engine but the order of the log: which records are late follows from the
 *     greatest event time that came before them in their partition (`wm` of the views, oracle.ts).
 * Q3  The log is keyed by what the query's first operator needs (`keying`), so that only later operators
 *     re-key through the relay.
 */
import { output, topic, type DeadLetter, type Emitted, type Late, type Sink, type Topology }
  from '../../engine/index.js'
import type { NexmarkEvent, Side } from './events.js'
import { outOfOrderMs, sideRows } from './limits.js'

/** One row of a result: what SQL calls a row. */
export type Row = readonly (string | number)[]

/** By what the log is keyed. `auction` and `person` are those that an event is about. */
export type Keying = keyof typeof keyings

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The key of an event's record. */
export const keyings = {
  auction: (event: NexmarkEvent | Side) => (event.kind === 'bid' ? `${event.auction}` : idOf(event)),
  person: (event: NexmarkEvent | Side) => (event.kind === 'bid' ? `${event.bidder}`
    : event.kind === 'auction' ? `${event.seller}` : idOf(event)),
  pair: (event: NexmarkEvent | Side) =>
    (event.kind === 'bid' ? `${event.bidder} ${event.auction}` : idOf(event)),
  side: (event: NexmarkEvent | Side) =>
    (event.kind === 'bid' ? `${event.auction % sideRows}` : idOf(event)),
  'channel and day': (event: NexmarkEvent | Side) =>
    (event.kind === 'bid' ? `${event.channel} ${dayOf(event.dateTime)}` : idOf(event)),
  'auction and day': (event: NexmarkEvent | Side) =>
    (event.kind === 'bid' ? `${event.auction} ${dayOf(event.dateTime)}` : idOf(event)),
} as const

const idOf = (event: Exclude<NexmarkEvent | Side, { kind: 'bid' }>): string =>
  String(event.kind === 'side' ? event.key : event.id)

/** A query. */
export interface Query {
  readonly name: string
  readonly title: string
  readonly keying: Keying
  /** What is told in a topology, besides what all queries share. */
  readonly flow: Pick<Topology, 'target' | 'routes' | 'actors' | 'relays'>
  /** What a value replaces when it is told: the value before it with the same id. Absent: nothing. */
  readonly idOf?: (value: never) => string
  /** The rows of everything that was told and not replaced, in the order of each key. */
  readonly rows: (told: readonly Emitted[]) => Row[]
  /** The same rows by ClickHouse, from the tables of oracle.ts. */
  readonly sql: string
  /** Records that came too late, by ClickHouse; the rows of `lateRow`. Absent: the query has none. */
  readonly lateSql?: string
  /** The log is preceded by the side input. */
  readonly hasSide?: boolean
  /** Windows of the log's time: they close when the clock has passed them. */
  readonly processingWindowMs?: number
}

/** Where results go. */
export const results = output<never>('results')
/** Where records go that came too late. */
export const late = output<Late<NexmarkEvent>>('late')
/** Where records go that failed: none may. */
export const dead = output<DeadLetter>('dead')

/** A query's topology. */
export function topologyOf(
  { name, flow }: Query, source: { name: string, partitions: number }, sinks: readonly Sink[] = [],
): Topology {
  return {
    name: `nexmark-${name}`, version: 1,
    source: topic<NexmarkEvent | Side>(source.name, { partitions: source.partitions }), stages: [], ...flow,
    eventTime: { outOfOrderMs, idleMs: 3_600_000 }, views: [], deadLetters: dead,
    sinks,
  }
}

/** A late record as a row. */
export function lateRow({ value }: Emitted): Row {
  const { value: event } = value as Late<NexmarkEvent>
  return event.kind === 'bid' ? ['bid', event.auction, event.bidder, event.price, event.dateTime]
    : [event.kind, event.id, 0, 0, event.dateTime]
}
