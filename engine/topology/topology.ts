/**
 * A topology, declared: where records come from, which stages they pass, which actor folds them, where
 * outputs go, which derived views answer queries. Declarations only; `node.ts` runs them.
 */
import type { ActorType, Output } from '../actor/index.js'
import type { LogRecord } from '../record/record.js'

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

/** One value that left the topology through an output. */
export interface Emitted {
  readonly output: string
  readonly key: string
  readonly value: unknown
}

/**
 * A batch for a sink. `token` is the same at every retry of the same batch, and so are the emitted values.
 */
export interface SinkBatch {
  readonly token: string
  readonly partition: number
  /** How many switches between versions came before: later rows supersede earlier ones. Absent: 0. */
  readonly generation?: number
  readonly emitted: readonly Emitted[]
}

/**
 * Where outputs go. `insert` must have the same effect once or many times for one token; it throws to be
 * retried.
 */
export interface Sink {
  readonly name: string
  readonly outputs: readonly Output<unknown>[]
  readonly batchRecordsMax: number
  readonly lingerMs: number
  insert(batch: SinkBatch): Promise<void>
}

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

/** A topology. */
export interface Topology {
  readonly name: string
  readonly version: number
  readonly source: Topic
  readonly stages: readonly Stage[]
  /** The actor and receiver that take each staged record; its key is the record's key. */
  readonly target: { readonly actor: ActorType, readonly message: string }
  /** All actor types that take part, the target's included. */
  readonly actors: readonly ActorType[]
  readonly sinks: readonly Sink[]
  /** Actors tell actors of other partitions: a relay then reads every outbox. */
  readonly relays?: boolean
  readonly views: readonly View[]
  /** Makes the output value that stands for a dead letter, for sinks that keep them. */
  readonly deadLetters: Output<DeadLetter>
}

/** A record that could not be processed, with everything needed to redrive it. */
export interface DeadLetter {
  readonly id: string
  readonly key: string
  readonly position: string
  readonly eventTime: number
  readonly acceptedAt: number
  readonly failedAt: number
  readonly where: string
  readonly attempts: number
  readonly error: { readonly code: string, readonly message: string, readonly stack?: string }
  readonly value: unknown
}
