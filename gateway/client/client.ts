/**
 * A client of the gateway's WebSocket, for our own command line, samples, benchmarks and tests.
 *
 *               welcome                      lost
 *   connecting ─────────▶ connected ────────────────▶ reconnecting ──welcome──▶ connected
 *        │ refused             │ close()                   │ close(), too long
 *        └─────────────────────┴───────────────────────────┴──────────────────▶ closed
 *
 * C1  A batch is answered once, however often the connection breaks: it is sent again with the same producer
 *     and seq, which the gateway recognises.
 * C2  A client never sends beyond its credit; `submit` waits, and at most `queuedRecordsMax` records wait.
 * C3  A subscription of one person goes on behind the last update after a reconnection.
 */
import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import {
  decodeValue, encodeValue, errorTable, HinataError, systemClock, type Clock
} from '../../engine/index.js'
import type { AppFrame } from '../schema/frames.js'
import type { GatewayFrame } from '../socket/frames.js'
import { Batches, type Ack, type Allowance } from './batches.js'
import { Inbox, type LiveUpdate } from './inbox.js'

/** How to connect. */
export interface ClientOptions {
  /** The gateway's address, `http://…` or `ws://…`, with or without `/ws`. */
  readonly url: string
  readonly token: string
  /**
   * Names this sender; a restarted sender that keeps it, and its seqs, may send again without harm. Default:
   * random.
   */
  readonly producer?: string
  /** The first seq. Default 1. */
  readonly firstSeq?: number
  readonly subprotocol?: 'hinata.json.v1' | 'hinata.msgpack.v1'
  /** Records that may wait for credit. Default 10,000. */
  readonly queuedRecordsMax?: number
  /** How long a lost connection is tried again. Default 60,000 ms. */
  readonly reconnectMsMax?: number
  readonly clock?: Clock
}

/** The gateway, or the connection to it, said no. `code` is one of the table of errors. */
export class GatewayRefusal extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'GatewayRefusal'
    this.code = code
  }
}

/** What to subscribe to. */
interface Subscribing {
  readonly topic: 'psp' | 'records' | 'stats' | 'dead'
  readonly userId?: string
  /** Position of an earlier update, exclusive. */
  readonly from?: string
}

interface Open {
  readonly asked: Subscribing
  readonly inbox: Inbox
  last: string | undefined
}

const reconnectDelayMs = { first: 50, most: 2_000 }
const pingMs = 20_000

/** Connects and says hello. Throws GatewayRefusal: TOKEN_UNKNOWN, UPSTREAM_UNAVAILABLE … */
export async function connect(options: ClientOptions): Promise<HinataClient> {
  const client = new HinataClient(options)
  await client.start()
  return client
}

/** See the top of the file. Made by `connect`. */
export class HinataClient {
  readonly producer: string
  readonly #options: ClientOptions
  readonly #url: string
  readonly #isBinary: boolean
  readonly #clock: Clock
  readonly #batches: Batches
  readonly #open = new Map<string, Open>()
  readonly #allowance: Allowance = { records: 0, bytes: 0 }
  #socket: WebSocket | null = null
  #connection: string | null = null
  #seq: number
  #subscription = 0
  #state: 'connecting' | 'connected' | 'reconnecting' | 'closed' = 'connecting'
  #lastHeard = 0
  #heart: NodeJS.Timeout | null = null

  constructor(options: ClientOptions) {
    this.#options = options
    this.producer = options.producer ?? randomUUID()
    this.#url = socketUrl(options.url)
    this.#isBinary = (options.subprotocol ?? 'hinata.msgpack.v1') === 'hinata.msgpack.v1'
    this.#clock = options.clock ?? systemClock
    this.#batches = new Batches(options.queuedRecordsMax ?? 10_000)
    this.#seq = options.firstSeq ?? 1
  }

  /** Used by `connect`. */
  async start(): Promise<void> {
    await this.#dial()
    this.#heart = setInterval(() => this.#beat(), pingMs)
    this.#heart.unref()
  }

  /** Batches that have no answer yet. */
  get unanswered(): number {
    return this.#batches.unanswered
  }

  /** Resolves when `submit` may be called without exceeding `queuedRecordsMax`. */
  ready(): Promise<void> {
    return this.#batches.whenRoom()
  }

  /**
   * Sends 1 to 100 records of a person; resolves with the gateway's answer. Rejects with GatewayRefusal when
   * the gateway will not take the batch, with OVERLOADED when too much waits already (await `ready` first).
   */
  submit(userId: string, records: readonly unknown[]): Promise<Ack> {
    if (this.#state === 'closed') return Promise.reject(closedRefusal())
    if (!this.#batches.hasRoom) {
      const max = this.#options.queuedRecordsMax ?? 10_000
      return Promise.reject(new HinataError('OVERLOADED', { what: 'The queue of this client', max }))
    }
    const seq = this.#seq++
    const message = this.#encode({ type: 'submit', seq, user_id: userId, records: [...records] })
    return new Promise((resolve, reject) => {
      this.#batches.add({ seq, records: records.length, message, resolve, reject })
      this.#pump()
    })
  }

  /** Live updates until `return` is called on the iterator (a `break` does) or the client closes. */
  subscribe(asked: Subscribing): AsyncIterableIterator<LiveUpdate> {
    const id = `s${++this.#subscription}`
    const inbox = new Inbox(() => this.#resumeReading(), () => this.#unsubscribe(id))
    this.#open.set(id, { asked, inbox, last: asked.from })
    if (this.#state === 'connected') this.#sendSubscribe(id)
    return inbox
  }

  /** Waits for the answers of what was submitted, then closes. */
  async close(): Promise<void> {
    while (this.#batches.unanswered > 0 && this.#state !== 'closed') await this.#clock.wait(5)
    this.#shut(closedRefusal())
  }

  /** Closes at once; batches without an answer are rejected. */
  abort(): void {
    this.#shut(closedRefusal())
  }

  #dial(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(this.#url, this.#isBinary ? 'hinata.msgpack.v1' : 'hinata.json.v1')
      this.#socket = socket
      let refusal: GatewayRefusal | null = null
      socket.on('open', () => this.#hello())
      socket.on('message', (data: Buffer) => {
        this.#lastHeard = this.#clock.now()
        const frame = this.#decode(data)
        if (frame.type === 'welcome') {
          this.#welcomed(frame)
          resolve()
        } else if (frame.type === 'error' && frame.seq === undefined && frame.id === undefined) {
          refusal = new GatewayRefusal(frame.code, frame.message)
        } else this.#take(frame)
      })
      socket.on('ping', () => { this.#lastHeard = this.#clock.now() })
      socket.on('error', error => { refusal ??= new GatewayRefusal('UPSTREAM_UNAVAILABLE', error.message) })
      socket.on('close', (code: number) => {
        refusal ??= new GatewayRefusal('UPSTREAM_UNAVAILABLE', `the connection ended with ${code}`)
        reject(refusal)
        if (this.#socket === socket && this.#state === 'connected') void this.#reconnect(refusal)
      })
    })
  }

  async #reconnect(cause: GatewayRefusal): Promise<void> {
    this.#state = 'reconnecting'
    this.#batches.requeueAll()
    const deadline = this.#clock.now() + (this.#options.reconnectMsMax ?? 60_000)
    let last = cause
    let delayMs = reconnectDelayMs.first
    while (this.#clock.now() < deadline && !isFinal(last.code)) {
      await this.#clock.wait(delayMs)
      delayMs = Math.min(delayMs * 2, reconnectDelayMs.most)
      if (this.#isClosed) return
      try {
        return await this.#dial()
      } catch (thrown) {
        if (!(thrown instanceof GatewayRefusal)) throw thrown
        last = thrown
      }
    }
    this.#shut(last)
  }

  #hello(): void {
    const { token } = this.#options
    const resume = this.#connection === null ? {} : { resume: this.#connection }
    this.#socket?.send(this.#encode({ type: 'hello', token, producer: this.producer, ...resume }))
  }

  #welcomed(frame: Extract<GatewayFrame, { type: 'welcome' }>): void {
    this.#connection = frame.connection
    this.#allowance.records = frame.credit
    this.#allowance.bytes = frame.limits.unacknowledged_bytes_max ?? Number.POSITIVE_INFINITY
    this.#state = 'connected'
    for (const id of this.#open.keys()) this.#sendSubscribe(id)
    this.#pump()
  }

  #take(frame: GatewayFrame): void {
    switch (frame.type) {
      case 'ack':
        this.#batches.acknowledge(frame)
        return this.#pump()
      case 'credit':
        this.#allowance.records = frame.credit
        return this.#pump()
      case 'update':
      case 'gap':
        return this.#deliver(frame)
      case 'error':
        return this.#refused(frame)
    }
  }

  #refused(frame: Extract<GatewayFrame, { type: 'error' }>): void {
    const refusal = new GatewayRefusal(frame.code, frame.message)
    if (frame.seq !== undefined) {
      if (isFinal(refusal.code)) this.#batches.refuse(frame.seq, refusal)
      else this.#batches.requeue(frame.seq)
      return void this.#clock.wait(reconnectDelayMs.first).then(() => this.#pump())
    }
    const { id = '' } = frame
    this.#open.get(id)?.inbox.end(refusal)
    this.#open.delete(id)
  }

  #deliver(update: LiveUpdate): void {
    const open = this.#open.get(update.id)
    if (open === undefined) return
    if (open.asked.userId !== undefined && update.type === 'update') open.last = update.position
    open.inbox.push(update)
    if (open.inbox.isFull) this.#socket?.pause()
  }

  #pump(): void {
    while (this.#state === 'connected') {
      const batch = this.#batches.next(this.#allowance)
      if (batch === null) return
      this.#socket?.send(batch.message)
    }
  }

  #sendSubscribe(id: string): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    const { topic, userId } = open.asked
    const from = open.last === undefined ? {} : { from: open.last }
    this.#socket?.send(this.#encode({
      type: 'subscribe', id, topic, ...(userId === undefined ? {} : { user_id: userId }), ...from,
    }))
  }

  #unsubscribe(id: string): void {
    if (!this.#open.delete(id)) return
    if (this.#state === 'connected') this.#socket?.send(this.#encode({ type: 'unsubscribe', id }))
    this.#resumeReading()
  }

  #resumeReading(): void {
    if (this.#socket?.isPaused !== true) return
    if ([...this.#open.values()].every(({ inbox }) => !inbox.isFull)) this.#socket.resume()
  }

  #beat(): void {
    if (this.#state !== 'connected' || this.#socket?.isPaused === true) return
    if (this.#clock.now() - this.#lastHeard > 2 * pingMs) return this.#socket?.terminate()
    this.#socket?.send(this.#encode({ type: 'ping' }))
  }

  #shut(refusal: GatewayRefusal): void {
    if (this.#isClosed) return
    this.#state = 'closed'
    if (this.#heart !== null) clearInterval(this.#heart)
    this.#batches.rejectAll(refusal)
    for (const { inbox } of this.#open.values()) inbox.end(refusal.code === 'STOPPING' ? null : refusal)
    this.#open.clear()
    this.#socket?.resume()
    this.#socket?.close()
    this.#socket = null
  }

  get #isClosed(): boolean {
    return this.#state === 'closed'
  }

  #encode(frame: AppFrame): Uint8Array | string {
    return this.#isBinary ? encodeValue(frame) : JSON.stringify(frame)
  }

  #decode(data: Buffer): GatewayFrame {
    return (this.#isBinary ? decodeValue(data) : JSON.parse(data.toString('utf8'))) as GatewayFrame
  }
}

/** A refusal that trying again does not change. */
function isFinal(code: string): boolean {
  return code in errorTable && !errorTable[code as keyof typeof errorTable].retryable
}

function closedRefusal(): GatewayRefusal {
  return new GatewayRefusal('STOPPING', 'This client is closed.')
}

function socketUrl(url: string): string {
  const address = url.replace(/^http/, 'ws').replace(/\/+$/, '')
  return address.endsWith('/ws') ? address : `${address}/ws`
}
