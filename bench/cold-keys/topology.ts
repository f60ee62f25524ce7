/** Counters that tell of the records which say when they were due; of the others they tell nothing. */
import { actor, output, topic, value, type DeadLetter, type Topology } from '../../engine/index.js'

/** A record; `dueAt` 0: nobody waits for it. */
export interface Due {
  /** Of performance.now() in the process that sends it. */
  readonly dueAt: number
}

/** How many partitions the keys are over. */
export const partitions = 8

/** What is told when it is committed. */
export const folded = output<Due>('folded')

/** Told of what is due. */
export const counters = actor('counter', {
  state: { total: value(0) },
  receive: {
    counted(ctx, { dueAt }: Due) {
      ctx.state.total.update(total => total + 1)
      if (dueAt > 0) ctx.emit(folded, { dueAt })
    },
  },
})

/** See the top of the file. */
export const topology: Topology = {
  name: 'due', version: 1, source: topic('due', { partitions }), stages: [],
  target: { actor: counters, message: 'counted' }, actors: [counters], sinks: [], views: [],
  deadLetters: output<DeadLetter>('dead'),
}
