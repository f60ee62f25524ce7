/**
 * Those queries of Nexmark that RxJS says plainly: filters, a join of two kinds, windows. In memory and of
 * this process: nothing is stored, a stop loses everything, no key could be another process'.
 *
 * RxJS knows no event time. The watermark is made here by the rule of the others (per partition of the key,
 * the greatest event time less the bound), so that the same records are late and the same SQL holds; a window
 * is a group that ends when the least watermark of all partitions has passed its end.
 */
import {
  concatMap, distinctUntilChanged, filter, from, groupBy, map, mergeMap, Observable, reduce, scan, Subject,
  type OperatorFunction,
} from 'rxjs'
import { partitionOf } from '../../../engine/index.js'
import {
  isAuction, isBid, isPerson, type Auction, type Bid, type NexmarkEvent, type Person,
} from '../events.js'
import { outOfOrderMs, partitions } from '../limits.js'
import { keyings, type Keying, type Row } from '../query.js'

/** Results, and records that came too late, as rows. */
interface Told {
  readonly rows: Observable<Row>
  readonly late: Observable<Row>
}

/** A query over events in the order of their arrival; both parts are subscribed to before the first event. */
export type RxQuery = (events: Observable<NexmarkEvent>) => Told

/** An event, and what was known of time in its partition when it came. */
interface Timed<E> {
  readonly event: E
  readonly watermark: number
}

interface Timeline {
  readonly timed: Observable<Timed<NexmarkEvent>>
  /** The least watermark of all partitions, in steps. */
  readonly watermark: Observable<number>
}

const watermarkStepMs = 100
const hopMs = 2_000
const windowMs = 10_000
const states = ['OR', 'ID', 'CA']
const nothing = from<Row[]>([])

const windowEnd = (at: number): number => Math.floor(at / windowMs) * windowMs + windowMs

const bidsAsRows = (row: (bid: Bid) => Row, where: (bid: Bid) => boolean = () => true): RxQuery =>
  events => ({ rows: events.pipe(filter(isBid), filter(where), map(row)), late: nothing })

const q0 = bidsAsRows(({ auction, bidder, price, dateTime, extra }) =>
  [auction, bidder, price, dateTime, extra])
const q1 = bidsAsRows(({ auction, bidder, price, dateTime, extra }) =>
  [auction, bidder, 0.908 * price, dateTime, extra])
const q2 = bidsAsRows(({ auction, price }) => [auction, price], ({ auction }) => auction % 123 === 0)

interface Seller {
  readonly person: Person | undefined
  readonly waiting: readonly Auction[]
  readonly joined: readonly Row[]
}

const seller: Seller = { person: undefined, waiting: [], joined: [] }

const q3: RxQuery = events => ({
  late: nothing,
  rows: events.pipe(
    filter((event): event is Person | Auction => (isPerson(event) && states.includes(event.state))
      || (isAuction(event) && event.category === 10)),
    groupBy(event => (isPerson(event) ? event.id : event.seller)),
    mergeMap(ofSeller => ofSeller.pipe(
      scan(({ person, waiting }, event): Seller => {
        if (isPerson(event)) {
          return { person: event, waiting: [], joined: waiting.map(auction => joinOf(event, auction)) }
        }
        return person ? { person, waiting, joined: [joinOf(person, event)] }
          : { person, waiting: [...waiting, event], joined: [] }
      }, seller),
      concatMap(({ joined }) => joined),
    )),
  ),
})

const q5: RxQuery = events => {
  const { timed, watermark } = timeline(events, 'auction')
  const bids = timed.pipe(only(isBid))
  const lastEnd = ({ dateTime }: Bid): number => Math.floor(dateTime / hopMs) * hopMs + windowMs
  return {
    late: bids.pipe(filter(bid => lastEnd(bid.event) <= bid.watermark), map(lateRow)),
    rows: bids.pipe(
      concatMap(bid => endsOf(lastEnd(bid.event)).filter(end => end > bid.watermark)
        .map(end => ({ end, auction: bid.event.auction }))),
      groupBy(({ end }) => end, { duration: ({ key }) => passes(watermark, key) }),
      mergeMap(window => window.pipe(
        reduce((counts, { auction }) => counts.set(auction, (counts.get(auction) ?? 0) + 1),
          new Map<number, number>()),
        concatMap(counts => mostOf(counts, window.key)),
      )),
    ),
  }
}

const q7: RxQuery = events => {
  const { timed, watermark } = timeline(events, 'auction')
  const bids = timed.pipe(only(isBid))
  return {
    late: bids.pipe(filter(isLate), map(lateRow)),
    rows: bids.pipe(
      filter(bid => !isLate(bid)),
      groupBy(({ event }) => windowEnd(event.dateTime), { duration: ({ key }) => passes(watermark, key) }),
      mergeMap(window => window.pipe(
        reduce((highest: readonly Bid[], { event }) => (highest.length === 0
          || event.price > highest[0].price ? [event] : event.price < highest[0].price ? highest
          : [...highest, event]), []),
        concatMap(highest => highest),
        map(({ auction, price, bidder, dateTime, extra }): Row => [auction, price, bidder, dateTime, extra]),
      )),
    ),
  }
}

interface Newcomer {
  readonly name?: string
  readonly hasAuction: boolean
}

const q8: RxQuery = events => {
  const { timed, watermark } = timeline(events, 'person')
  const both = timed.pipe(only((event): event is Person | Auction => isPerson(event) || isAuction(event)))
  return {
    late: both.pipe(filter(isLate), map(lateRow)),
    rows: both.pipe(
      filter(one => !isLate(one)),
      groupBy(({ event }) => windowEnd(event.dateTime), { duration: ({ key }) => passes(watermark, key) }),
      mergeMap(window => window.pipe(
        reduce(newcomers, new Map<number, Newcomer>()),
        concatMap(persons => [...persons]
          .filter(([, { name, hasAuction }]) => name !== undefined && hasAuction)
          .map(([id, { name }]): Row => [id, name!, window.key - windowMs])),
      )),
    ),
  }
}

/** By the names of the queries. */
export const rxQueries: Readonly<Record<string, RxQuery>> = { q0, q1, q2, q3, q5, q7, q8 }

/** Watermarks by the rule of the others: of the partition before the event, and the least of all after it. */
function timeline(events: Observable<NexmarkEvent>, keying: Keying): Timeline {
  const greatest = new Array<number>(partitions).fill(-Infinity)
  const timed = new Subject<Timed<NexmarkEvent>>()
  const least = new Subject<number>()
  events.subscribe({
    next(event) {
      const partition = partitionOf(keyings[keying](event), partitions)
      timed.next({ event, watermark: greatest[partition] - outOfOrderMs })
      if (event.dateTime <= greatest[partition]) return
      greatest[partition] = event.dateTime
      least.next(Math.min(...greatest) - outOfOrderMs)
    },
    complete() {
      timed.complete()
      least.complete()
    },
  })
  const step = (ms: number): number => Math.floor(ms / watermarkStepMs) * watermarkStepMs
  return { timed, watermark: least.pipe(map(step), distinctUntilChanged()) }
}

function only<E extends NexmarkEvent>(
  is: (event: NexmarkEvent) => event is E,
): OperatorFunction<Timed<NexmarkEvent>, Timed<E>> {
  return filter((one): one is Timed<E> => is(one.event))
}

function passes(watermark: Observable<number>, end: number): Observable<number> {
  return watermark.pipe(filter(passed => passed >= end))
}

function isLate({ event, watermark }: Timed<NexmarkEvent>): boolean {
  return windowEnd(event.dateTime) <= watermark
}

function lateRow({ event }: Timed<NexmarkEvent>): Row {
  return event.kind === 'bid' ? ['bid', event.auction, event.bidder, event.price, event.dateTime]
    : [event.kind, event.id, 0, 0, event.dateTime]
}

function joinOf({ name, city, state }: Person, { id }: Auction): Row {
  return [name, city, state, id]
}

function endsOf(lastEnd: number): number[] {
  return Array.from({ length: windowMs / hopMs }, (_, i) => lastEnd - i * hopMs)
}

function mostOf(counts: ReadonlyMap<number, number>, end: number): Row[] {
  const most = Math.max(...counts.values())
  return [...counts].filter(([, bids]) => bids === most).map(([auction, bids]) => [auction, bids, end])
}

function newcomers(
  persons: Map<number, Newcomer>, { event }: Timed<Person | Auction>,
): Map<number, Newcomer> {
  if (isPerson(event)) {
    return persons.set(event.id, { name: event.name, hasAuction: persons.get(event.id)?.hasAuction ?? false })
  }
  return persons.set(event.seller, { ...persons.get(event.seller), hasAuction: true })
}
