/** Every operator in the forms that the conformance suite runs, each with its reference. */
import {
  collect, dedupe, hopping, intervalJoin, output, running, session, sliding, tableJoin, topN, tumbling,
  type ActorType, type Late, type Trigger,
} from '../../../engine/index.js'
import {
  DedupeReference, EachReference, FixedReference, IntervalReference, SessionReference, SlidingReference,
  TableReference, type Reference,
} from './reference.js'

/** Whatever the operator under test tells. */
export const told = output<never>('told')
/** What came too late. */
export const late = output<Late<string>>('late')

/** An operator under test. */
export interface OperatorCase {
  readonly name: string
  /** Its receivers, among which records are divided. */
  readonly messages: readonly string[]
  readonly actor: ActorType
  readonly reference: (key: string) => Reference
  /**
   * What must be the same in whatever order records within the bound arrive; undefined when the order of
   * arrival is part of what the operator means.
   */
  readonly orderless?: (told: readonly unknown[]) => unknown[]
}

const aggregate = collect<string>(1_000)
const add = ['add']
const everything = (all: readonly unknown[]): unknown[] => all.map(one => {
  const { result } = one as { result?: unknown }
  return JSON.stringify(Array.isArray(result) ? { ...one as object, result: [...result].sort() } : one)
}).sort()

const triggers: readonly (readonly [string, Trigger, number])[] = [
  ['on the watermark', {}, 0],
  ['allowed lateness', {}, 3_000],
  ['early by count, discarding, allowed lateness', { earlyRecords: 2, panes: 'discarding' }, 4_000],
  ['early by time and count', { earlyRecords: 3, earlyMs: 700 }, 0],
  ['early by time, discarding', { earlyMs: 1_300, panes: 'discarding' }, 1_000],
]

const windows: OperatorCase[] = triggers.flatMap(([how, trigger, allowedLatenessMs]) => {
  const shared = { aggregate, to: told, late, trigger, allowedLatenessMs }
  const isEarly = trigger.earlyMs !== undefined || trigger.earlyRecords !== undefined
  const orderless = isEarly ? undefined : everything
  const places = { sizeMs: 5_000, everyMs: 1_500, offsetMs: -100 }
  return [{
    name: `tumbling, ${how}`, messages: add, orderless,
    actor: tumbling({ type: 'tumbling', sizeMs: 2_000, offsetMs: 300, ...shared }),
    reference: (key: string) => new FixedReference(key, trigger, allowedLatenessMs,
      { sizeMs: 2_000, everyMs: 2_000, offsetMs: 300 }),
  }, {
    name: `hopping, ${how}`, messages: add, orderless,
    actor: hopping({ type: 'hopping', ...places, ...shared }),
    reference: (key: string) => new FixedReference(key, trigger, allowedLatenessMs, places),
  }, ...(trigger.earlyMs === undefined ? [{
    name: `session, ${how}`, messages: add, orderless,
    actor: session({ type: 'session', gapMs: 1_500, ...shared }),
    reference: (key: string) => new SessionReference(key, trigger, allowedLatenessMs, 1_500),
  }] : [])]
})

const sliders: OperatorCase[] = [0, 2_500].map(allowedLatenessMs => ({
  name: `sliding, allowed lateness ${allowedLatenessMs}`, messages: add, orderless: everything,
  actor: sliding({ type: 'sliding', sizeMs: 3_000, aggregate, to: told, late, allowedLatenessMs }),
  reference: key => new SlidingReference(key, 3_000, allowedLatenessMs),
}))

const joins: OperatorCase[] = ([
  ['inner', -1_000, 2_000, 0], ['left', 0, 1_500, 0], ['left', -2_000, -500, 1_000],
  ['inner', 500, 2_500, 2_000],
] as const).map(([kind, lowerMs, upperMs, latenessMs]) => ({
  name: `interval join, ${kind}, [${lowerMs}, ${upperMs}], allowed lateness ${latenessMs}`,
  messages: ['left', 'right'], orderless: everything,
  actor: intervalJoin<string, string, string>({ type: 'interval', kind, lowerMs, upperMs, to: told, late,
    allowedLatenessMs: latenessMs, join: (left, right) => `${left}+${right ?? ''}` }),
  reference: key => new IntervalReference(key, { lowerMs, upperMs, latenessMs, isLeft: kind === 'left' }),
}))

const tables: OperatorCase[] = ([
  ['event-time', 'inner'], ['event-time', 'left'], ['latest', 'left'],
] as const).map(([asOf, kind]) => ({
  name: `table join, ${asOf}, ${kind}`, messages: ['stream', 'table'],
  actor: tableJoin<string, string, string>({ type: 'table', asOf, kind, to: told, late,
    join: (record, row) => `${record}@${row ?? ''}` }),
  reference: key => new TableReference(key, asOf === 'event-time', kind === 'left'),
}))

const byFirst = (a: string, b: string): number => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)
const last = (all: readonly unknown[]): unknown[] => {
  const byKey = new Map(all.map(one => [(one as { key: string }).key, one]))
  return everything([...byKey.values()])
}

/** All of them. */
export const operatorCases: readonly OperatorCase[] = [
  ...windows, ...sliders, ...joins, ...tables,
  ...[0, 2_000].map((latenessMs): OperatorCase => ({
    name: `dedupe, allowed lateness ${latenessMs}`, messages: add,
    actor: dedupe<string>({ type: 'dedupe', id: text => text[0], withinMs: 4_000, to: told, late,
      allowedLatenessMs: latenessMs }),
    reference: key => new DedupeReference(key, 4_000, latenessMs),
  })),
  {
    name: 'running', messages: add, orderless: last,
    actor: running({ type: 'running', aggregate, to: told }),
    reference: key => new EachReference(key, values =>
      ({ key, index: values.length, result: [...values] })),
  },
  {
    name: 'top-N', messages: add,
    actor: topN<string>({ type: 'top', n: 3, compare: byFirst, to: told }),
    reference: key => {
      let before = '[]'
      return new EachReference(key, values => {
        const top = [...values].sort(byFirst).slice(0, 3)
        if (JSON.stringify(top) === before) return undefined
        before = JSON.stringify(top)
        return { key, top }
      })
    },
  },
]
