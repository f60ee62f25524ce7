/**
 * Live changes for subscribers: what a topic shows to whom. One feed per partition is shared by all
 * subscriptions.
 *
 * A subscription names a person, or it takes what its own app submitted (records and dead letters only).
 *
 * V1  A change of a person is shown by what the ladder says when it comes: one that may not be seen ends
 *     a subscription that names the person (PRIVACY_DENIED), and is left out of one that does not.
 * V2  The erasure of a person, or of a record of theirs, is a gap: what was told before holds no longer.
 * V3  All who may see the same of a change are told the same object (shown.ts): it is made, and packed, once.
 */
import { interval, map, merge, type Observable, type Observer } from 'rxjs'
import {
  componentsChanged, deadLetters, personsErased, recordsFolded, type ComponentChange
} from '../../actors/person/outputs.js'
import type { FoldedRecord } from '../../actors/record/index.js'
import {
  HinataError, type Clock, type DeadLetter, type Emitted, type TopologyClient
} from '../../engine/index.js'
import { enhancedFrom, viewpointOf } from '../enhanced.js'
import type { GatewayLimits } from '../limits.js'
import { isAtOrAfter } from '../positions.js'
import type { Principal } from '../identity/principal.js'
import { personOf } from '../identity/tenant.js'
import type { Sight } from '../privacy/minimisation.js'
import { partsOf, type Part } from './block-parts.js'
import { feedFrom, liveFeed, type FeedSource, type LiveBlock } from './feed.js'
import { inOrder } from './in-order.js'
import { Shown } from './shown.js'

/** What one can subscribe to. */
type LiveTopic = 'psp' | 'records' | 'stats' | 'dead'

/** A change to tell, or a part of history that is gone. */
export type Change = Shown | { readonly gapFrom: string, readonly gapTo: string }

/** A subscription, as asked for and allowed; its person by key. */
interface LiveRequest {
  readonly topic: LiveTopic
  readonly person: string | null
  readonly from: string | null
  readonly principal: Principal
  /** How much of a person is seen; null: nothing. At once if that is known. */
  readonly sightFor: (key: string) => Sight | null | Promise<Sight | null>
  /** Resolves when the subscriber takes more; history waits for it. */
  readonly whenReady: () => Promise<void>
}

interface View {
  readonly output: string
  keyOf(value: unknown): string
  appOf(value: unknown): string | null
  /** What is seen of it; `as` names all that this depends on beside the value. */
  seen(value: unknown, principal: Principal, sight: Sight): Seen
}

interface Seen {
  readonly as: string
  show(): unknown
}

const statsMs = 1_000

const views: Readonly<Record<Exclude<LiveTopic, 'stats'>, View>> = {
  records: {
    output: recordsFolded.output,
    keyOf: value => (value as FoldedRecord).record.id,
    appOf: value => (value as FoldedRecord).app,
    seen(value, principal, sight) {
      const viewpoint = viewpointOf(value as FoldedRecord, principal, sight)
      const { isMasked, isNarrow, seesRawData } = viewpoint
      const as = `${isMasked} ${isNarrow} ${seesRawData}`
      return { as, show: () => enhancedFrom(value as FoldedRecord, viewpoint) }
    },
  },
  psp: {
    output: componentsChanged.output,
    keyOf: value => (value as ComponentChange).component.id,
    appOf: () => null,
    seen: value => ({ as: 'everybody', show: () => changeOf(value as ComponentChange) }),
  },
  dead: {
    output: deadLetters.output,
    keyOf: value => (value as DeadLetter).id,
    appOf: value => appOfLetter(value as DeadLetter),
    seen: value => ({ as: 'everybody', show: () => letterOf(value as DeadLetter) }),
  },
}

/** Opens live subscriptions. */
export class LiveChanges {
  readonly #client: TopologyClient
  readonly #clock: Clock
  readonly #limits: GatewayLimits
  readonly #partitions: number
  readonly #stats: () => unknown
  readonly #feeds = new Map<number, Observable<LiveBlock>>()

  constructor(
    client: TopologyClient, clock: Clock, limits: GatewayLimits, partitions: number, stats: () => unknown
  ) {
    this.#client = client
    this.#clock = clock
    this.#limits = limits
    this.#partitions = partitions
    this.#stats = stats
  }

  /** Starts a subscription and answers how to end it. Throws REQUEST_INVALID. */
  subscribe(request: LiveRequest, taker: Pick<Observer<Change>, 'next' | 'error'>): () => void {
    const subscription = this.#changes(request).subscribe(taker)
    return () => subscription.unsubscribe()
  }

  #changes(request: LiveRequest): Observable<Change> {
    if (request.topic === 'stats') return this.#statsChanges()
    const view = views[request.topic]
    if (request.person === null && request.topic === 'psp') {
      throw invalid('field user_id is required for topic psp.')
    }
    if (request.person === null && request.from !== null) {
      throw invalid('field from needs a user_id: it is a place in one partition.')
    }
    return inOrder(this.#blocks(request), block => changesOf(block, view, request))
  }

  #blocks(request: LiveRequest): Observable<LiveBlock> {
    if (request.person === null) {
      return merge(...Array.from({ length: this.#partitions }, (_, partition) => this.#feed(partition)))
    }
    const partition = this.#client.partitionOf(request.person)
    const live = this.#feed(partition)
    if (request.from === null) return live
    const { whenReady } = request
    const options = { heldMax: this.#limits.catchUpBlocksMax, whenReady }
    return feedFrom(this.#source(partition), live, request.from, options)
  }

  #feed(partition: number): Observable<LiveBlock> {
    const feed = this.#feeds.get(partition) ?? liveFeed(this.#source(partition))
    this.#feeds.set(partition, feed)
    return feed
  }

  #source(partition: number): FeedSource {
    return { client: this.#client, clock: this.#clock, partition }
  }

  #statsChanges(): Observable<Change> {
    return interval(statsMs).pipe(
      map(() => new Shown(`${this.#clock.now()}-0`, 'stats', this.#stats())),
    )
  }
}

/** The changes of a block that may be seen; at once where the decisions are known. */
function changesOf(
  block: LiveBlock, view: View, request: LiveRequest,
): readonly Change[] | Promise<readonly Change[]> {
  if (!('entry' in block)) return [block]
  const { person, from } = request
  const found: Part[] = []
  const sights: (Sight | null | Promise<Sight | null>)[] = []
  for (const part of partsOf(block, person)) {
    const isSeen = from !== null && isAtOrAfter(from, part.position)
    if (isSeen || !isFor(part.emitted, view, request)) continue
    found.push(part)
    sights.push(request.sightFor(part.emitted.key))
  }
  const isKnown = (one: (typeof sights)[number]): one is Sight | null => !(one instanceof Promise)
  if (sights.every(isKnown)) return seenOf(found, sights, view, request)
  return Promise.all(sights).then(known => seenOf(found, known, view, request))
}

function seenOf(
  found: readonly Part[], sights: readonly (Sight | null)[], view: View, request: LiveRequest,
): readonly Change[] {
  const changes: Change[] = []
  for (const [i, part] of found.entries()) {
    const { position, emitted } = part
    const sight = sights[i] ?? null
    if (emitted.output === personsErased.output) changes.push({ gapFrom: position, gapTo: position })
    else if (sight !== null) changes.push(shownOf(part, view, request.principal, sight))
    else if (request.person !== null) throw denied(request)
  }
  return changes
}

function shownOf(part: Part, view: View, principal: Principal, sight: Sight): Shown {
  const { value } = part.emitted
  const { as, show } = view.seen(value, principal, sight)
  return part.shownAs(`${view.output} ${as}`, () => ({ key: view.keyOf(value), data: show() }))
}

function denied({ person, topic }: LiveRequest): HinataError {
  const action = topic === 'psp' ? 'personalize' : 'read'
  return new HinataError('PRIVACY_DENIED', { person: personOf(person ?? ''), action, rung: 'changed' })
}

function isFor(emitted: Emitted, view: View, request: LiveRequest): boolean {
  if (emitted.output === personsErased.output) return emitted.key === request.person
  if (emitted.output !== view.output) return false
  if (request.person !== null) return emitted.key === request.person
  return view.appOf(emitted.value) === request.principal.appId
}

function changeOf(change: ComponentChange): unknown {
  const { support: _support, ...component } = change.component
  return { ...change, user_id: personOf(change.user_id), component }
}

function letterOf(letter: DeadLetter): unknown {
  const { code, message } = letter.error
  return {
    id: letter.id, user_id: personOf(letter.key), position: letter.position, failed_at: letter.failedAt,
    where: letter.where, attempts: letter.attempts, error: { code, message }, status: letter.status,
  }
}

function appOfLetter(letter: DeadLetter): string | null {
  const value = letter.value as { app?: unknown } | null
  return typeof value?.app === 'string' ? value.app : null
}

function invalid(reason: string): HinataError {
  return new HinataError('REQUEST_INVALID', { reason })
}
