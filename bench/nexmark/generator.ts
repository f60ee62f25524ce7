/**
 * The Nexmark generator, after the published description (Beam's and Flink's): one person, three auctions and
 * 46 bids in every 50 events; half of the bids go to one hot auction, three of four are made by one hot
 * bidder, three of four auctions are opened by one hot seller; prices are 10^[0, 6) units, uniform in the
 * exponent.
 *
 * N1  Event n is a function of the seed and n alone: whoever asks, in whatever order, gets the same.
 * N2  Event times grow with n, evenly. Events arrive later than they happened by up to `spreadMs`, so that an
 *     event happened at most `spreadMs` before any that arrived before it; but for a share of `lateShare`,
 *     which arrives later than that, by up to `lateMs`.
 */
import { hashText } from '../../engine/index.js'
import type { Auction, Bid, NexmarkEvent, Person, Side } from './events.js'
import { sideRows } from './limits.js'

/** What to generate. */
export interface Generation {
  readonly seed: number
  readonly events: number
  /** In event time: how close the events lie. */
  readonly eventsPerSecond: number
  readonly spreadMs: number
  readonly lateShare: number
  readonly lateMs: number
}

/** The first event's time: half a minute before midnight, so that days change. */
export const firstAt = Date.UTC(2026, 0, 1, 23, 59, 30)

const perEpoch = { person: 1, auction: 3, bid: 46 } as const
const epochEvents = perEpoch.person + perEpoch.auction + perEpoch.bid
const firstId = 1_000
const firstCategory = 10
const categories = 5
/** Ids that do not exist yet and are spoken of nevertheless, as if events had been swapped. */
const idLead = 10
const activePersons = 1_000
const openAuctions = 100
/** Of so many auctions or persons in a row, one is hot. */
const hotEvery = 100
const bytes = { person: 200, auction: 500, bid: 100 } as const
const channels = 10_000
const hotChannels = ['Google', 'Facebook', 'Baidu', 'Apple'] as const

const states = ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY'] as const
const cities = ['Phoenix', 'Los Angeles', 'San Francisco', 'Boise', 'Portland', 'Bend', 'Redmond', 'Seattle',
  'Kent', 'Cheyenne'] as const
const firstNames = ['Peter', 'Paul', 'Luke', 'John', 'Saul', 'Vicky', 'Kate', 'Julie', 'Sarah', 'Deiter',
  'Walter'] as const
const lastNames = ['Shultz', 'Abrams', 'Spencer', 'White', 'Bartels', 'Walton', 'Smith', 'Jones',
  'Noris'] as const

/** Random numbers of one event (SplitMix32). */
class Dice {
  #state: number

  constructor(seed: number, n: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca77)
    this.below(1)
  }

  /** A number in 0..1. */
  fraction(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    let mixed = this.#state ^ (this.#state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000
  }

  /** A whole number in 0..n-1. */
  below(n: number): number {
    return Math.floor(this.fraction() * n)
  }

  one<T>(all: readonly T[]): T {
    return all[this.below(all.length)]
  }

  /** Letters, out of a text that is long enough to look random. */
  letters(length: number): string {
    const from = this.below(letterTable.length - length)
    return letterTable.slice(from, from + length)
  }
}

const letterTable = Array.from({ length: 1 << 16 },
  (_, i) => String.fromCharCode(97 + hashText(`letter ${i}`) % 26)).join('')

/** Makes the events of one seed. */
export class NexmarkGenerator {
  readonly #options: Generation

  constructor(options: Generation) {
    this.#options = options
  }

  /** Event n. */
  event(n: number): NexmarkEvent {
    const dice = new Dice(this.#options.seed, n)
    const place = n % epochEvents
    if (place < perEpoch.person) return this.#person(n, dice)
    return place < perEpoch.person + perEpoch.auction ? this.#auction(n, dice) : this.#bid(n, dice)
  }

  /** The numbers of all events in the order of their arrival (N2). */
  arrivals(): number[] {
    const { seed, events, spreadMs, lateShare, lateMs } = this.#options
    const countMax = 2 ** 24
    const order = Float64Array.from({ length: events }, (_, n) => {
      const dice = new Dice(~seed, n)
      const delay = dice.fraction() < lateShare ? spreadMs + dice.below(lateMs - spreadMs)
        : dice.below(spreadMs + 1)
      return (this.#timeOf(n) - firstAt + delay) * countMax + n
    }).sort()
    return Array.from(order, key => key % countMax)
  }

  #timeOf(n: number): number {
    return firstAt + Math.floor(n * 1_000 / this.#options.eventsPerSecond)
  }

  #person(n: number, dice: Dice): Person {
    const name = `${dice.one(firstNames)} ${dice.one(lastNames)}`
    const email = `${dice.letters(7)}@${dice.letters(5)}.com`
    const creditCard = Array.from({ length: 4 }, () => String(dice.below(10_000)).padStart(4, '0')).join(' ')
    const [city, state] = [dice.one(cities), dice.one(states)]
    const size = 8 + name.length + email.length + creditCard.length + city.length + state.length
    return { kind: 'person', id: lastPerson(n) + firstId, name, email, creditCard, city, state,
      dateTime: this.#timeOf(n), extra: extra(dice, size, bytes.person) }
  }

  #auction(n: number, dice: Dice): Auction {
    const hot = Math.floor(lastPerson(n) / hotEvery) * hotEvery
    const seller = (dice.below(4) > 0 ? hot : somePerson(n, dice)) + firstId
    const initialBid = price(dice)
    const dateTime = this.#timeOf(n)
    // On average an auction lasts until as many others have begun as are open at a time.
    const lengthMs = this.#timeOf(n + openAuctions * epochEvents / perEpoch.auction) - dateTime
    const expires = dateTime + 1 + dice.below(Math.max(1, 2 * lengthMs))
    const itemName = dice.letters(3 + dice.below(18))
    const description = dice.letters(3 + dice.below(98))
    const size = 8 + itemName.length + description.length + 5 * 8
    return { kind: 'auction', id: lastAuction(n) + firstId, itemName, description, initialBid,
      reserve: initialBid + price(dice), dateTime, expires, seller,
      category: firstCategory + dice.below(categories), extra: extra(dice, size, bytes.auction) }
  }

  #bid(n: number, dice: Dice): Bid {
    const newest = lastAuction(n)
    const oldest = Math.max(0, newest - openAuctions)
    const auction = dice.below(2) > 0 ? Math.floor(newest / hotEvery) * hotEvery
      : oldest + dice.below(newest - oldest + 1 + idLead)
    const bidder = dice.below(4) > 0 ? Math.floor(lastPerson(n) / hotEvery) * hotEvery + 1
      : somePerson(n, dice)
    const paid = price(dice)
    const channel = dice.below(2) > 0 ? dice.one(hotChannels) : `channel-${dice.below(channels)}`
    return { kind: 'bid', auction: auction + firstId, bidder: bidder + firstId, price: paid, channel,
      url: urlOf(channel), dateTime: this.#timeOf(n), extra: extra(dice, 4 * 8, bytes.bid) }
  }
}

/** The bounded side input. */
export function sideInput(): Side[] {
  return Array.from({ length: sideRows }, (_, key) =>
    ({ kind: 'side', key, value: `side ${hashText(`side ${key}`)}`, dateTime: firstAt }))
}

function lastPerson(n: number): number {
  return Math.floor(n / epochEvents) * perEpoch.person
}

/** The newest auction when event n happens: itself, if it is one. */
function lastAuction(n: number): number {
  const epoch = Math.floor(n / epochEvents)
  const place = n % epochEvents - perEpoch.person
  if (place < 0) return epoch * perEpoch.auction - 1
  return epoch * perEpoch.auction + Math.min(place, perEpoch.auction - 1)
}

/** One of the active persons, or of the next few. */
function somePerson(n: number, dice: Dice): number {
  const persons = lastPerson(n) + 1
  const active = Math.min(persons, activePersons)
  return persons - active + dice.below(active + idLead)
}

function price(dice: Dice): number {
  return Math.round(10 ** (dice.fraction() * 6) * 100)
}

/** Fills an event up to about the size that is wanted, a fifth more or less. */
function extra(dice: Dice, size: number, wanted: number): string {
  if (size >= wanted) return ''
  const average = wanted - size
  const delta = Math.round(average / 5)
  return dice.letters(average - delta + dice.below(2 * delta + 1))
}

/** One address per channel; nine of ten name their channel. */
function urlOf(channel: string): string {
  const hash = hashText(channel)
  const path = [0, 1, 2].map(i => letterTable.slice(...between((hash >>> i * 8) & 0xfff))).join('/')
  return `https://www.nexmark.com/${path}/item.htm?query=1${hash % 10 > 0 ? `&channel_id=${hash}` : ''}`
}

function between(from: number): [number, number] {
  return [from, from + 5]
}
