/**
 * One WebSocket connection of an app. SPEC section 8.
 *
 *            hello         key known              drain()            every batch answered
 *   opened ────────▶ greeting ───────▶ welcomed ─────────▶ draining ─────────────────────▶ closed
 *     │ silence, another  │ key         │ too slow, too many  │ socket ended                 ▲
 *     │ first frame       │ unknown     │ bad frames          │                              │
 *     └───────────────────┴─────────────┴─────────────────────┴──────────────────────────────┘
 *
 * W1  Frames are taken in the order of arrival, and a batch reaches the log's appender before the next frame
 *     is read.
 * W2  A refused frame leaves the connection open, unless it says who the app is, or there were too many.
 * W3  What waits to be sent is bounded: updates coalesce, and a socket beyond `outboundBytesMax` is closed.
 * W4  It ends with its credential: when that expires, or is revoked (I1).
 * W5  Before it ends with 1001, its app is told how long to stay away (STOPPING, `retry_after_ms`).
 * W6  A frame about a person whom nothing is known of yet waits for the ladder's decision, and what follows
 *     waits behind it (W1), within the credit; at most `heldFramesMax` frames.
 */
import { HinataError } from '../../engine/index.js'
import type { Edge } from '../edge.js'
import { publicErrorOf } from '../failure.js'
import type { Principal } from '../identity/principal.js'
import type { HelloFrame } from '../schema/frames.js'
import type { GatewayFrame } from '../schema/gateway-frames.js'
import { frameOf, seqOf, type Codec } from './frames.js'
import { isUndecided, learn } from './held.js'
import { Submits } from './submits.js'
import { Subscriptions } from './subscriptions.js'
import type { Update } from './updates.js'
import type { Wire } from './wire.js'

type State = 'opened' | 'greeting' | 'welcomed' | 'draining' | 'closed'

interface Waiting {
  readonly value: unknown
  readonly bytes: number
}

/** Frames that may follow hello before its key was looked up. */
const earlyFramesMax = 100

/** Begins the payload of pings that go with updates; that of a credit is its number alone. */
const updateMark = 'u'

/** What a gap counts while it waits. */
const gapBytes = 128

/** Close codes, RFC 6455 section 7.4. */
const closeCodes = { goingAway: 1001, policy: 1008, tooLarge: 1009, tryLater: 1013 } as const

/** One connection. */
export class Connection {
  readonly id: string
  readonly #edge: Edge
  readonly #codec: Codec
  readonly #wire: Wire
  readonly #submits: Submits
  readonly #subscriptions: Subscriptions
  readonly #openedAt: number
  readonly #address: string
  #state: State = 'opened'
  #principal: Principal | null = null
  #token = ''
  #producer = ''
  #early: Waiting[] = []
  /** Frames that wait for a decision; null when none does. */
  #held: Waiting[] | null = null
  #refused = 0

  constructor(id: string, edge: Edge, codec: Codec, wire: Wire, address: string) {
    this.id = id
    this.#address = address
    this.#edge = edge
    this.#codec = codec
    this.#wire = wire
    this.#openedAt = edge.clock.now()
    const send = (frame: GatewayFrame): void => this.#send(frame)
    this.#submits = new Submits(edge, {
      send,
      ping: payload => wire.ping(payload),
      refuse: (thrown, seq) => this.#refuse(thrown, seq),
    }, address)
    this.#subscriptions = new Subscriptions(edge, {
      get bufferedBytes() { return wire.bufferedBytes },
      send: (update, isLagging) => this.#sendUpdate(update, isLagging),
      sizeOf: update => (update.type === 'gap' ? gapBytes : update.shown.packedBy(codec.updates).length),
      ping: mark => wire.ping(updateMark + String(mark)),
      tooSlow: () => this.#closeAsSlow(),
      now: () => edge.clock.now(),
    }, address, (thrown, id) => this.#refuse(thrown, undefined, id))
    edge.metrics.totals.connections += 1
  }

  /** Whether this caller said hello here. */
  isOf({ appId, person }: Principal): boolean {
    return this.#principal?.appId === appId && this.#principal.person === person
  }

  /** Looks at its credential again, and ends if it holds no longer. False when it could not be looked at. */
  async renew(): Promise<boolean> {
    if (this.#principal === null || this.#state === 'closed') return true
    try {
      this.#principal = await this.#edge.identity.renewed(this.#token)
      return true
    } catch (thrown) {
      if (!(thrown instanceof HinataError) || thrown.isRetryable) return false
      this.#closeFor(thrown, closeCodes.policy)
      return true
    }
  }

  /** Ends the subscriptions that a decision no longer allows. */
  judge(): void {
    if (this.#principal !== null && this.#state !== 'closed') void this.#subscriptions.judge(this.#principal)
  }

  /** Takes one message. `bytes` need not outlive the call. */
  receive(bytes: Uint8Array, isBinary: boolean): void {
    if (this.#state === 'closed') return
    const max = this.#edge.limits.frameBytesMax
    if (bytes.length > max) {
      return this.#closeFor(new HinataError('FRAME_TOO_LARGE', { max }), closeCodes.tooLarge)
    }
    let value: unknown
    try {
      value = this.#read(bytes, isBinary)
    } catch (thrown) {
      return this.#refuseFrame(thrown, undefined)
    }
    if (this.#state !== 'greeting') return this.#take(value, bytes.length)
    if (this.#early.length >= earlyFramesMax) return this.#closeFor(
      new HinataError('HELLO_FIRST'), closeCodes.policy
    )
    this.#early.push({ value, bytes: bytes.length })
  }

  /** The app's library has read everything up to a ping of ours. */
  pong(payload: string): void {
    if (!payload.startsWith(updateMark)) return this.#submits.pong(Number(payload))
    if (this.#state !== 'closed') this.#subscriptions.read(Number(payload.slice(updateMark.length)))
  }

  /** The socket took what waited. */
  drained(): void {
    this.#subscriptions.flush()
  }

  /** Looks at what time changes. Called every `creditCheckMs`. */
  tick(): void {
    if (this.#state === 'closed') return
    const isSilent = this.#edge.clock.now() - this.#openedAt > this.#edge.limits.helloMs
    if (this.#state === 'opened' && isSilent) return this.#closeFor(
      new HinataError('HELLO_FIRST'), closeCodes.policy
    )
    if (this.#principal !== null && this.#principal.until <= this.#edge.clock.now()) {
      return this.#closeFor(new HinataError('TOKEN_EXPIRED'), closeCodes.policy)
    }
    this.#submits.tick()
    this.#subscriptions.flush()
    if (this.#state === 'draining' && this.#submits.unanswered === 0 && this.#held === null) this.close(
      closeCodes.goingAway, 'STOPPING'
    )
  }

  /** Takes no more batches; the socket ends at the tick after the last answer. */
  drain(): void {
    if (this.#state === 'draining' || this.#state === 'closed') return
    if (this.#state !== 'welcomed') return this.close(closeCodes.goingAway, 'STOPPING')
    this.#state = 'draining'
    this.#send({ type: 'credit', credit: 0 })
    const { code, message, isRetryable: retryable } = new HinataError('STOPPING')
    this.#send({ type: 'error', code, message, retryable, retry_after_ms: this.#edge.limits.retryAfterMs })
  }

  /** Ends the connection from our side. */
  close(code: number, reason: string): void {
    if (this.#state === 'closed') return
    this.ended()
    this.#wire.end(code, reason)
  }

  /** The socket ended. */
  ended(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    if (this.#principal !== null) this.#edge.connections.release(this.#principal.appId)
    this.#early = []
    this.#held = null
    this.#subscriptions.close()
    this.#edge.metrics.totals.connections -= 1
  }

  #read(bytes: Uint8Array, isBinary: boolean): unknown {
    const { isBinary: expectsBinary, subprotocol } = this.#codec
    if (isBinary === expectsBinary) return this.#codec.read(bytes)
    const reason = `${subprotocol} takes ${expectsBinary ? 'binary' : 'text'} messages.`
    throw new HinataError('FRAME_MALFORMED', { reason })
  }

  /** Takes a frame, or holds it until the ladder has decided (W6). */
  #take(value: unknown, bytes: number): void {
    const mustWait = this.#held !== null || isUndecided(this.#edge, this.#principal, value)
    if (!mustWait) return this.#act(value, bytes)
    try {
      this.#submits.hold(value, bytes)
    } catch (thrown) {
      return this.#refuseFrame(thrown, value)
    }
    const isFirst = this.#held === null
    this.#held ??= []
    this.#held.push({ value, bytes })
    if (isFirst) return void this.#decideHeld()
    // asked at once, so that many new persons wait for each other no longer than for one
    void learn(this.#edge, this.#principal, value).catch(() => undefined)
    if (this.#held.length <= this.#edge.limits.heldFramesMax) return
    const error = new HinataError('OVERLOADED', { what: 'What this connection sent', max: 'too many frames' })
    this.#closeFor(error, closeCodes.tryLater)
  }

  /** Takes the held frames in their order, each after its decision. */
  async #decideHeld(): Promise<void> {
    for (let next = this.#held?.[0]; next !== undefined; next = this.#held?.[0]) {
      await this.#learn(next.value)
      if (this.#held === null) return
      this.#held.shift()
      this.#submits.release(next.value, next.bytes)
      this.#act(next.value, next.bytes)
    }
    this.#held = null
  }

  /** Asks until there is an answer that holds, as long as a request may take; then the frame is refused. */
  async #learn(value: unknown): Promise<void> {
    const { clock, limits } = this.#edge
    const end = clock.now() + limits.requestMsMax
    while (this.#held !== null && clock.now() < end) {
      try {
        await learn(this.#edge, this.#principal, value)
        if (!isUndecided(this.#edge, this.#principal, value)) return // else it was believed too long ago
      } catch {
        await clock.wait(limits.creditCheckMs) // Redis is away, as it is for the log
      }
    }
  }

  #act(value: unknown, bytes: number): void {
    try {
      const frame = frameOf(value)
      if (frame.type === 'hello') return this.#greet(frame)
      if (this.#principal === null) return this.#closeFor(new HinataError('HELLO_FIRST'), closeCodes.policy)
      switch (frame.type) {
        case 'submit':
          if (this.#state === 'draining') throw new HinataError('STOPPING')
          return this.#submits.submit(frame, bytes, this.#principal, this.#producer)
        case 'subscribe': return this.#subscriptions.open(frame, this.#principal)
        case 'unsubscribe': return this.#subscriptions.end(frame.id)
        case 'ping': return this.#send({ type: 'pong' })
      }
    } catch (thrown) {
      this.#refuseFrame(thrown, value)
    }
  }

  #greet(frame: HelloFrame): void {
    if (this.#state !== 'opened') throw new HinataError(
      'FRAME_TYPE', { found: 'hello', expected: 'hello only once' }
    )
    this.#state = 'greeting'
    this.#edge.identity.authenticate(frame.token, this.#address).then(
      principal => this.#welcome(frame, principal),
      (thrown: unknown) => {
        const isTransient = !(thrown instanceof HinataError) || thrown.isRetryable
        this.#closeFor(thrown, isTransient ? closeCodes.tryLater : closeCodes.policy)
      },
    )
  }

  #welcome(frame: HelloFrame, principal: Principal): void {
    if (this.#state !== 'greeting') return
    const { connections, limits } = this.#edge
    if (frame.resume !== undefined) connections.replace(frame.resume, principal)
    try {
      connections.take(principal.appId)
    } catch (thrown) {
      return this.#closeFor(thrown, closeCodes.tryLater)
    }
    this.#state = 'welcomed'
    this.#principal = principal
    this.#token = frame.token
    this.#producer = `${principal.appId}/${frame.producer ?? this.id}`
    this.#send({
      type: 'welcome', connection: this.id, credit: this.#submits.credit, durability: this.#edge.durability,
      limits: {
        batch_records_max: limits.batchRecordsMax, frame_bytes_max: limits.frameBytesMax,
        unacknowledged_bytes_max: limits.creditBytesMax, subscriptions_max: limits.subscriptionsMax,
      },
    })
    const early = this.#early
    this.#early = []
    for (const { value, bytes } of early) this.#take(value, bytes)
  }

  /**
   * An error about one frame. Errors that the app could have avoided are counted, and too many end the
   * connection.
   */
  #refuseFrame(thrown: unknown, value: unknown): void {
    if (this.#state === 'opened') return this.#closeFor(thrown, closeCodes.policy)
    this.#refuse(thrown, seqOf(value), idOf(value))
    if (thrown instanceof HinataError && !thrown.isRetryable) this.#refused += 1
    if (this.#refused > this.#edge.limits.malformedFramesMax) this.close(closeCodes.policy, 'FRAME_MALFORMED')
  }

  #refuse(thrown: unknown, seq?: number, id?: string): string {
    const { code, message, isRetryable } = publicErrorOf(thrown, this.#edge, `connection ${this.id}`)
    this.#send({
      type: 'error', code, message, retryable: isRetryable, ...(seq === undefined ? {} : { seq }),
      ...(id === undefined ? {} : { id }),
    })
    return code
  }

  #closeFor(thrown: unknown, closeCode: number): void {
    if (this.#state === 'closed') return
    this.close(closeCode, this.#refuse(thrown))
  }

  #closeAsSlow(): void {
    if (this.#state === 'closed') return
    const error = new HinataError('SUBSCRIBER_SLOW')
    this.#edge.metrics.countError(error.code)
    const { code, message, isRetryable: retryable } = error
    this.#wire.send(this.#codec.encode({ type: 'error', code, message, retryable }), this.#codec.isBinary)
    this.close(closeCodes.tryLater, code)
  }

  #send(frame: GatewayFrame): void {
    if (this.#state === 'closed') return
    if (this.#isOverfull) return this.#closeAsSlow()
    this.#wire.send(this.#codec.encode(frame), this.#codec.isBinary)
  }

  #sendUpdate(update: Update, isLagging: boolean): number {
    if (this.#state === 'closed') return 0
    const { updates, isBinary } = this.#codec
    const message = update.type === 'gap' ? this.#codec.encode(update)
      : update.shown.framed(updates, update.id, update.skipped)
    if (this.#isOverfull) this.#closeAsSlow()
    else if (isLagging) this.#wire.sendLater(message, isBinary)
    else this.#wire.send(message, isBinary)
    return message.length
  }

  get #isOverfull(): boolean {
    return this.#wire.bufferedBytes > this.#edge.limits.outboundBytesMax
  }
}

/** The subscription that a refused frame is about. */
function idOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { id } = value as { id?: unknown }
  return typeof id === 'string' ? id.slice(0, 200) : undefined
}
