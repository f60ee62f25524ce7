/**
 * Where an operator's results go: to an output, or re-keyed to another operator, wherever that key lives.
 *
 * D1  A result carries an event time that is not late for the next operator: watermarks pass the sender
 *     first, and the relay delivers once and in order.
 */
import type { ActorType, Output, TurnContext } from '../actor/index.js'
import type { StateDeclaration } from '../state/index.js'

/** Results that become messages to another operator, under another key. */
export interface Rekeyed<R> {
  readonly actor: ActorType
  readonly message: string
  readonly key: (result: R) => string
  readonly body: (result: R) => unknown
  readonly where: (result: R) => boolean
}

/** One place that results go to. */
export type Destination<R> = Output<R> | Rekeyed<R>

/** One place, or several. */
export type To<R> = Destination<R> | readonly Destination<R>[]

/** How results are re-keyed. */
export interface RekeyOptions<R> {
  /** The operator that takes them. */
  readonly actor: ActorType
  /** Its receiver. Default `add`. */
  readonly message?: string
  /** The key in the next operator. */
  readonly key: (result: R) => string
  /** What is told. Default: the result itself. */
  readonly body?: (result: R) => unknown
  /** Which results are told. Default: all. */
  readonly where?: (result: R) => boolean
}

/** Re-keys results (Flink `keyBy`, Kafka Streams `groupBy`): the next operator sees them under `key`. */
export function rekey<R>(options: RekeyOptions<R>): Rekeyed<R> {
  return { message: 'add', body: result => result, where: () => true, ...options }
}

/** Hands a result to all its destinations. `eventTime` is when it counts as having happened. */
export function send<R>(
  ctx: Pick<TurnContext<StateDeclaration>, 'emit' | 'tell'>, to: To<R>, result: R, eventTime: number,
): void {
  for (const one of listOf<Destination<R>>(to)) {
    if ('output' in one) ctx.emit(one, result)
    else if (one.where(result)) {
      ctx.tell(one.actor, one.key(result), one.message, one.body(result), { eventTime })
    }
  }
}

/** The operators that these destinations lead to: an actor's `tells`. */
export function actorsOf(...all: (Place | readonly Place[] | undefined)[]): ActorType[] {
  const actors = all.flatMap(to => (to === undefined ? [] : listOf(to)))
    .flatMap(one => ('actor' in one ? [one.actor] : []))
  return [...new Set(actors)]
}

/** A destination of whatever results. */
type Place = Output<unknown> | Pick<Rekeyed<never>, 'actor'>

function listOf<D>(to: D | readonly D[]): readonly D[] {
  return Array.isArray(to) ? to as readonly D[] : [to as D]
}
