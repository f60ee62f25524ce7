/**
 * The topology of the fault tests: accounts count orders, keep them in cells of every kind, and close a round
 * with a timer that tells the account's ledger. Everything an actor can do short of leaving its partition, in
 * short intervals, so that a kill meets all of it.
 */
import {
  actor, counter, list, map, output, table, topic, value, type DeadLetter, type SinkBatch, type Topology,
} from '../../engine/index.js'
import type { RedisConnection } from '../../engine/redis/index.js'
import { keepOnce } from './kept-batches.js'

/** One order; `isBroken` makes its turn throw. */
export interface Order {
  readonly item: string
  /** The how-manieth of its account, for whoever keeps a ledger. */
  readonly number?: number
  readonly isBroken: boolean
  /** The ledger that is told, in any partition; absent: the account's own. */
  readonly shop?: string
}

/** Every order that was folded: the how-manieth of its account, as its sender counts, if it does. */
const folded = output<number>('folded')
const dead = output<DeadLetter>('dead')

const ledger = actor('ledger', {
  state: { rounds: value(0), orders: value(0), sizes: list<number>({ max: 5 }) },
  receive: {
    closed(ctx, size: number) {
      ctx.state.rounds.update(rounds => rounds + 1)
      ctx.state.orders.update(orders => orders + size)
      ctx.state.sizes.push(size)
    },
  },
})

/** One account. */
export const account = actor('account', {
  state: {
    orders: value(0), items: map<number>(), last: list<string>({ max: 4 }), lucky: value(0), open: value(0),
    shop: value(''),
    recent: counter({ windowMs: 2_000, steps: 20 }), prices: table<number>(),
  },
  receive: {
    order(ctx, { item, number, isBroken, shop = '' }: Order) {
      ctx.state.orders.update(orders => orders + 1)
      ctx.state.open.update(open => open + 1)
      ctx.state.items.update(item, count => (count ?? 0) + 1)
      ctx.state.last.push(ctx.id())
      ctx.state.recent.add(item, ctx.now)
      ctx.state.prices.put(item, (ctx.state.prices.get(item) ?? 0) + 1)
      ctx.state.lucky.set(ctx.random())
      ctx.state.shop.set(shop)
      if (isBroken) throw new Error('this order is broken')
      if (ctx.state.open.get() === 1) ctx.timer('close', { afterMs: 30 })
      ctx.emit(folded, number ?? ctx.state.orders.get())
    },
    close(ctx) {
      ctx.tell(ledger, ctx.state.shop.get() || ctx.key, 'closed', ctx.state.open.get())
      ctx.state.open.set(0)
    },
  },
  reads: { order: ({ item }: Order) => ({ prices: [item] }) },
})

/** Partitions of the topic. */
export const partitions = 16

/** The topology. Its sink keeps each batch under its token in Redis: inserting twice is inserting once. */
export function ordersTopology(
  redis: RedisConnection, namespace: string,
  options: { partitions?: number, relays?: boolean, isAway?: () => boolean } = {},
): Topology {
  const keep = keepOnce(redis, namespace)
  const insert = async (batch: SinkBatch): Promise<void> => {
    if (options.isAway?.()) throw new Error('the sink is away')
    await keep(batch)
  }
  return {
    name: 'orders', version: 1,
    source: topic<Order>('orders', { partitions: options.partitions ?? partitions }),
    stages: [], relays: options.relays ?? false,
    target: { actor: account, message: 'order' }, actors: [account, ledger], views: [], deadLetters: dead,
    sinks: [{ name: 'rows', outputs: [folded, dead], batchRecordsMax: 200, lingerMs: 2, insert }],
  }
}

