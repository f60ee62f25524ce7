/**
 * A topology, declared: where records come from, which stages they pass, which actor folds them, where
 * outputs go, which derived views answer queries. Declarations only; `node.ts` runs them.
 */
import type { ActorType, Output } from '../actor/index.js'
import type { Ages } from '../record/ages.js'
import type { Emitted } from '../record/emission.js'
import type { ErasureReason, LogRecord } from '../record/record.js'
import type { Encryption } from './encryption.js'
import type { EventTimeOptions } from './watermarks.js'

/** A topic, declared. `partitions` is fixed at its creation. */
export interface Topic<V = unknown> {
  readonly topic: string
  readonly partitions: number
  readonly valueType?: V
}

/** Declares a topic. */
export function topic<V>(name: string, options: { partitions: number }): Topic<V> {
  return { topic: name, partitions: options.partitions }
}

/** A stage's answer for one record that it refuses; the record goes to the dead letters. */
export interface StageFailure {
  readonly failure: { readonly code: string, readonly message: string, readonly stack?: string }
}

/**
 * A stateless stage. Order is kept. In-process: `run`. In threads: `module` (a file URL) exporting `run`,
 * with the same signature; it must be deterministic and answer one value (or StageFailure) per record.
 */
export type Stage = { readonly name: string, readonly batchMax: number } & (
  | { readonly run: StageFunction }
  | { readonly module: URL }
)

/** What a stage does with a batch: one answer per record, in order. */
export type StageFunction = (records: readonly LogRecord[]) => unknown[]

export type { Emitted }

/**
 * A batch for a sink. `token` is the same at every retry of the same batch, and so are the emitted values.
 */
export interface SinkBatch {
  readonly token: string
  readonly partition: number
  /** How many switches between versions came before: later rows supersede earlier ones. Absent: 0. */
  readonly generation?: number
  /** State was put back: some of the values may have been inserted before, under other tokens. */
  readonly isRepeated?: boolean
  readonly emitted: readonly Emitted[]
}

/**
 * Where outputs go. In-process: `insert`. In a thread of its own, where its decoding and encoding hold up no
 * fold: `module` (a file URL) exporting `open`, a SinkOpener that gets `options` (plain data).
 */
export type Sink = {
  readonly name: string
  readonly outputs: readonly Output<unknown>[]
  /** Values of one batch, more or less: a batch covers whole commits. */
  readonly batchRecordsMax: number
  /** How long values may wait for companions. */
  readonly lingerMs: number | SinkPace
} & (OpenSink | { readonly module: URL, readonly options: unknown })

/** A wait that follows the load. */
export interface SinkPace {
  /** A partition has emitted so many values in all; told several times a second. */
  see(partition: number, emitted: number): void
  /** The wait that fits what was seen. */
  readonly lingerMs: number
}

/** Inserts with the same effect, once or many times, for one token; throws to be asked again. */
export interface OpenSink {
  /** May tell how old values were when they could be read where they went: what users call freshness. */
  insert(batch: SinkBatch): Promise<Ages | void>
}

/** What the module of a sink exports as `open`. */
export type SinkOpener<O> = (options: O) => OpenSink | Promise<OpenSink>

/**
 * A derived view that lives in shard threads (a search index). Its module exports a `ShardModule`. It is fed
 * with committed outputs and restored, per key, from all rows of one table of one actor when it is asked for
 * a key it lacks.
 */
export interface View {
  readonly name: string
  readonly module: URL
  readonly outputs: readonly Output<unknown>[]
  readonly restoreFrom: { readonly actor: ActorType, readonly table: string }
  /** Shard threads of one node. */
  readonly shards: number
}

/** What a view's module exports. All calls of one key reach the same thread, one at a time. */
export interface ShardModule {
  /** Takes committed values in order. Keys that are not loaded may be ignored. */
  apply(emitted: readonly Emitted[]): void
  /**
   * Answers, or says that the key must be restored first; from then on `apply` must keep what comes for the
   * key.
   */
  query(request: ViewQuery): ViewAnswer
  /** All rows of the key's table, packed with `encodeValue`; called after `query` said `isMissing`. */
  restore(key: string, rows: readonly Uint8Array[]): void
}

/** A question to a view. */
export interface ViewQuery {
  readonly name: string
  readonly key: string
  readonly args: unknown
}

/** A view's answer. */
export type ViewAnswer = { readonly result: unknown } | { readonly isMissing: true }

/**
 * Which staged records reach which receiver. All functions are of the record's value, and deterministic; one
 * that throws makes the record a dead letter.
 */
export interface Route {
  readonly actor: ActorType
  readonly message: string
  /** Takes only these values. Default: all. */
  readonly where?: (value: never) => boolean
  /** Re-keys: the actor's key instead of the record's. It may lie in another partition (`relays`). */
  readonly key?: (value: never) => string
  /** The message's body instead of the value itself. */
  readonly body?: (value: never) => unknown
}

/** All routes, in the order in which a record takes them. */
export function routesOf({ target, routes }: Pick<Topology, 'target' | 'routes'>): readonly Route[] {
  return routes ? [target, ...routes] : [target]
}

/** A topology. */
export interface Topology {
  readonly name: string
  readonly version: number
  readonly source: Topic
  readonly stages: readonly Stage[]
  /** The actor and receiver that take each staged record; its key is the record's key. */
  readonly target: Route
  /** Further takers of the same records, after the target: several kinds of records, several operators. */
  readonly routes?: readonly Route[]
  /** Watermarks are kept, and event-time timers fire. */
  readonly eventTime?: EventTimeOptions
  /** All actor types that take part, the target's included. */
  readonly actors: readonly ActorType[]
  readonly sinks: readonly Sink[]
  /** Actors tell actors of other partitions: a relay then reads every outbox. */
  readonly relays?: boolean
  readonly views: readonly View[]
  /** Makes the output value that stands for a dead letter, for sinks that keep them. */
  readonly deadLetters: Output<DeadLetter>
  /** Says that a key was erased, to sinks and views that keep what it emitted before. */
  readonly erasures?: Output<Erasure>
  /** Values, cells, outputs and letters are encrypted, each with a data key of its key. */
  readonly encryption?: Encryption
}

/** Everything that was emitted for the key before must go; what comes after it stays. */
export interface Erasure {
  /** When the log accepted it, ms UTC. Whatever was accepted earlier is older, the rest is newer. */
  readonly at: number
  readonly reason: ErasureReason
}

/** The sink that takes what actors tell actors of other partitions. */
export const relayName = '~relay'

/** Everything that reads a partition's outbox to its end: the sinks, and the relay if there is one. */
export function sinkNames({ sinks, relays }: Topology): string[] {
  return [...sinks.map(({ name }) => name), ...(relays ? [relayName] : [])]
}

/**
 * A record that could not be processed, with everything needed to redrive it. It is emitted when the record
 * fails (`dead`) and once more, under the same id, when it was redriven or dropped.
 */
export interface DeadLetter {
  /** `<partition>:<position>`; more letters of one position end in `.1`, `.2` …, timers name their actor. */
  readonly id: string
  readonly status: 'dead' | 'redriven' | 'dropped'
  readonly key: string
  readonly position: string
  readonly eventTime: number
  readonly acceptedAt: number
  readonly failedAt: number
  readonly where: string
  readonly attempts: number
  readonly error: { readonly code: string, readonly message: string, readonly stack?: string }
  readonly value: unknown
  /** Whose message or timer it was; absent: a record of the topic, which passes the stages again. */
  readonly to?: { readonly actor: string, readonly message: string }
  /** Its place among the letters of a parked actor, which are redriven in this order. */
  readonly queued?: { readonly actor: string, readonly place: number }
  /** Where it stands among the letters of its key: the position of its first failure. */
  readonly origin: string
  /** How often it was redriven before it failed this time, and the letter that it was then. */
  readonly redrives: number
  readonly redriveOf?: string
  /** Why it cannot be redriven; absent: it can. */
  readonly isFinal?: string
  /** When it was redriven or dropped, ms UTC: the time of the log. */
  readonly settledAt?: number
}

/** A letter without the content of its record. */
export type LetterHead = Omit<DeadLetter, 'value'>
