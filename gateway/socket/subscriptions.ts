/**
 * The subscriptions of one connection.
 *
 * Q1  At most `subscriptionsMax`; an id names one, and opening it again replaces it.
 * Q2  After `end` no update of it is sent, not even one that waited.
 * Q3  Every update was allowed by the ladder when it was taken from the feed; a decision that changes to no
 *     ends the subscription, and the app is told by an error that names it.
 */
import { HinataError } from '../../engine/index.js'
import type { Edge } from '../edge.js'
import type { Change } from '../live/changes.js'
import { authorise, frameAccess } from '../identity/authorise.js'
import type { Principal } from '../identity/principal.js'
import { keyOf } from '../identity/tenant.js'
import { allowed } from '../privacy/decisions.js'
import { frameActions, type Action, type Decision } from '../privacy/ladder.js'
import { sightOf, type Sight } from '../privacy/minimisation.js'
import type { SubscribeFrame } from '../schema/frames.js'
import { UpdateQueue, type UpdateOutlet } from './updates.js'

interface Open {
  readonly person: string | null
  readonly action: Action | null
  end(): void
}

/** Opens, ends and feeds subscriptions. */
export class Subscriptions {
  readonly #edge: Edge
  readonly #updates: UpdateQueue
  readonly #open = new Map<string, Open>()
  readonly #address: string
  readonly #refuse: (thrown: unknown, id: string) => void

  constructor(
    edge: Edge, outlet: UpdateOutlet, address: string, refuse: (thrown: unknown, id: string) => void,
  ) {
    this.#edge = edge
    this.#address = address
    this.#refuse = refuse
    this.#updates = new UpdateQueue(outlet, edge.limits)
  }

  /** A person who names nobody subscribes to their own. Throws SUBSCRIPTION_TOO_MANY and what refuses it. */
  open(frame: SubscribeFrame, principal: Principal): void {
    const { id, topic, user_id: named = principal.person ?? undefined, from } = frame
    const max = this.#edge.limits.subscriptionsMax
    if (!this.#open.has(id) && this.#open.size >= max) throw new HinataError('SUBSCRIPTION_TOO_MANY', { max })
    authorise(frameAccess[`subscribe ${topic}`], principal, { person: named })
    const person = named === undefined ? null : keyOf(principal.tenant, named)
    const action = topic === 'stats' ? null : frameActions[`subscribe ${topic}`]
    if (person !== null && action !== null) this.#assertMay(principal, person, action, topic)
    const sightFor = (key: string): Sight | null | Promise<Sight | null> =>
      this.#sightFor(principal, key, action ?? 'read')
    const whenReady = (): Promise<void> => this.#updates.whenReady()
    const request = { topic, person, from: from ?? null, principal, sightFor, whenReady }
    const unsubscribe = this.#edge.live.subscribe(request, {
      next: change => this.#take(id, change),
      error: (thrown: unknown) => this.#lose(id, thrown),
    })
    if (this.#open.has(id)) this.end(id)
    this.#open.set(id, { person, action, end: unsubscribe })
    this.#edge.metrics.totals.subscriptions += 1
  }

  /** Asks the ladder about each again. */
  async judge(principal: Principal): Promise<void> {
    for (const [id, open] of [...this.#open]) {
      const { person, action } = open
      if (person === null || action === null) continue
      try {
        await this.#edge.decisions.assertMay(principal, person, action)
      } catch (thrown) {
        if (this.#open.get(id) === open) this.#lose(id, thrown)
      }
    }
  }

  /** Throws SUBSCRIPTION_UNKNOWN. */
  end(id: string): void {
    const open = this.#open.get(id)
    if (open === undefined) throw new HinataError('SUBSCRIPTION_UNKNOWN', { id: id.slice(0, 60) })
    open.end()
    this.#open.delete(id)
    this.#updates.forget(id)
    this.#edge.metrics.totals.subscriptions -= 1
  }

  /** Sends what waited, as far as the socket takes it. */
  flush(): void {
    this.#updates.flush()
  }

  /** The app has read everything up to a ping that went with updates. */
  read(mark: number): void {
    this.#updates.read(mark)
  }

  close(): void {
    for (const id of [...this.#open.keys()]) this.end(id)
    this.#updates.close()
  }

  /** Throws PRIVACY_DENIED, CONSENT_MISSING, or PRIVACY_UNAVAILABLE while nothing is known. */
  #assertMay(principal: Principal, key: string, action: Action, topic: string): void {
    const decision = this.#edge.decisions.known(principal, key, action)
    if (decision === null) throw new HinataError('PRIVACY_UNAVAILABLE')
    const { rung, isAllowed } = decision
    const what = `frame: subscribe ${topic}`
    this.#edge.accessLog.tally({ principal, key, action, rung, isAllowed, what, address: this.#address })
      .times += 1
    allowed(decision, key, action)
  }

  /** What the app sees of a person; null: nothing. At once when the decision is known. */
  #sightFor(principal: Principal, key: string, action: Action): Sight | null | Promise<Sight | null> {
    const { decisions, limits } = this.#edge
    const sightBy = (decision: Decision): Sight | null =>
      (decision.isAllowed ? sightOf(decision, principal) : null)
    const known = decisions.known(principal, key, action)
    return known !== null ? sightBy(known)
      : decisions.decideWithin(limits.requestMsMax, principal, key, action).then(sightBy)
  }

  /** Ends a subscription from our side. */
  #lose(id: string, thrown: unknown): void {
    if (this.#open.has(id)) this.end(id)
    this.#refuse(thrown, id)
  }

  #take(id: string, change: Change): void {
    if ('gapFrom' in change) {
      return this.#updates.push('', { type: 'gap', id, from: change.gapFrom, to: change.gapTo })
    }
    this.#updates.push(change.key, { type: 'update', id, shown: change })
  }
}
