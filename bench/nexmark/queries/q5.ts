/**
 * q5, hot items: the auctions with the most bids in each window of 10 seconds, one every 2 seconds (HOP), all
 * of them when several have as many.
 */
import { count, hopping, rekey, tumbling, type Aggregate, type Pane } from '../../../engine/index.js'
import { isBid, type Bid } from '../events.js'
import { late, results, type Query } from '../query.js'

const sizeMs = 10_000
const everyMs = 2_000

interface Hits {
  readonly auction: number
  readonly bids: number
}

interface Most {
  readonly bids: number
  readonly auctions: readonly number[]
}

const joined = (a: Most, b: Most): Most => (a.bids > b.bids ? a : b.bids > a.bids ? b
  : { bids: a.bids, auctions: [...a.auctions, ...b.auctions] })
const most: Aggregate<Hits, Most, Most> = {
  create: () => ({ bids: 0, auctions: [] }),
  add: (before, { auction, bids }) => joined(before, { bids, auctions: [auction] }),
  merge: joined,
  result: all => all,
}

/** A count belongs to the last instant of its window: it lies in the window of 2 seconds that ends there. */
const hottest = tumbling({ type: 'hottest', sizeMs: everyMs, aggregate: most, to: results })

const perAuction = hopping({
  type: 'per-auction', sizeMs, everyMs, aggregate: count<Bid>(), late,
  to: rekey<Pane<number>>({ actor: hottest, key: ({ end }) => `until ${end}`,
    body: ({ key, result }) => ({ auction: Number(key), bids: result }) }),
})

/** See the top of the file. */
export const q5: Query = {
  name: 'q5', title: 'Hot items', keying: 'auction',
  flow: {
    target: { actor: perAuction, message: 'add', where: isBid }, actors: [perAuction, hottest], relays: true,
  },
  rows: told => told.flatMap(({ value }) => {
    const { end, result } = value as Pane<Most>
    return result.auctions.map(auction => [auction, result.bids, end])
  }),
  sql: `WITH hits AS (SELECT auction, arrayJoin(arrayMap(
      i -> intDiv(at, ${everyMs}) * ${everyMs} - i * ${everyMs} + ${sizeMs}, range(5))) AS ended
    FROM bid WHERE ended > wm),
    counts AS (SELECT auction, ended, count() AS bids FROM hits GROUP BY auction, ended),
    ranked AS (SELECT auction, bids, ended, max(bids) OVER (PARTITION BY ended) AS most FROM counts)
    SELECT auction, bids, ended FROM ranked WHERE bids = most`,
  lateSql: `SELECT 'bid', auction, bidder, price, at FROM bid
    WHERE intDiv(at, ${everyMs}) * ${everyMs} + ${sizeMs} <= wm`,
}
