/** Example 3: an actor of one's own. It counts visits and tells when a person has been away for a while. */
import { actor, map, output, topic, value, type DeadLetter, type Topology } from '../engine/index.js'

// #region actor
/** What the actor receives. */
export interface Visit {
  readonly address: string
}

/** A person came for the first time. */
export const firstVisits = output<{ person: string, at: number }>('first-visits')
/** A person has not come back for half an hour. */
export const sessionsEnded = output<{ person: string, visits: number }>('sessions-ended')

/** Counts the visits of one person. */
export const visits = actor('visits', {
  state: { total: value(0), sinceIdle: value(0), perAddress: map<number>() },
  receive: {
    visited(ctx, { address }: Visit) {
      ctx.state.total.update(total => total + 1)
      ctx.state.sinceIdle.update(count => count + 1)
      ctx.state.perAddress.update(address, count => (count ?? 0) + 1)
      ctx.timer('idle', { afterMs: 30 * 60_000 }) // set again at each visit: it moves
      if (ctx.state.total.get() === 1) ctx.emit(firstVisits, { person: ctx.key, at: ctx.eventTime })
    },
    idle(ctx) {
      ctx.emit(sessionsEnded, { person: ctx.key, visits: ctx.state.sinceIdle.get() })
      ctx.state.sinceIdle.set(0)
    },
  },
})
// #endregion

// #region topology
const dead = output<DeadLetter>('dead')

/** Where visits come from, who folds them, where outputs go. */
export const visitsTopology: Topology = {
  name: 'visits', version: 1,
  source: topic<Visit>('visits', { partitions: 16 }),
  stages: [],
  target: { actor: visits, message: 'visited' },
  actors: [visits],
  sinks: [], views: [],
  deadLetters: dead,
}
// #endregion
