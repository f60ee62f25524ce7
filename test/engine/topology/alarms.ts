/**
 * A topology in event time, for tests: each person rings an alarm at the end of every ten seconds in which
 * they made steps, and tells the tower of their street, in another partition perhaps, which rings when every
 * walker of that time must have told it.
 */
import {
  actor, map, output, topic, value, type DeadLetter, type EventTimeOptions, type MapCell, type Topology,
} from '../../../engine/index.js'

/** A step: whose is the key. */
export interface Step {
  readonly street: string
}

/** An alarm of a person, or of a street. */
export interface Ring {
  readonly of: string
  readonly at: number
  readonly steps: number
}

/** Alarms in the order in which they rang. */
export const rings = output<Ring>('rings')
/** Steps of a time whose alarm has rung. */
export const lateSteps = output<{ readonly of: string, readonly eventTime: number }>('late-steps')
/** Dead letters. */
export const dead = output<DeadLetter>('dead')

/** The end of the ten seconds. */
export const endOf = (eventTime: number): number => (Math.floor(eventTime / 10_000) + 1) * 10_000

const firstOf = (steps: MapCell<number>): number => Math.min(...steps.entries().map(([end]) => Number(end)))

const tower = actor('tower', {
  state: { steps: map<number>() },
  receive: {
    hear(ctx, steps: number) {
      const end = endOf(ctx.eventTime)
      if (end <= ctx.watermark) return ctx.emit(lateSteps, { of: ctx.key, eventTime: ctx.eventTime })
      ctx.state.steps.update(String(end), before => (before ?? 0) + steps)
      ctx.timer('ring', { atEventTime: firstOf(ctx.state.steps) })
    },
    ring(ctx) {
      const at = ctx.eventTime
      ctx.emit(rings, { of: ctx.key, at, steps: ctx.state.steps.get(String(at))! })
      ctx.state.steps.delete(String(at))
      if (ctx.state.steps.size > 0) ctx.timer('ring', { atEventTime: firstOf(ctx.state.steps) })
    },
  },
})

const walker = actor('walker', {
  state: { steps: map<number>(), street: value('') },
  receive: {
    step(ctx, { street }: Step) {
      const end = endOf(ctx.eventTime)
      if (end <= ctx.watermark) return ctx.emit(lateSteps, { of: ctx.key, eventTime: ctx.eventTime })
      ctx.state.street.set(street)
      ctx.state.steps.update(String(end), before => (before ?? 0) + 1)
      ctx.timer('ring', { atEventTime: firstOf(ctx.state.steps) })
    },
    ring(ctx) {
      const at = ctx.eventTime
      const steps = ctx.state.steps.get(String(at))!
      ctx.emit(rings, { of: ctx.key, at, steps })
      ctx.tell(tower, ctx.state.street.get(), 'hear', steps, { eventTime: at - 1 })
      ctx.state.steps.delete(String(at))
      if (ctx.state.steps.size > 0) ctx.timer('ring', { atEventTime: firstOf(ctx.state.steps) })
    },
  },
  tells: [tower],
})

/** The topology. */
export function alarmsTopology(partitions: number, eventTime?: Partial<EventTimeOptions>): Topology {
  return {
    name: 'alarms', version: 1, source: topic<Step>('steps', { partitions }), stages: [],
    target: { actor: walker, message: 'step' }, actors: [walker, tower], views: [], sinks: [],
    relays: true, eventTime: { outOfOrderMs: 5_000, idleMs: 60_000, ...eventTime }, deadLetters: dead,
  }
}
