/**
 * The event-time topology of the fault tests: windows, a chain of two, joins and timers, most of them behind
 * a re-key, so that a kill meets watermarks, marks, timers and relayed messages at work. What it tells does
 * not depend on the order in which relayed messages arrive.
 */
import {
  actor, count, hopping, intervalJoin, output, rekey, session, sum, tableJoin, top, topic, tumbling, value,
  type DeadLetter, type Pane, type Topology,
} from '../../engine/index.js'
import type { RedisConnection } from '../../engine/redis/index.js'
import { keepOnce } from './kept-batches.js'

/** Something that an account did. */
export interface Sale {
  readonly kind: 'order' | 'payment' | 'price'
  readonly order: string
  readonly item: string
  readonly amount: number
}

interface Sold {
  readonly item: string
  readonly amount: number
}

const panes = output<Pane<unknown>>('panes')
const texts = output<string>('texts')
/** Late records of several kinds; nothing must ever get here. */
const late = output<never>('late')
const dead = output<DeadLetter>('dead')
/** Partitions of the topic. */
export const partitions = 8

const isOrder = ({ kind }: Sale): boolean => kind === 'order'
const perAccount = tumbling({ type: 'per-account', sizeMs: 1_000, aggregate: count<Sale>(), to: panes, late })
const visits = session({ type: 'visits', gapMs: 250, aggregate: count<Sale>(), to: panes, late })
const best = tumbling({
  type: 'best', sizeMs: 500, to: panes, late,
  aggregate: top<Sold>(2, (a, b) => b.amount - a.amount || (a.item < b.item ? -1 : 1)),
})
const perItem = hopping({
  type: 'per-item', sizeMs: 2_000, everyMs: 500, aggregate: sum<Sale>(({ amount }) => amount), late,
  to: rekey<Pane<number>>({ actor: best, key: ({ end }) => `until ${end}`,
    body: ({ key, result }): Sold => ({ item: key, amount: result }) }),
})
const paid = intervalJoin<Sale, Sale, string>({
  type: 'paid', kind: 'left', lowerMs: 0, upperMs: 800, to: texts, late,
  join: (order, payment) => `${order.order} ${payment ? `paid ${payment.amount}` : 'not paid'}`,
})
const priced = tableJoin<Sale, number, string>({
  type: 'priced', kind: 'left', to: texts, late,
  join: ({ order }, price) => `${order} at ${price ?? 'no price'}`,
})
/** Reminds of an order when 600 ms of event time have passed. */
const reminder = actor('reminder', {
  state: { order: value('') },
  receive: {
    add(ctx, { order }: Sale) {
      ctx.state.order.set(order)
      ctx.timer('remind', { atEventTime: ctx.eventTime + 600 })
    },
    remind(ctx) {
      ctx.emit(texts, `${ctx.state.order.get()} remembered at ${ctx.eventTime}`)
    },
  },
})

/** The topology. */
export function salesTopology(redis: RedisConnection, namespace: string): Topology {
  const byOrder = ({ order }: Sale): string => order
  const byItem = ({ item }: Sale): string => item
  return {
    name: 'sales', version: 1, source: topic<Sale>('sales', { partitions }), stages: [], views: [],
    target: { actor: perAccount, message: 'add', where: isOrder },
    routes: [
      { actor: visits, message: 'add' },
      { actor: perItem, message: 'add', where: isOrder, key: byItem },
      { actor: paid, message: 'left', where: isOrder, key: byOrder },
      { actor: paid, message: 'right', where: ({ kind }: Sale) => kind === 'payment', key: byOrder },
      { actor: priced, message: 'stream', where: isOrder, key: byItem },
      { actor: priced, message: 'table', where: ({ kind }: Sale) => kind === 'price', key: byItem,
        body: ({ amount }: Sale) => amount },
      { actor: reminder, message: 'add', where: isOrder, key: byOrder },
    ],
    actors: [perAccount, visits, perItem, best, paid, priced, reminder], relays: true, deadLetters: dead,
    eventTime: { outOfOrderMs: 300, idleMs: 3_600_000, markMs: 100 },
    sinks: [{ name: 'rows', outputs: [panes, texts, late, dead], batchRecordsMax: 500, lingerMs: 2,
      insert: keepOnce(redis, namespace) }],
  }
}
