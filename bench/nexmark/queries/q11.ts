/**
 * q11, user sessions: how many bids each bidder made in each session, with gaps of 10 seconds: SELECT bidder,
 * COUNT(*), SESSION_START, SESSION_END. Sessions take every late event that the generator makes (allowed
 * lateness). A session that grows after it was told is told again, and replaces those that it holds.
 */
import { count, session, type Pane } from '../../../engine/index.js'
import { isBid, type Bid } from '../events.js'
import { lateMsMax } from '../limits.js'
import { late, results, type Query } from '../query.js'

const gapMs = 10_000
const sessions = session({ type: 'sessions', gapMs, aggregate: count<Bid>(), allowedLatenessMs: lateMsMax,
  late, to: results })

/** See the top of the file. */
export const q11: Query = {
  name: 'q11', title: 'User sessions', keying: 'person',
  flow: { target: { actor: sessions, message: 'add', where: isBid }, actors: [sessions] },
  rows: told => {
    const byBidder = new Map<string, Pane<number>[]>()
    for (const { value } of told) {
      const pane = value as Pane<number>
      const others = (byBidder.get(pane.key) ?? [])
        .filter(({ start, end }) => end <= pane.start || pane.end <= start)
      byBidder.set(pane.key, [...others, pane])
    }
    return [...byBidder.values()].flat()
      .map(({ key, start, end, result }) => [Number(key), result, start, end])
  },
  sql: `WITH steps AS (SELECT bidder, at, at - lagInFrame(at, 1, 0) OVER (PARTITION BY bidder ORDER BY at
      ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) >= ${gapMs} AS begins FROM bid),
    numbered AS (SELECT bidder, at, sum(begins) OVER (PARTITION BY bidder ORDER BY at) AS session FROM steps)
    SELECT bidder, count(), min(at), max(at) + ${gapMs} FROM numbered GROUP BY bidder, session`,
  lateSql: `SELECT 'bid', auction, bidder, price, at FROM bid WHERE 0`,
}
