/**
 * Committed outputs of a partition as an observable: one reader of the outbox, however many listen.
 *
 * L1  A listener that starts without a position sees what is committed after it came; one with a position
 *     sees everything after it, history first, then live, nothing twice and nothing left out. A position
 *     `<entry>:<index>` lies inside an entry: the entry comes again, and the listener skips what it has.
 * L2  A broken read is taken up again behind the last entry that was seen.
 * L3  History is read no faster than its listener takes it (`whenReady`); the live feed waits for nobody.
 * L4  A listener whose history is read waits for the live feed and asks nothing meanwhile: thousands come
 *     back at once when a gateway starts, about persons of whom nothing happens.
 */
import { Observable, share } from 'rxjs'
import type { Clock, Emitted, FollowEnd, TopologyClient } from '../../engine/index.js'
import { isAtOrAfter, justBefore } from '../positions.js'

/** What was committed with one entry of the outbox, or a part of history that is gone. */
export type LiveBlock =
  | { readonly entry: string, readonly emitted: readonly Emitted[] }
  | { readonly gapFrom: string, readonly gapTo: string }

/** What a feed needs. */
export interface FeedSource {
  readonly client: Pick<TopologyClient, 'follow'>
  readonly clock: Clock
  readonly partition: number
}

const retryMs = 500
/** After so long without a live block history is looked at again, should the live feed have missed one. */
const doubtMs = 10_000

/** The live feed of a partition; it reads while someone listens. */
export function liveFeed(source: FeedSource): Observable<LiveBlock> {
  return new Observable<LiveBlock>(listener => {
    const stopping = new AbortController()
    void readOn(source, undefined, stopping.signal, block => {
      listener.next(block)
      return undefined
    }, () => source.clock.wait(retryMs, stopping.signal), 'aborted')
    return () => stopping.abort()
  }).pipe(share())
}

/** History behind `from`, then the live feed. At most `heldMax` live blocks wait while history is read. */
export function feedFrom(source: FeedSource, live: Observable<LiveBlock>, from: string, options: {
  readonly heldMax: number
  readonly whenReady: () => Promise<void>
}): Observable<LiveBlock> {
  return new Observable<LiveBlock>(listener => {
    const stopping = new AbortController()
    const [entry = from] = from.split(':')
    const isInside = entry !== from
    let held: LiveBlock[] | null = []
    let doubtful: LiveBlock | null = null
    let wake: () => void = () => undefined
    const liveReader = live.subscribe(block => {
      if (held === null) return listener.next(block)
      held.push(block)
      if (held.length > options.heldMax) held.shift()
      wake()
    })
    /** Resolves when there is something behind `last`, as the live feed has it, or may be (L4). */
    const more = (last: string): Promise<void> => {
      const newest = held?.at(-1)
      if (newest !== undefined && !isAtOrAfter(last, endOf(newest))) return Promise.resolve()
      const woken = new Promise<void>(resolve => { wake = resolve })
      const waiting = new AbortController()
      const doubting = source.clock.wait(doubtMs, AbortSignal.any([waiting.signal, stopping.signal]))
      return Promise.race([woken, doubting]).finally(() => waiting.abort())
    }
    void readOn(source, isInside ? justBefore(entry) : entry, stopping.signal, block => {
      if (isInside && 'gapFrom' in block) { // the place before an entry is never there: the entry decides
        doubtful = { gapFrom: entry, gapTo: block.gapTo }
        return undefined
      }
      if (doubtful !== null && endOf(block) !== entry) listener.next(doubtful)
      doubtful = null
      listener.next(block)
      const first = held?.[0]
      if (held !== null && first !== undefined && isAtOrAfter(endOf(block), endOf(first))) {
        const rest = held.filter(kept => !isAtOrAfter(endOf(block), endOf(kept)))
        held = null
        for (const kept of rest) listener.next(kept)
        stopping.abort()
      }
      return options.whenReady()
    }, more, 'nothing more')
    return () => {
      stopping.abort()
      liveReader.unsubscribe()
    }
  })
}

/**
 * Reads until the signal aborts; after a failure it goes on behind the last entry, and when a read has come
 * to its end, once there may be `more`.
 */
async function readOn(source: FeedSource, from: string | undefined, signal: AbortSignal,
  take: (block: LiveBlock) => Promise<void> | undefined, more: (last: string) => Promise<void>,
  end: FollowEnd): Promise<void> {
  let last = from
  while (!signal.aborted) {
    try {
      for await (const block of source.client.follow(source.partition, last, signal, end)) {
        if (signal.aborted) return
        last = endOf(block)
        await take(block)
      }
    } catch {
      // Redis is away: the same read is tried again until the listener leaves (L2)
      await source.clock.wait(retryMs, signal)
      continue
    }
    if (last !== undefined) await more(last)
  }
}

function endOf(block: LiveBlock): string {
  return 'entry' in block ? block.entry : block.gapTo
}
