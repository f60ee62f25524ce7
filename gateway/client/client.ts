/**
 * A client of the gateway's WebSocket, for Node and browsers. It depends on nothing but a WebSocket; its
 * parts are the link (link.ts), batches (collector.ts, batches.ts) and subscriptions (subscriptions.ts).
 *
 * C1  A batch is answered once, however often the connection breaks: it is sent again with the same producer
 *     and seq, which the gateway recognises.
 * C2  A client never sends beyond its credit, and what waits for credit or for a connection is bounded:
 *     beyond `queuedRecordsMax` and `queuedBytesMax` records are refused, and `ready` says when to go on.
 * C3 … C5 are about subscriptions: see there.
 */
import type { ErrorCode } from '../../engine/index.js'
import type { GatewayFrame } from '../schema/gateway-frames.js'
import { Batches, type Ack, type Allowance } from './batches.js'
import { machineClock, type ClientClock } from './client-clock.js'
import { jsonCodec, type FrameCodec } from './codec.js'
import { Collector } from './collector.js'
import type { LiveUpdate } from './inbox.js'
import { Link } from './link.js'
import { closedRefusal, GatewayRefusal } from './refusal.js'
import { ClientSubscriptions, type Subscribing } from './subscriptions.js'
import type { WebSocketConstructor } from './web-socket.js'

/** How to connect. */
export interface ClientOptions {
  /** The gateway's address, `http://…` or `ws://…`, with or without `/ws`. */
  readonly url: string
  /** An app key or a token of a person, or what gets one: it is asked again at each connection. */
  readonly token: string | (() => string | Promise<string>)
  /**
   * Names this sender; a restarted sender that keeps it, and its seqs, may send again without harm. Default:
   * random.
   */
  readonly producer?: string
  /** The first seq. Default 1. */
  readonly firstSeq?: number
  /** Records that may wait for credit, or for a connection. Default 10,000. */
  readonly queuedRecordsMax?: number
  /** Bytes of them. Default 64 MiB. */
  readonly queuedBytesMax?: number
  /** How long `send` waits for companions of its record. Default 5 ms. */
  readonly lingerMs?: number
  /** How long a lost connection is tried again; Infinity: for ever. Default 60,000 ms. */
  readonly reconnectMsMax?: number
  /** Opens sockets. Default: the one of the platform. */
  readonly WebSocket?: WebSocketConstructor
  /** How frames are written. Default: JSON. */
  readonly codec?: FrameCodec
  readonly clock?: ClientClock
}

const queuedMax = { records: 10_000, bytes: 64 * 1024 * 1024 }
const batchRecordsMax = 100
const defaultLingerMs = 5
const defaultReconnectMs = 60_000
/** After a refusal that may pass, the batch is sent again no sooner. */
const againMs = 50
/** How often `close` looks whether all is answered. */
const closingMs = 5

/** Connects and says hello. Throws GatewayRefusal: TOKEN_UNKNOWN, UPSTREAM_UNAVAILABLE … */
export async function connect(options: ClientOptions): Promise<HinataClient> {
  const client = new HinataClient(options)
  await client.start()
  return client
}

/**
 * Gives a client at once, which connects when it can: what is submitted before waits, within the bounds of
 * the options. For apps that may start without a network.
 */
export function openClient(options: ClientOptions): HinataClient {
  const client = new HinataClient(options)
  client.startPatiently()
  return client
}

/** See the top of the file. Made by `connect` and `openClient`. */
export class HinataClient {
  readonly producer: string
  readonly #clock: ClientClock
  readonly #codec: FrameCodec
  readonly #link: Link
  readonly #batches: Batches
  readonly #collector: Collector
  readonly #subscriptions: ClientSubscriptions
  readonly #allowance: Allowance = { records: 0, bytes: 0 }
  readonly #max: Readonly<Allowance>
  #seq: number

  constructor(options: ClientOptions) {
    this.producer = options.producer ?? randomName()
    this.#clock = options.clock ?? machineClock
    this.#codec = options.codec ?? jsonCodec
    this.#seq = options.firstSeq ?? 1
    this.#max = {
      records: options.queuedRecordsMax ?? queuedMax.records,
      bytes: options.queuedBytesMax ?? queuedMax.bytes,
    }
    this.#collector = new Collector(batchRecordsMax, options.lingerMs ?? defaultLingerMs, this.#clock,
      (userId, records) => this.#submit(userId, records))
    this.#batches = new Batches(this.#max, () => this.#collector.count)
    this.#subscriptions = new ClientSubscriptions(frame => this.#link.send(frame))
    this.#link = new Link({
      url: socketUrl(options.url), token: options.token, producer: this.producer, clock: this.#clock,
      codec: this.#codec, reconnectMsMax: options.reconnectMsMax ?? defaultReconnectMs,
      WebSocket: options.WebSocket ?? platformSocket(),
    }, {
      welcomed: frame => this.#welcomed(frame),
      received: frame => this.#take(frame),
      lost: () => this.#lost(),
      ended: refusal => this.#ended(refusal),
    })
  }

  /** Used by `connect`. */
  start(): Promise<void> {
    return this.#link.open()
  }

  /** Used by `openClient`. */
  startPatiently(): void {
    this.#link.openPatiently()
  }

  /** Whether frames go out now; what is submitted while it is false waits. */
  get isConnected(): boolean {
    return this.#link.isConnected
  }

  /** Batches that have no answer yet. */
  get unanswered(): number {
    return this.#batches.unanswered
  }

  /** Resolves when `submit` or `send` may be called without exceeding what may wait. */
  ready(): Promise<void> {
    return this.#batches.whenRoom()
  }

  /**
   * Sends 1 to 100 records of a person; resolves with the gateway's answer. Rejects with GatewayRefusal when
   * the gateway will not take the batch, with OVERLOADED when too much waits already (await `ready` first).
   */
  submit(userId: string, records: readonly unknown[]): Promise<Ack> {
    const refusal = this.#refusal()
    if (refusal !== null) return Promise.reject(refusal)
    this.#collector.flush() // what was sent before goes before
    return this.#submit(userId, records)
  }

  /**
   * Sends one record of a person, together with others that come within `lingerMs`. Resolves with the answer
   * to its batch; rejects with RecordRefusal when the gateway refused this record, else as `submit`.
   */
  send(userId: string, record: unknown): Promise<Ack> {
    const refusal = this.#refusal()
    return refusal === null ? this.#collector.add(userId, record) : Promise.reject(refusal)
  }

  /**
   * Live updates until `return` is called on the iterator (a `break` does) or the client closes. Goes on by
   * itself after a broken connection; a `gap` says that something in between is gone.
   */
  subscribe(asked: Subscribing): AsyncIterableIterator<LiveUpdate> {
    return this.#subscriptions.subscribe(asked)
  }

  /** Waits for the answers of what was submitted, then closes. */
  async close(): Promise<void> {
    this.#collector.flush()
    while (this.#batches.unanswered > 0 && !this.#link.isClosed) await this.#clock.wait(closingMs)
    this.#link.close(closedRefusal())
  }

  /** Closes at once; batches without an answer are rejected. */
  abort(): void {
    this.#collector.flush()
    this.#link.close(closedRefusal())
  }

  #refusal(): GatewayRefusal | null {
    if (this.#link.isClosed) return closedRefusal()
    if (this.#batches.hasRoom) return null
    const { records, bytes } = this.#max
    return new GatewayRefusal('OVERLOADED',
      `This client holds ${records} records or ${bytes} bytes already. Await ready() first.`, true)
  }

  #submit(userId: string, records: readonly unknown[]): Promise<Ack> {
    if (this.#link.isClosed) return Promise.reject(closedRefusal())
    const seq = this.#seq++
    const message = this.#codec.encode({ type: 'submit', seq, user_id: userId, records: [...records] })
    return new Promise((resolve, reject) => {
      this.#batches.add({ seq, records: records.length, message, resolve, reject })
      this.#pump()
    })
  }

  #welcomed(frame: Extract<GatewayFrame, { type: 'welcome' }>): void {
    this.#allowance.records = frame.credit
    this.#allowance.bytes = frame.limits.unacknowledged_bytes_max ?? Number.POSITIVE_INFINITY
    this.#subscriptions.welcomed()
    this.#pump()
  }

  #lost(): void {
    this.#batches.requeueAll()
    this.#subscriptions.lost()
  }

  #ended(refusal: GatewayRefusal): void {
    this.#batches.rejectAll(refusal)
    const isOurs = refusal.code === 'STOPPING' && !refusal.isRetryable
    this.#subscriptions.end(isOurs ? null : refusal)
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
        return this.#subscriptions.deliver(frame)
      case 'error':
        return this.#refused(frame)
    }
  }

  #refused(frame: Extract<GatewayFrame, { type: 'error' }>): void {
    const refusal = new GatewayRefusal(frame.code as ErrorCode, frame.message, frame.retryable)
    if (frame.seq === undefined) return this.#subscriptions.refuse(frame.id ?? '', refusal)
    if (!refusal.isRetryable) this.#batches.refuse(frame.seq, refusal)
    else this.#batches.requeue(frame.seq)
    void this.#clock.wait(againMs).then(() => this.#pump())
  }

  #pump(): void {
    while (this.#link.isConnected) {
      const batch = this.#batches.next(this.#allowance)
      if (batch === null) return
      this.#link.sendEncoded(batch.message)
    }
  }
}

function socketUrl(url: string): string {
  const address = url.replace(/^http/, 'ws').replace(/\/+$/, '')
  return address.endsWith('/ws') ? address : `${address}/ws`
}

function platformSocket(): WebSocketConstructor {
  const { WebSocket: found } = globalThis as { WebSocket?: WebSocketConstructor }
  if (found === undefined) throw new TypeError('There is no WebSocket here. Give one: { WebSocket }')
  return found
}

/** Unlike randomUUID, it is there on pages without TLS. */
function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
}
