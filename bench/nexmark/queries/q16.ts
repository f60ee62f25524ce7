/**
 * q16, channel statistics: for each channel and day, the last minute with a bid, the number of bids, of
 * distinct bidders and of distinct auctions, each in all and for three levels of price (below 10,000; below
 * 1,000,000; from there on). The distinct ones are rows of two tables: the levels that each was seen at.
 */
import { actor, map, table, type TableCell } from '../../../engine/index.js'
import { isBid, type Bid } from '../events.js'
import { results, type Query, type Row } from '../query.js'

/** Numbers in all, and for each level. */
type Levels = readonly [all: number, low: number, middle: number, high: number]

interface Statistics {
  readonly lastAt: number
  readonly bids: Levels
  readonly bidders: Levels
  readonly auctions: Levels
}

const none: Levels = [0, 0, 0, 0]
const only = 'only'

const levelOf = (price: number): number => (price < 10_000 ? 1 : price < 1_000_000 ? 2 : 3)

/** Counts one more, in all and at a level, unless it was seen there before. */
function added(levels: Levels, level: number, seen: number): Levels {
  const [all, ...each] = levels
  const rest = each.map((n, i) => (i + 1 === level && (seen & 1 << level) === 0 ? n + 1 : n))
  return [seen === 0 ? all + 1 : all, ...rest as [number, number, number]]
}

/** Takes note that `row` was seen at a level; at which ones it was seen before, as bits. */
function note(seen: TableCell<number>, row: number, level: number): number {
  const before = seen.get(String(row)) ?? 0
  if ((before & 1 << level) === 0) seen.put(String(row), before | 1 << level)
  return before
}

const channels = actor('channels', {
  state: { now: map<Statistics>(), bidders: table<number>(), auctions: table<number>() },
  receive: {
    bid(ctx, { auction, bidder, price, dateTime }: Bid) {
      const { now, bidders, auctions } = ctx.state
      const before = now.get(only) ?? { lastAt: 0, bids: none, bidders: none, auctions: none }
      const level = levelOf(price)
      const after = {
        lastAt: Math.max(before.lastAt, dateTime), bids: added(before.bids, level, 0),
        bidders: added(before.bidders, level, note(bidders, bidder, level)),
        auctions: added(before.auctions, level, note(auctions, auction, level)),
      }
      now.put(only, after)
      ctx.emit<unknown>(results, [ctx.key, after.lastAt, ...after.bids, ...after.bidders, ...after.auctions])
    },
  },
  reads: { bid: ({ auction, bidder }) => ({ bidders: [String(bidder)], auctions: [String(auction)] }) },
})

/** See the top of the file. */
export const q16: Query = {
  name: 'q16', title: 'Channel statistics', keying: 'channel and day',
  flow: { target: { actor: channels, message: 'bid', where: isBid }, actors: [channels] },
  idOf: ([key]: Row) => String(key),
  rows: told => told.map(({ value }) => {
    const [key, lastAt, ...counts] = value as Row
    const [channel, day] = String(key).split(' ')
    return [channel, day, new Date(Number(lastAt)).toISOString().slice(11, 16), ...counts]
  }),
  sql: `SELECT channel, day, max(minute), ${['count()', 'uniqExact(bidder)', 'uniqExact(auction)'].map(of => {
    const levels = ['1', 'price < 10000', 'price >= 10000 AND price < 1000000', 'price >= 1000000']
    const [name, argument] = of.slice(0, -1).split('(')
    return levels.map(level => `${name}If(${argument === '' ? '' : `${argument}, `}${level})`).join(', ')
  }).join(', ')} FROM bid GROUP BY channel, day`,
}
