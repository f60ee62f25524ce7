/**
 * q9, winning bids: SELECT A.*, B.auction, B.bidder, B.price, B.dateTime, B.extra, ROW_NUMBER() OVER
 * (PARTITION BY A.id ORDER BY B.price DESC, B.dateTime ASC) = 1 FROM auction A, bid B WHERE A.id = B.auction
 * AND B.dateTime BETWEEN A.dateTime AND A.expires. Told once per auction, when it is over.
 */
import { isAuction, isBid } from '../events.js'
import { results, type Query } from '../query.js'
import { joinedInTime, lateInWinning, winningBids, type Won } from './winning-bids.js'

const winners = winningBids('winners', results)

/** See the top of the file. */
export const q9: Query = {
  name: 'q9', title: 'Winning bids', keying: 'auction',
  flow: {
    target: { actor: winners, message: 'auction', where: isAuction },
    routes: [{ actor: winners, message: 'bid', where: isBid }],
    actors: [winners],
  },
  rows: told => told.map(({ value }) => {
    const { auction: a, bid: b } = value as Won
    return [a.id, a.itemName, a.description, a.initialBid, a.reserve, a.dateTime, a.expires, a.seller,
      a.category, a.extra, b.bidder, b.price, b.dateTime, b.extra]
  }),
  sql: `SELECT a.id, a.item, a.description, a.initial, a.reserve, a.at, a.expires, a.seller, a.category,
    a.extra, b.bidder, b.price, b.at, b.extra FROM ${joinedInTime}
    ORDER BY a.id, b.price DESC, b.at, b.bidder, b.channel LIMIT 1 BY a.id`,
  lateSql: lateInWinning,
}
