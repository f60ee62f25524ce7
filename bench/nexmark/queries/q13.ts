/**
 * q13, bounded side input join: SELECT B.auction, B.bidder, B.price, B.dateTime, S.value FROM bid B JOIN
 * side_input S ON MOD(B.auction, 10000) = S.key. The side input is a table of 10,000 rows that are in the log
 * before the first bid; a bid meets the row that is there when it comes (`latest`), as a lookup join does.
 */
import { tableJoin } from '../../../engine/index.js'
import { isBid, type Bid, type NexmarkEvent, type Side } from '../events.js'
import { results, type Query, type Row } from '../query.js'

const enriched = tableJoin<Bid, string, Row>({
  type: 'enriched', asOf: 'latest', to: results,
  join: ({ auction, bidder, price, dateTime }, value) => [auction, bidder, price, dateTime, value!],
})

/** See the top of the file. */
export const q13: Query = {
  name: 'q13', title: 'Bounded side input join', keying: 'side', hasSide: true,
  flow: {
    target: { actor: enriched, message: 'stream', where: isBid },
    routes: [{
      actor: enriched, message: 'table', where: ({ kind }: NexmarkEvent | Side) => kind === 'side',
      body: ({ value }: Side) => value,
    }],
    actors: [enriched],
  },
  rows: told => told.map(({ value }) => value as never),
  sql: `SELECT b.auction, b.bidder, b.price, b.at, s.value
    FROM bid b JOIN side s ON b.auction % 10000 = s.key`,
}
