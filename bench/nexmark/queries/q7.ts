/**
 * q7, highest bid: the bids with the highest price of each window of 10 seconds (TUMBLE), all of them when
 * several have it: SELECT B.auction, B.price, B.bidder, B.dateTime, B.extra.
 */
import { rekey, tumbling, type Aggregate, type Pane } from '../../../engine/index.js'
import { isBid, type Bid } from '../events.js'
import { late, results, type Query } from '../query.js'

const sizeMs = 10_000

type Highest = readonly Bid[]

/** Those with the highest price of two lists, each of one price. */
function higher(a: Highest, b: Highest): Highest {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a
  return a[0].price > b[0].price ? a : b[0].price > a[0].price ? b : [...a, ...b]
}

const highest = <V>(bidsOf: (value: V) => Highest): Aggregate<V, Highest, Highest> => ({
  create: () => [],
  add: (before, value) => higher(before, bidsOf(value)),
  merge: higher,
  result: bids => bids,
})

const ofAll = tumbling({ type: 'of-all', sizeMs, aggregate: highest((bids: Highest) => bids), to: results })

const perAuction = tumbling({
  type: 'per-auction', sizeMs, aggregate: highest((bid: Bid) => [bid]), late,
  to: rekey<Pane<Highest>>({ actor: ofAll, key: ({ end }) => `until ${end}`, body: ({ result }) => result }),
})

/** See the top of the file. */
export const q7: Query = {
  name: 'q7', title: 'Highest bid', keying: 'auction',
  flow: {
    target: { actor: perAuction, message: 'add', where: isBid }, actors: [perAuction, ofAll], relays: true,
  },
  rows: told => told.flatMap(({ value }) => (value as Pane<Highest>).result
    .map(({ auction, price, bidder, dateTime, extra }) => [auction, price, bidder, dateTime, extra])),
  sql: `WITH taken AS (SELECT *, intDiv(at, ${sizeMs}) * ${sizeMs} + ${sizeMs} AS ended
      FROM bid WHERE ended > wm),
    ranked AS (SELECT *, max(price) OVER (PARTITION BY ended) AS highest FROM taken)
    SELECT auction, price, bidder, at, extra FROM ranked WHERE price = highest`,
  lateSql: `SELECT 'bid', auction, bidder, price, at FROM bid
    WHERE intDiv(at, ${sizeMs}) * ${sizeMs} + ${sizeMs} <= wm`,
}
