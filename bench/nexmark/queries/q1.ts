/**
 * q1, currency conversion: SELECT auction, bidder, 0.908 * price, dateTime, extra FROM bid.
 * The product is a 64-bit floating point number on both sides, not a decimal.
 */
import { actor } from '../../../engine/index.js'
import { isBid, type Bid } from '../events.js'
import { results, type Query } from '../query.js'

const convert = actor('convert', {
  state: {},
  receive: {
    bid(ctx, { auction, bidder, price, dateTime, extra }: Bid) {
      ctx.emit<unknown>(results, [auction, bidder, 0.908 * price, dateTime, extra])
    },
  },
})

/** See the top of the file. */
export const q1: Query = {
  name: 'q1', title: 'Currency conversion', keying: 'auction',
  flow: { target: { actor: convert, message: 'bid', where: isBid }, actors: [convert] },
  rows: told => told.map(({ value }) => value as never),
  sql: 'SELECT auction, bidder, toFloat64(0.908) * price, at, extra FROM bid',
}
