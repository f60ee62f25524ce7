/**
 * The actor model, as a behaviour's author sees it. No I/O here: a turn reads and changes cells, emits
 * outputs, tells other actors and sets timers; the task makes all of it durable at once.
 *
 * A1  A turn is synchronous and deterministic: time, randomness and ids come from the context.
 * A2  One turn at a time per partition, in the order of the log (G3).
 * A3  A turn that throws leaves no trace; supervision decides what happens to its record.
 */
import type { CellsOf, StateDeclaration } from '../state/index.js'
import { schemaOf, type Schema, type SchemaDeclaration } from './schema.js'

/** How a value is emitted. */
export interface EmitOptions {
  /**
   * The value takes the place of what this actor emitted to the output under the same name since the last
   * commit: of a state that is overwritten again and again, only what is committed leaves. How many values
   * leave then depends on the load; the last one does not.
   */
  readonly replaces?: string
}

/** A named output of a topology; sinks and subscribers read it. `V` is the type of what is emitted. */
export interface Output<V> {
  readonly output: string
  /** Never present; carries the type. */
  readonly valueType?: V
}

/** Declares an output. */
export function output<V>(name: string): Output<V> {
  return { output: name }
}

/**
 * When a timer fires: after a while of the turn's time, at an instant of it (ms UTC), or when the watermark
 * has come to an instant of event time.
 */
export type TimerDue =
  | { readonly afterMs: number }
  | { readonly at: number }
  | { readonly atEventTime: number }

/** More about a message that is told. */
export interface TellOptions {
  /** When what it says happened, ms UTC. Default: the event time of the turn that tells. */
  readonly eventTime?: number
}

/** What a turn may use. */
export interface TurnContext<S extends StateDeclaration> {
  readonly key: string
  readonly state: CellsOf<S>
  /**
   * The turn's time, ms UTC: when the log accepted the record, or when the timer was due. The same on every
   * replay.
   */
  readonly now: number
  /** When the record happened, ms UTC; for a timer, its due time. */
  readonly eventTime: number
  /**
   * No record with an event time before this is expected any more, ms UTC; what comes nevertheless is late.
   * -Infinity while nothing is known, and always without `eventTime` in the topology.
   */
  readonly watermark: number
  /** Where the record stands: `<entry>:<index>`. For a timer `<due>:<name>`. */
  readonly position: string
  /** Hands a value to the sinks and subscribers of an output. */
  emit<V>(output: Output<V>, value: V, options?: EmitOptions): void
  /** Sends a message to another actor; it is delivered after this turn, exactly once. */
  tell(actor: ActorType, key: string, message: string, body: unknown, options?: TellOptions): void
  /**
   * Sets (or moves) the timer `name`, which calls the receiver of that name. Survives crashes. An event-time
   * timer fires when the watermark reaches its time: at once, after this turn, if it has.
   */
  timer(name: string, due: TimerDue): void
  cancelTimer(name: string): void
  /** A number in 0..1, the same on every replay. */
  random(): number
  /** An id unique within the topology, the same on every replay. */
  id(): string
}

/** One receiver: a turn. */
export type Receiver<S extends StateDeclaration> = (ctx: TurnContext<S>, message: never) => void

/** Rows of table cells that a message needs: cell name → row keys. */
export type TableReads = Readonly<Record<string, readonly string[]>>

/**
 * What happens when a turn throws: it is undone and tried again up to `attemptsMax` times, then its record
 * goes to the dead letters, and then
 *   resume  the actor goes on with its next record;
 *   park    the actor's later records go to the dead letters too, so that a redrive can keep their order;
 *   stop    the task stops and is unhealthy until an operator acts.
 * There is no `restart`: an undone turn leaves the cells as committed, which is all that a restart could
 * give.
 */
export interface Supervision {
  readonly attemptsMax: number
  readonly onFailure: 'resume' | 'park' | 'stop'
}

/** Three attempts, then on with the next record. */
export const defaultSupervision: Supervision = { attemptsMax: 3, onFailure: 'resume' }

/** An actor type: what `actor()` returns. */
export interface ActorType {
  readonly type: string
  readonly state: StateDeclaration
  readonly receive: Readonly<Record<string, (ctx: never, message: never) => void>>
  readonly reads: Readonly<Record<string, (message: never, key: string) => TableReads>>
  readonly supervision: Supervision
  /** The actors that it tells; a topology with event time needs to know. */
  readonly tells: readonly ActorType[]
  readonly schema: Schema
}

/** An actor type that remembers its state's shape, for typed reads of committed state. */
export interface TypedActor<S extends StateDeclaration> extends ActorType {
  readonly state: S
}

/**
 * Declares an actor type. `receive` has one receiver per message and per timer name; `reads` names, for a
 * message, the rows of table cells that its turn will touch. `schema` is the version of the stored state's
 * shape; `upcast` and `upcastRow` bring older state to it (schema.ts).
 */
export function actor<S extends StateDeclaration, R extends Record<string, Receiver<S>>>(
  type: string, behaviour: {
    readonly state: S
    readonly receive: R
    readonly reads?: { readonly [M in keyof R]?: (message: Parameters<R[M]>[1], key: string) => TableReads }
    readonly supervision?: Partial<Supervision>
    readonly tells?: readonly ActorType[]
  } & SchemaDeclaration,
): TypedActor<S> {
  return {
    type,
    state: behaviour.state,
    receive: behaviour.receive,
    reads: (behaviour.reads ?? {}) as ActorType['reads'],
    supervision: { ...defaultSupervision, ...behaviour.supervision },
    tells: behaviour.tells ?? [],
    schema: schemaOf(type, behaviour),
  }
}
