/**
 * The topology of the simulation: every key is a tally that writes down whatever reaches it, in the order in
 * which it came, and uses all that a turn may use: cells, a table, outputs, timers, messages to tallies of
 * other partitions, chance and ids, failure.
 */
import {
  actor, list, map, output, table, topic, value, type DeadLetter, type OpenSink,
  type StageFunction, type Topology,
} from '../../engine/index.js'

/** What a record asks of its tally. */
export interface Mark {
  /** The app that sent it, and the how-manieth it is of this app. */
  readonly app: string
  readonly n: number
  readonly does: 'count' | 'refuse' | 'fail' | 'wake' | 'tell'
  /** Whom to tell. */
  readonly to: string
}

/** What a tally says of everything that reached it: the how-manieth it was. */
interface Said {
  readonly what: string
  readonly count: number
  readonly id: string
}

const said = output<Said>('said')
const dead = output<DeadLetter>('dead')

/** Far more than one simulation sends. */
const seenMax = 1_000
const wakeAfterMs = 130

/** One tally. */
const tally = actor('tally', {
  state: {
    count: value(0), told: value(0), perApp: map<number>(), seen: list<string>({ max: seenMax }),
    chance: value(0), apps: table<number>(),
  },
  receive: {
    mark(ctx, { app, n, does, to }: Mark) {
      const { state } = ctx
      state.count.update(count => count + 1)
      state.perApp.update(app, count => (count ?? 0) + 1)
      state.apps.put(app, (state.apps.get(app) ?? 0) + 1)
      state.seen.push(`${app} ${n}`)
      state.chance.set(ctx.random())
      ctx.emit(said, { what: `${app} ${n}`, count: state.count.get(), id: ctx.id() })
      if (does === 'wake') ctx.timer('wake', { afterMs: wakeAfterMs })
      if (does === 'tell') ctx.tell(tally, to, 'letter', `${ctx.key} ${state.told.get() + 1}`)
      if (does === 'tell') state.told.update(told => told + 1)
      if (does === 'fail') throw new Error('this one fails')
    },
    letter(ctx, text: string) {
      ctx.state.count.update(count => count + 1)
      ctx.state.seen.push(text)
      ctx.emit(said, { what: text, count: ctx.state.count.get(), id: ctx.id() })
    },
    wake(ctx) {
      const { state } = ctx
      state.count.update(count => count + 1)
      state.seen.push(`woken ${ctx.now}`)
      ctx.emit(said, { what: `woken ${ctx.now}`, count: state.count.get(), id: ctx.id() })
      state.told.update(told => told + 1)
      ctx.tell(tally, `${ctx.key}'`, 'letter', `${ctx.key} ${state.told.get()}`)
    },
  },
  reads: { mark: ({ app }: Mark) => ({ apps: [app] }) },
  supervision: { attemptsMax: 1 },
})

/** The one stage: refuses what wants to be refused. */
const check: StageFunction = records => records.map(({ value }) => ((value as Mark).does === 'refuse'
  ? { failure: { code: 'REFUSED', message: 'as it asked' } } : value))

/** Partitions of the topic: enough for two owners and messages between them. */
export const partitions = 3

/** The topology; its sink does what the caller says. */
export function tallyTopology(insert: OpenSink['insert']): Topology {
  return {
    name: 'tally', version: 1, source: topic<Mark>('marks', { partitions }),
    stages: [{ name: 'check', batchMax: 3, run: check }],
    target: { actor: tally, message: 'mark' }, actors: [tally], views: [], deadLetters: dead, relays: true,
    sinks: [{ name: 'rows', outputs: [said, dead], batchRecordsMax: 6, lingerMs: 15, insert }],
  }
}
