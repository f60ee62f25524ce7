/**
 * The subscriptions of one connection.
 *
 * Q1  At most `subscriptionsMax`; an id names one, and opening it again replaces it.
 * Q2  After `end` no update of it is sent, not even one that waited.
 */
import { HinataError } from '../../engine/index.js'
import type { Edge } from '../edge.js'
import type { Change } from '../live/changes.js'
import { authorise, frameAccess } from '../identity/authorise.js'
import type { Principal } from '../identity/principal.js'
import { keyOf } from '../identity/tenant.js'
import type { SubscribeFrame } from '../schema/frames.js'
import { UpdateQueue, type UpdateOutlet } from './updates.js'

/** Opens, ends and feeds subscriptions. */
export class Subscriptions {
  readonly #edge: Edge
  readonly #updates: UpdateQueue
  readonly #open = new Map<string, () => void>()

  constructor(edge: Edge, outlet: UpdateOutlet) {
    this.#edge = edge
    this.#updates = new UpdateQueue(outlet, edge.limits)
  }

  /** A person who names nobody subscribes to their own. Throws SUBSCRIPTION_TOO_MANY and what refuses it. */
  open(frame: SubscribeFrame, principal: Principal): void {
    const { id, topic, user_id: named = principal.person ?? undefined, from } = frame
    const max = this.#edge.limits.subscriptionsMax
    if (!this.#open.has(id) && this.#open.size >= max) throw new HinataError('SUBSCRIPTION_TOO_MANY', { max })
    authorise(frameAccess[`subscribe ${topic}`], principal, { person: named })
    const person = named === undefined ? null : keyOf(principal.tenant, named)
    const whenReady = (): Promise<void> => this.#updates.whenReady()
    const request = { topic, person, from: from ?? null, principal, whenReady }
    const opened = this.#edge.live.subscribe(request, change => this.#take(id, change))
    if (this.#open.has(id)) this.end(id)
    this.#open.set(id, opened)
    this.#edge.metrics.totals.subscriptions += 1
  }

  /** Throws SUBSCRIPTION_UNKNOWN. */
  end(id: string): void {
    const unsubscribe = this.#open.get(id)
    if (unsubscribe === undefined) throw new HinataError('SUBSCRIPTION_UNKNOWN', { id: id.slice(0, 60) })
    unsubscribe()
    this.#open.delete(id)
    this.#updates.forget(id)
    this.#edge.metrics.totals.subscriptions -= 1
  }

  /** Sends what waited, as far as the socket takes it. */
  flush(): void {
    this.#updates.flush()
  }

  close(): void {
    for (const id of [...this.#open.keys()]) this.end(id)
    this.#updates.close()
  }

  #take(id: string, change: Change): void {
    if ('gapFrom' in change) {
      return this.#updates.push('', { type: 'gap', id, from: change.gapFrom, to: change.gapTo })
    }
    this.#updates.push(change.key, { type: 'update', id, position: change.position, data: change.data })
  }
}
