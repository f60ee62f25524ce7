/**
 * What happens at the auction house: a person registers, an auction opens, a bid is made. Fields and their
 * meanings are those of Nexmark; times are ms UTC, money is in cents.
 */

/** Somebody registered. */
export interface Person {
  readonly kind: 'person'
  readonly id: number
  readonly name: string
  readonly email: string
  readonly creditCard: string
  readonly city: string
  readonly state: string
  readonly dateTime: number
  readonly extra: string
}

/** Somebody offers something. */
export interface Auction {
  readonly kind: 'auction'
  readonly id: number
  readonly itemName: string
  readonly description: string
  readonly initialBid: number
  readonly reserve: number
  readonly dateTime: number
  /** Bids count up to this instant, inclusive. */
  readonly expires: number
  readonly seller: number
  readonly category: number
  readonly extra: string
}

/** Somebody bids. */
export interface Bid {
  readonly kind: 'bid'
  readonly auction: number
  readonly bidder: number
  readonly price: number
  readonly channel: string
  readonly url: string
  readonly dateTime: number
  readonly extra: string
}

/** A row of the bounded side input of q13. */
export interface Side {
  readonly kind: 'side'
  readonly key: number
  readonly value: string
  readonly dateTime: number
}

/** Whatever the generator makes. */
export type NexmarkEvent = Person | Auction | Bid

/** Tells kinds apart, for routes. */
export const isPerson = (event: NexmarkEvent | Side): event is Person => event.kind === 'person'
/** The same for auctions. */
export const isAuction = (event: NexmarkEvent | Side): event is Auction => event.kind === 'auction'
/** The same for bids. */
export const isBid = (event: NexmarkEvent | Side): event is Bid => event.kind === 'bid'
