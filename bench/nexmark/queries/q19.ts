/**
 * q19, auction top 10: the ten highest bids of each auction: ROW_NUMBER() OVER (PARTITION BY auction ORDER BY
 * price DESC) <= 10, in that order. Nexmark leaves the order of equal prices open: here the earliest, then by
 * bidder and channel.
 */
import { topN, type Ranking } from '../../../engine/index.js'
import { isBid, type Bid } from '../events.js'
import { results, type Query } from '../query.js'
import { compareBids } from './winning-bids.js'

const highest = topN<Bid>({ type: 'highest', n: 10, compare: compareBids, to: results })

/** See the top of the file. */
export const q19: Query = {
  name: 'q19', title: 'Auction top 10', keying: 'auction',
  flow: { target: { actor: highest, message: 'add', where: isBid }, actors: [highest] },
  idOf: ({ key }: Ranking<Bid>) => key,
  rows: told => told.flatMap(({ value }) => (value as Ranking<Bid>).top.map((bid, i) =>
    [bid.auction, i + 1, bid.bidder, bid.price, bid.channel, bid.url, bid.dateTime, bid.extra])),
  sql: `SELECT auction, place, bidder, price, channel, url, at, extra FROM (SELECT *, row_number() OVER
      (PARTITION BY auction ORDER BY price DESC, at, bidder, channel) AS place FROM bid) WHERE place <= 10`,
}
