/**
 * q12, processing-time windows: how many bids each bidder made in each window of 10 seconds of processing
 * time: SELECT bidder, COUNT(*), TUMBLE_START, TUMBLE_END. Processing time is here the time at which the log
 * accepted the bid, which is the same on every replay and which an oracle can know.
 */
import { count, tumbling, type Pane } from '../../../engine/index.js'
import { isBid, type Bid } from '../events.js'
import { results, type Query } from '../query.js'

const sizeMs = 10_000
const counts = tumbling({ type: 'counts', sizeMs, time: 'processing', aggregate: count<Bid>(), to: results })

/** See the top of the file. */
export const q12: Query = {
  name: 'q12', title: 'Processing-time windows', keying: 'person', processingWindowMs: sizeMs,
  flow: { target: { actor: counts, message: 'add', where: isBid }, actors: [counts] },
  rows: told => told.map(({ value }) => {
    const { key, start, end, result } = value as Pane<number>
    return [Number(key), result, start, end]
  }),
  sql: `SELECT bidder, count(), intDiv(accepted, ${sizeMs}) * ${sizeMs} AS start, start + ${sizeMs}
    FROM bid GROUP BY bidder, start`,
}
