/** A topology whose levels replace each other within a commit, while its alarms do not. */
import { actor, output, topic, value, type DeadLetter, type Topology } from '../../../engine/index.js'

/** What a sensor of a tank says. */
export interface Reading {
  readonly sensor: string
  readonly value: number
}

/** The newest level of each sensor. */
export const levels = output<Reading & { readonly readings: number }>('levels')
/** Every alarm. */
export const alarms = output<Reading>('alarms')
/** Dead letters. */
export const dead = output<DeadLetter>('dead')

const tank = actor('tank', {
  state: { readings: value(0) },
  receive: {
    read(ctx, { sensor, value }: Reading) {
      ctx.state.readings.update(n => n + 1)
      ctx.emit(levels, { sensor, value, readings: ctx.state.readings.get() }, { replaces: sensor })
      if (value > 90) ctx.emit(alarms, { sensor, value })
      if (value < 0) throw new Error('no level is below the bottom')
    },
  },
  supervision: { attemptsMax: 1 },
})

/** One partition. */
export const tanksTopology: Topology = {
  name: 'tanks', version: 1, source: topic<Reading>('readings', { partitions: 1 }), stages: [],
  target: { actor: tank, message: 'read' }, actors: [tank], sinks: [], views: [], deadLetters: dead,
}
