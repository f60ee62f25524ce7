/**
 * A regular join without time: one row of a key meets all the others of the key, whichever came first. Kept
 * for ever, as SQL means it: the one row; the others only until it has come.
 */
import { actor, map, timeline, type TypedActor } from '../../../engine/index.js'
import { results } from '../query.js'

type JoinState<O, M> = {
  readonly one: ReturnType<typeof map<O>>
  readonly waiting: ReturnType<typeof timeline<M>>
}

/** Receives `one` and `many`. `join` answers undefined for what is not wanted. */
export function oneToMany<O extends object, M extends object>(
  type: string, join: (one: O, many: M) => unknown,
): TypedActor<JoinState<O, M>> {
  return actor(type, {
    state: { one: map<O>(), waiting: timeline<M>() },
    receive: {
      one(ctx, row: O) {
        const { one, waiting } = ctx.state
        one.put('row', row)
        for (const moment of waiting.range(-Infinity, Infinity)) {
          const joined = join(row, moment.value)
          if (joined !== undefined) ctx.emit<unknown>(results, joined)
          waiting.remove(moment)
        }
      },
      many(ctx, row: M) {
        const { one, waiting } = ctx.state
        const known = one.get('row')
        if (!known) return waiting.add(ctx.eventTime, row)
        const joined = join(known, row)
        if (joined !== undefined) ctx.emit<unknown>(results, joined)
      },
    },
  })
}
