/**
 * The winning bid of each auction: the highest that was made from its opening to its expiry; of equals, the
 * earliest. It is told once, when the watermark has passed the expiry, instead of being replaced again and
 * again as the SQL of Nexmark has it.
 *
 * A bid or an auction that is behind the watermark is late, and does not count. So a bid must wait for its
 * auction only until the watermark has passed the bid.
 */
import { actor, map, timeline, type Late, type To, type TurnContext, type TypedActor }
  from '../../../engine/index.js'
import { send } from '../../../engine/flow/destination.js'
import type { Auction, Bid, NexmarkEvent } from '../events.js'
import { late } from '../query.js'

/** An auction that is over, and its winner. */
export interface Won {
  readonly auction: Auction
  readonly bid: Bid
}

type WinningState = {
  readonly auction: ReturnType<typeof map<Auction>>
  readonly best: ReturnType<typeof map<Bid>>
  readonly early: ReturnType<typeof timeline<Bid>>
}

const only = 'only'

/** Orders bids, the better one first; those that are equal in price and time by bidder and channel. */
export function compareBids(a: Bid, b: Bid): number {
  return b.price - a.price || a.dateTime - b.dateTime || a.bidder - b.bidder
    || (a.channel < b.channel ? -1 : a.channel > b.channel ? 1 : 0)
}

/** Receives `auction` and `bid`, keyed by auction. */
export function winningBids(type: string, to: To<Won>): TypedActor<WinningState> {
  const refuse = (ctx: Pick<TurnContext<never>, 'key' | 'eventTime' | 'watermark' | 'emit'>,
    value: NexmarkEvent): boolean => {
    const { key, eventTime, watermark } = ctx
    if (eventTime >= watermark) return false
    ctx.emit<Late<NexmarkEvent>>(late, { key, eventTime, watermark, value })
    return true
  }
  return actor(type, {
    state: { auction: map<Auction>(), best: map<Bid>(), early: timeline<Bid>() },
    receive: {
      auction(ctx, auction: Auction) {
        if (refuse(ctx, auction)) return
        const { state } = ctx
        state.auction.put(only, auction)
        const inTime = state.early.range(auction.dateTime, auction.expires).map(({ value }) => value)
        if (inTime.length > 0) state.best.put(only, inTime.sort(compareBids)[0])
        for (const moment of state.early.range(-Infinity, Infinity)) state.early.remove(moment)
        ctx.timer('close', { atEventTime: auction.expires + 1 })
      },
      bid(ctx, bid: Bid) {
        if (refuse(ctx, bid)) return
        const { state } = ctx
        const auction = state.auction.get(only)
        if (!auction) {
          if (state.early.size === 0) ctx.timer('forget', { atEventTime: bid.dateTime + 1 })
          state.early.add(bid.dateTime, bid)
        } else if (bid.dateTime >= auction.dateTime && bid.dateTime <= auction.expires) {
          const best = state.best.get(only)
          if (!best || compareBids(bid, best) < 0) state.best.put(only, bid)
        }
      },
      close(ctx) {
        const { state } = ctx
        const [auction, bid] = [state.auction.get(only)!, state.best.get(only)]
        if (bid) send(ctx, to, { auction, bid }, auction.expires)
        state.auction.delete(only)
        state.best.delete(only)
      },
      forget(ctx) {
        const { early } = ctx.state
        for (const moment of early.range(-Infinity, ctx.eventTime - 1)) early.remove(moment)
        if (early.first) ctx.timer('forget', { atEventTime: early.first.time + 1 })
      },
    },
    tells: 'actor' in to ? [to.actor] : [],
  })
}

/** Bids and auctions in time, joined; shared by the SQL of q4 and q9. */
export const joinedInTime = `(SELECT * FROM auction WHERE at >= wm) a
  JOIN (SELECT * FROM bid WHERE at >= wm) b ON b.auction = a.id WHERE b.at BETWEEN a.at AND a.expires`

/** What did not count. */
export const lateInWinning = `SELECT 'bid', auction, bidder, price, at FROM bid WHERE at < wm
  UNION ALL SELECT 'auction', id, 0, 0, at FROM auction WHERE at < wm`
