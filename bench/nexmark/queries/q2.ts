/**
 * q2, selection: SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0. The route selects.
 */
import { actor } from '../../../engine/index.js'
import { isBid, type Bid, type NexmarkEvent } from '../events.js'
import { results, type Query } from '../query.js'

const select = actor('select', {
  state: {},
  receive: { bid(ctx, { auction, price }: Bid) { ctx.emit<unknown>(results, [auction, price]) } },
})

/** See the top of the file. */
export const q2: Query = {
  name: 'q2', title: 'Selection', keying: 'auction',
  flow: {
    target: { actor: select, message: 'bid',
      where: (event: NexmarkEvent) => isBid(event) && event.auction % 123 === 0 },
    actors: [select],
  },
  rows: told => told.map(({ value }) => value as never),
  sql: 'SELECT auction, price FROM bid WHERE auction % 123 = 0',
}
