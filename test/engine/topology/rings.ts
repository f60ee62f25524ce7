/** A topology whose only outputs come from timers: each bell rings once, `value` ms after it was wound up. */
import { actor, topic, value, type Topology } from '../../../engine/index.js'
import { added, dead } from './shop.js'

const bell = actor('bell', {
  state: { rung: value(0) },
  receive: {
    wind(ctx, afterMs: number) { ctx.timer('ring', { afterMs }) },
    ring(ctx) {
      ctx.state.rung.update(count => count + 1)
      ctx.emit(added, { cart: ctx.key, item: 'ring', additions: ctx.state.rung.get() })
    },
  },
})

/** The topology in a version, with its sinks. */
export function ringTopology(partitions: number, version: number, sinks: Topology['sinks']): Topology {
  return {
    name: 'rings', version, source: topic<number>('bells', { partitions }), stages: [],
    target: { actor: bell, message: 'wind' }, actors: [bell], views: [], sinks, deadLetters: dead,
  }
}
