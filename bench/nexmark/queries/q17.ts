/**
 * q17, auction statistics: for each auction and day, the number of bids in all and for three levels of price
 * (below 10,000; below 1,000,000; from there on), and the least, greatest, average and total price. The
 * average is a floating point number, not a whole one.
 */
import { running, type Aggregate, type Update } from '../../../engine/index.js'
import { isBid, type Bid } from '../events.js'
import { results, type Query } from '../query.js'

interface Prices {
  /** Below 10,000; below 1,000,000; from there on. */
  readonly levels: readonly [number, number, number]
  readonly least: number
  readonly greatest: number
  readonly total: number
}

const prices: Aggregate<Bid, Prices, Prices> = {
  create: () => ({ levels: [0, 0, 0], least: Infinity, greatest: 0, total: 0 }),
  add: ({ levels: [low, middle, high], least, greatest, total }, { price }) => ({
    levels: price < 10_000 ? [low + 1, middle, high] : price < 1_000_000 ? [low, middle + 1, high]
      : [low, middle, high + 1],
    least: Math.min(least, price), greatest: Math.max(greatest, price), total: total + price,
  }),
  merge: (a, b) => ({
    levels: [a.levels[0] + b.levels[0], a.levels[1] + b.levels[1], a.levels[2] + b.levels[2]],
    least: Math.min(a.least, b.least), greatest: Math.max(a.greatest, b.greatest), total: a.total + b.total,
  }),
  result: all => all,
}

const statistics = running({ type: 'statistics', aggregate: prices, to: results })

/** See the top of the file. */
export const q17: Query = {
  name: 'q17', title: 'Auction statistics', keying: 'auction and day',
  flow: { target: { actor: statistics, message: 'add', where: isBid }, actors: [statistics] },
  idOf: ({ key }: Update<Prices>) => key,
  rows: told => told.map(({ value }) => {
    const { key, index, result: { levels, least, greatest, total } } = value as Update<Prices>
    const [auction, day] = key.split(' ')
    return [Number(auction), day, index, ...levels, least, greatest, total / index, total]
  }),
  sql: `SELECT auction, day, count(), countIf(price < 10000), countIf(price >= 10000 AND price < 1000000),
    countIf(price >= 1000000), min(price), max(price), avg(price), sum(price) FROM bid GROUP BY auction, day`,
}
