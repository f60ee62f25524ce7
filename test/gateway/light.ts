/**
 * The smallest topology that a gateway can serve: it counts records, so that pressure can be tested without
 * their cost.
 */
import type { SubmittedRecord } from '../../actors/record/index.js'
import { actor, output, topic, value, type DeadLetter, type Topology } from '../../engine/index.js'

const tally = actor('person', {
  state: { total: value(0) },
  receive: {
    counted(ctx, { record }: SubmittedRecord) {
      if (record.highlight === 'throw') throw new Error('a secret of the inside')
      ctx.state.total.update(total => total + 1)
    },
  },
})

/** Counts records per person. */
export const lightTopology: Topology = {
  name: 'light', version: 1, source: topic('records', { partitions: 2 }), stages: [],
  target: { actor: tally, message: 'counted' }, actors: [tally], sinks: [], views: [],
  deadLetters: output<DeadLetter>('dead'),
}

/** The actor that counts. */
export { tally }
