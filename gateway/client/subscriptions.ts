/**
 * The subscriptions of one client, over any number of connections.
 *
 * C3  A subscription of one person goes on behind the last update after a reconnection; what is gone is told
 *     as a gap.
 * C4  Updates that nobody takes do not pile up. A person's subscription is ended at the gateway while its
 *     reader is behind, and taken up again from where the reader is; of any other the oldest are dropped, and
 *     the next one says how many.
 * C5  Each time a subscription is opened at the gateway it has a new id there, so a late update of the time
 *     before is known as such.
 */
import type { AppFrame } from '../schema/frames.js'
import { Inbox, type LiveUpdate } from './inbox.js'
import type { GatewayRefusal } from './refusal.js'

/** What to subscribe to. */
export interface Subscribing {
  readonly topic: 'psp' | 'records' | 'stats' | 'dead'
  readonly userId?: string
  /** Position of an earlier update, exclusive; '0-0' is the oldest that is kept. Needs `userId`. */
  readonly from?: string
}

interface Open {
  /** Its name for whoever reads it. */
  readonly id: string
  readonly asked: Subscribing
  readonly inbox: Inbox
  /** Where it goes on. */
  last: string | undefined
  /** Its name at the gateway now; null while it is not open there. */
  wireId: string | null
  /** It was open at the gateway before. */
  wasOpen: boolean
}

/** Sends a frame; nothing happens while there is no connection. */
type Send = (frame: AppFrame) => void

/** Opens, resumes and feeds subscriptions. No socket. */
export class ClientSubscriptions {
  readonly #send: Send
  readonly #open = new Map<string, Open>()
  readonly #byWire = new Map<string, Open>()
  #named = 0
  #opened = 0
  #isConnected = false

  constructor(send: Send) {
    this.#send = send
  }

  subscribe(asked: Subscribing): AsyncIterableIterator<LiveUpdate> {
    const id = `s${++this.#named}`
    const inbox = new Inbox(() => this.#taken(id), () => this.#end(id))
    this.#open.set(id, { id, asked, inbox, last: asked.from, wireId: null, wasOpen: false })
    if (this.#isConnected) this.#ask(this.#open.get(id))
    return inbox
  }

  /** A connection is there: whatever was open goes on. */
  welcomed(): void {
    this.#isConnected = true
    for (const open of this.#open.values()) if (!open.inbox.isFull) this.#ask(open)
  }

  /** The connection is gone. */
  lost(): void {
    this.#isConnected = false
    this.#byWire.clear()
    for (const open of this.#open.values()) open.wireId = null
  }

  /** An update, or a gap, of the gateway. */
  deliver(update: LiveUpdate): void {
    const open = this.#byWire.get(update.id)
    if (open === undefined) return
    const named = { ...update, id: open.id }
    if (open.asked.userId === undefined) return open.inbox.pushNewest(named)
    open.last = update.type === 'update' ? update.position : update.to ?? open.last
    open.inbox.push(named)
    if (open.inbox.isFull) this.#leave(open)
  }

  /** The gateway refused a subscription. */
  refuse(wireId: string, refusal: GatewayRefusal): void {
    const open = this.#byWire.get(wireId)
    if (open === undefined) return
    this.#byWire.delete(wireId)
    this.#open.delete(open.id)
    open.inbox.end(refusal)
  }

  /** Ends every iteration after what waits; with a refusal it throws there. */
  end(refusal: GatewayRefusal | null): void {
    for (const { inbox } of this.#open.values()) inbox.end(refusal)
    this.#open.clear()
    this.lost()
  }

  #ask(open: Open | undefined): void {
    if (open === undefined || open.wireId !== null) return
    const { asked: { topic, userId }, last } = open
    const isUnknown = open.wasOpen && last === undefined && topic !== 'stats'
    if (isUnknown) open.inbox.pushNewest({ type: 'gap', id: open.id, from: null, to: null })
    open.wireId = `${open.id}.${++this.#opened}`
    open.wasOpen = true
    this.#byWire.set(open.wireId, open)
    this.#send({
      type: 'subscribe', id: open.wireId, topic, ...(userId === undefined ? {} : { user_id: userId }),
      ...(last === undefined ? {} : { from: last }),
    })
  }

  #taken(id: string): void {
    const open = this.#open.get(id)
    if (open?.wireId === null && open.inbox.isHalfEmpty && this.#isConnected) this.#ask(open)
  }

  #leave(open: Open): void {
    const { wireId } = open
    if (wireId === null) return
    open.wireId = null
    this.#byWire.delete(wireId)
    this.#send({ type: 'unsubscribe', id: wireId })
  }

  #end(id: string): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    this.#open.delete(id)
    this.#leave(open)
  }
}
