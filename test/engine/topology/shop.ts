/**
 * A topology that uses everything an actor can do, for tests: cells of every kind, tables, timers, tells,
 * outputs, failures. Carts count what was added; ten seconds after the last addition a timer closes the cart,
 * which tells the actor of the whole shop. Adding `broken` throws.
 */
import {
  actor, counter, list, map, output, table, topic, value, type DeadLetter, type Topology,
} from '../../../engine/index.js'

/** What happens to a cart. */
export interface Addition {
  readonly item: string
  readonly count: number
}

/** Everything that was added, with the cart's number of additions so far. */
export const added = output<{ readonly cart: string, readonly item: string,
  readonly additions: number }>('added')
/** Dead letters. */
export const dead = output<DeadLetter>('dead')

/** The one actor that all carts tell. */
export const shop = actor('shop', {
  state: { closed: value(0), items: map<number>() },
  receive: {
    closed(ctx, cart: { items: number }) {
      ctx.state.closed.update(count => count + 1)
      ctx.state.items.update(String(cart.items), count => (count ?? 0) + 1)
      ctx.timer('rest', { afterMs: 5_000 })
    },
    rest(ctx) { ctx.state.items.update('rests', count => (count ?? 0) + 1) },
  },
})

/** One cart. */
export const cart = actor('cart', {
  state: {
    additions: value(0), items: map<number>(), last: list<string>({ max: 2 }), lucky: value(0),
    recent: counter({ windowMs: 10_000, steps: 10 }), prices: table<number>(),
  },
  receive: {
    add(ctx, { item, count }: Addition) {
      ctx.state.additions.update(additions => additions + 1)
      ctx.state.items.update(item, before => (before ?? 0) + count)
      ctx.state.last.push(item)
      ctx.state.recent.add(item, ctx.now, count)
      ctx.state.prices.put(item, (ctx.state.prices.get(item) ?? 0) + count)
      ctx.state.lucky.set(ctx.random())
      ctx.timer('close', { afterMs: 10_000 })
      ctx.emit(added, { cart: ctx.key, item, additions: ctx.state.additions.get() })
      if (item === 'loop') ctx.tell(cart, ctx.key, 'add', { item, count })
      if (item === 'broken') throw new Error('this one is broken')
    },
    close(ctx) {
      ctx.tell(shop, 'the shop', 'closed', { items: ctx.state.items.size })
      ctx.state.items.delete(ctx.state.last.at(0) ?? '')
    },
  },
  reads: { add: ({ item }: Addition) => ({ prices: [item] }) },
})

/** The topology; `partitions` of its topic. */
export function shopTopology(partitions: number, changes: Partial<Topology> = {}): Topology {
  return {
    name: 'shop', version: 1, source: topic<Addition>('additions', { partitions }), stages: [],
    target: { actor: cart, message: 'add' }, actors: [cart, shop], views: [], sinks: [], deadLetters: dead,
    ...changes,
  }
}
