/**
 * q20, expand bid with auction: SELECT B.*, A.* FROM bid B JOIN auction A ON B.auction = A.id
 * WHERE A.category = 10. No windows: an auction may be bid for before it was opened.
 */
import { isAuction, isBid, type Auction, type Bid } from '../events.js'
import type { Query } from '../query.js'
import { oneToMany } from './one-to-many.js'

const expanded = oneToMany<Auction, Bid>('expanded', (a, b) => (a.category !== 10 ? undefined
  : [b.auction, b.bidder, b.price, b.channel, b.url, b.dateTime, b.extra, a.itemName, a.description,
    a.initialBid, a.reserve, a.dateTime, a.expires, a.seller, a.category, a.extra]))

/** See the top of the file. */
export const q20: Query = {
  name: 'q20', title: 'Expand bid with auction', keying: 'auction',
  flow: {
    target: { actor: expanded, message: 'one', where: isAuction },
    routes: [{ actor: expanded, message: 'many', where: isBid }],
    actors: [expanded],
  },
  rows: told => told.map(({ value }) => value as never),
  sql: `SELECT b.auction, b.bidder, b.price, b.channel, b.url, b.at, b.extra, a.item, a.description,
    a.initial, a.reserve, a.at, a.expires, a.seller, a.category, a.extra
    FROM bid b JOIN auction a ON b.auction = a.id WHERE a.category = 10`,
}
