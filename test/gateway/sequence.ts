/** A topology that checks what arrives: the records of a person carry 0, 1, 2 … as their ids. */
import type { SubmittedRecord } from '../../actors/record/index.js'
import { actor, output, topic, value, type DeadLetter, type Topology } from '../../engine/index.js'

/** Expects each id once and in its order; `wrong` counts what came otherwise. */
export const sequence = actor('person', {
  state: { next: value(0), wrong: value(0) },
  receive: {
    arrived(ctx, { record }: SubmittedRecord) {
      if (Number(record.id) === ctx.state.next.get()) ctx.state.next.update(next => next + 1)
      else ctx.state.wrong.update(wrong => wrong + 1)
    },
  },
})

/** Checks the order of what comes in. */
export const sequenceTopology: Topology = {
  name: 'sequence', version: 1, source: topic('records', { partitions: 2 }), stages: [],
  target: { actor: sequence, message: 'arrived' }, actors: [sequence], sinks: [], views: [],
  deadLetters: output<DeadLetter>('dead'),
}
