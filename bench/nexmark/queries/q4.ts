/**
 * q4, average price for a category: SELECT category, AVG(final) FROM (SELECT MAX(B.price) AS final,
 * A.category FROM auction A, bid B WHERE A.id = B.auction AND B.dateTime BETWEEN A.dateTime AND A.expires
 * GROUP BY A.id, A.category) GROUP BY category. An auction's price counts once it is final, when the
 * watermark has passed its expiry; the average is a floating point number, not a whole one.
 */
import { mean, rekey, running, type Update } from '../../../engine/index.js'
import { isAuction, isBid } from '../events.js'
import { results, type Query } from '../query.js'
import { joinedInTime, lateInWinning, winningBids, type Won } from './winning-bids.js'

const categories = running<number, readonly [number, number], number | null>(
  { type: 'categories', aggregate: mean(price => price), to: results })
const winners = winningBids('winners', rekey<Won>({
  actor: categories, key: ({ auction }) => String(auction.category), body: ({ bid }) => bid.price,
}))

/** See the top of the file. */
export const q4: Query = {
  name: 'q4', title: 'Average price for a category', keying: 'auction',
  flow: {
    target: { actor: winners, message: 'auction', where: isAuction },
    routes: [{ actor: winners, message: 'bid', where: isBid }],
    actors: [winners, categories], relays: true,
  },
  idOf: ({ key }: Update<number>) => key,
  rows: told => told.map(({ value }) => {
    const { key, result } = value as Update<number>
    return [Number(key), result]
  }),
  sql: `SELECT category, avg(final) FROM (SELECT max(b.price) AS final, any(a.category) AS category
    FROM ${joinedInTime} GROUP BY a.id) GROUP BY category`,
  lateSql: lateInWinning,
}
