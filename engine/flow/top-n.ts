/**
 * Top-N: the first `n` values of a key, kept up to date. Told whenever they change, as a whole, so that the
 * next one simply replaces what it knew: no retractions.
 */
import { actor, type TypedActor } from '../actor/index.js'
import { value } from '../state/index.js'
import { placed } from './aggregate.js'
import { actorsOf, send, type To } from './destination.js'

/** The first of a key. */
export interface Ranking<V> {
  readonly key: string
  readonly top: readonly V[]
}

/** A top-N, declared. For the first of a window, give a window the aggregate `top`. */
export interface TopNOptions<V> {
  /** The name of the actor type. */
  readonly type: string
  readonly n: number
  /** Negative: a before b. Of equals, the one that came first is before. */
  readonly compare: (a: V, b: V) => number
  /**
   * Values with the same id replace each other. Only `n` are kept, so a value must not fall behind what it
   * was: a count or a sum that grows, not a price that falls. Default: every value stands for itself.
   */
  readonly id?: (value: V) => string
  readonly to: To<Ranking<V>>
}

/** Ranks the values of a key (Flink Top-N). Receives `add`. */
export function topN<V>(
  options: TopNOptions<V>,
): TypedActor<{ best: ReturnType<typeof value<readonly V[]>> }> {
  const { type, n, compare, id, to } = options
  return actor(type, {
    state: { best: value<readonly V[]>([]) },
    receive: {
      add(ctx, record: V) {
        const before = ctx.state.best.get()
        const others = id ? before.filter(other => id(other) !== id(record)) : before
        const best = placed(others, record, n, compare)
        if (best === others && others.length === before.length) return
        ctx.state.best.set(best)
        send(ctx, to, { key: ctx.key, top: best }, ctx.eventTime)
      },
    },
    tells: actorsOf(to),
  })
}
