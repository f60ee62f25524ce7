/**
 * q0, pass through: SELECT auction, bidder, price, dateTime, extra FROM bid.
 */
import { actor } from '../../../engine/index.js'
import { isBid, type Bid } from '../events.js'
import { results, type Query } from '../query.js'

const pass = actor('pass', {
  state: {},
  receive: {
    bid(ctx, { auction, bidder, price, dateTime, extra }: Bid) {
      ctx.emit<unknown>(results, [auction, bidder, price, dateTime, extra])
    },
  },
})

/** See the top of the file. */
export const q0: Query = {
  name: 'q0', title: 'Pass through', keying: 'auction',
  flow: { target: { actor: pass, message: 'bid', where: isBid }, actors: [pass] },
  rows: told => told.map(({ value }) => value as never),
  sql: 'SELECT auction, bidder, price, at, extra FROM bid',
}
