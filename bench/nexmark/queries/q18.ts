/**
 * q18, last bid: the last bid of each bidder for each auction: ROW_NUMBER() OVER (PARTITION BY bidder,
 * auction ORDER BY dateTime DESC) = 1. Nexmark leaves open which of several bids at one instant is the last:
 * here the highest, then by channel and by extra.
 */
import { topN, type Ranking } from '../../../engine/index.js'
import { isBid, type Bid } from '../events.js'
import { results, type Query } from '../query.js'

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const last = topN<Bid>({
  type: 'last', n: 1, to: results,
  compare: (a, b) => b.dateTime - a.dateTime || b.price - a.price || byText(a.channel, b.channel)
    || byText(a.extra, b.extra),
})

/** See the top of the file. */
export const q18: Query = {
  name: 'q18', title: 'Last bid', keying: 'pair',
  flow: { target: { actor: last, message: 'add', where: isBid }, actors: [last] },
  idOf: ({ key }: Ranking<Bid>) => key,
  rows: told => told.map(({ value }) => {
    const { top: [bid] } = value as Ranking<Bid>
    return [bid.auction, bid.bidder, bid.price, bid.channel, bid.url, bid.dateTime, bid.extra]
  }),
  sql: `SELECT auction, bidder, price, channel, url, at, extra FROM bid
    ORDER BY at DESC, price DESC, channel, extra LIMIT 1 BY bidder, auction`,
}
