/**
 * The way from a client to the gateway: one WebSocket at a time, made again whenever it breaks.
 *
 *               welcome                      lost
 *   connecting ─────────▶ connected ────────────────▶ reconnecting ──welcome──▶ connected
 *        │ refused             │ close()                   │ close(), too long, refused for good
 *        └─────────────────────┴───────────────────────────┴──────────────────▶ closed
 *
 * K4  A socket that was given up is never listened to again, so no frame of it is taken after the next one's.
 * K5  Tries come with growing, scattered pauses, the first no sooner than the gateway asked for.
 * K6  A link that has heard nothing for two beats is given up, though its socket says nothing; so is a dial
 *     that was not welcomed within `dialMsMax`.
 */
import type { AppFrame } from '../schema/frames.js'
import type { GatewayFrame } from '../schema/gateway-frames.js'
import type { ErrorCode } from '../../engine/index.js'
import type { ClientClock } from './client-clock.js'
import type { FrameCodec } from './codec.js'
import { GatewayRefusal, unreachable } from './refusal.js'
import type { WebSocketConstructor, WebSocketLike } from './web-socket.js'

/** How to reach the gateway. */
export interface LinkOptions {
  readonly url: string
  readonly token: string | (() => string | Promise<string>)
  readonly producer: string
  readonly reconnectMsMax: number
  readonly clock: ClientClock
  readonly codec: FrameCodec
  readonly WebSocket: WebSocketConstructor
}

/** Who hears of the link. */
interface LinkEars {
  welcomed(frame: Extract<GatewayFrame, { type: 'welcome' }>): void
  received(frame: GatewayFrame): void
  lost(): void
  /** It will not come back. */
  ended(refusal: GatewayRefusal): void
}

const pauseMs = { first: 50, most: 2_000 }
const beatMs = 20_000
const dialMsMax = 15_000

/** See the top of the file. Pair `open` with `close`. */
export class Link {
  readonly #options: LinkOptions
  readonly #ears: LinkEars
  readonly #stopping = new AbortController()
  #socket: WebSocketLike | null = null
  #connection: string | null = null
  #state: 'connecting' | 'connected' | 'reconnecting' | 'closed' = 'connecting'
  #heardAt = 0
  #pauseMs = 0

  constructor(options: LinkOptions, ears: LinkEars) {
    this.#options = options
    this.#ears = ears
  }

  get isConnected(): boolean {
    return this.#state === 'connected'
  }

  get isClosed(): boolean {
    return this.#state === 'closed'
  }

  /** Dials once. Rejects with GatewayRefusal, and is closed then. */
  async open(): Promise<void> {
    void this.#beat()
    try {
      await this.#dial()
    } catch (thrown) {
      this.close(refusalOf(thrown))
      throw thrown
    }
  }

  /** Dials until it is answered, as after a loss; what is sent meanwhile must wait. */
  openPatiently(): void {
    void this.#beat()
    void this.#redial(unreachable('the gateway was not reached yet'))
  }

  send(frame: AppFrame): void {
    this.sendEncoded(this.#options.codec.encode(frame))
  }

  /** Sends what was encoded before; nothing while it is not connected. */
  sendEncoded(message: Uint8Array | string): void {
    if (this.#state === 'connected') this.#socket?.send(message)
  }

  close(refusal: GatewayRefusal): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#stopping.abort()
    const socket = this.#socket
    this.#socket = null
    socket?.close()
    this.#ears.ended(refusal)
  }

  async #dial(): Promise<void> {
    const { token: given, codec, WebSocket, url } = this.#options
    const token = typeof given === 'string' ? given : await given()
    if (this.isClosed) return
    const answered = new AbortController()
    await new Promise<void>((resolve, reject) => {
      const socket = new WebSocket(url, codec.subprotocol)
      void this.#options.clock.wait(dialMsMax, answered.signal).then(() => {
        if (!answered.signal.aborted) this.#giveUp(socket, reject)
      })
      socket.binaryType = 'arraybuffer'
      this.#socket = socket
      let refusal: GatewayRefusal | null = null
      socket.addEventListener('open', () => { if (this.#socket === socket) this.#hello(socket, token) })
      socket.addEventListener('message', ({ data }) => {
        if (this.#socket !== socket) return
        this.#heardAt = this.#options.clock.now()
        const frame = codec.decode(data as string | ArrayBuffer)
        if (frame.type === 'welcome') {
          this.#welcome(frame)
          resolve()
        } else if (frame.type === 'error' && frame.seq === undefined && frame.id === undefined) {
          refusal = new GatewayRefusal(frame.code as ErrorCode, frame.message, frame.retryable)
          this.#pauseMs = frame.retry_after_ms ?? 0
        } else this.#ears.received(frame)
      })
      socket.addEventListener('error', ({ message = 'the connection failed' }) => {
        refusal ??= unreachable(message)
      })
      socket.addEventListener('close', ({ code }) => {
        const cause = refusal ?? unreachable(`the connection ended with ${code}`)
        reject(cause)
        if (this.#socket === socket) this.#lose(cause)
      })
    }).finally(() => answered.abort())
  }

  #giveUp(socket: WebSocketLike, reject: (refusal: GatewayRefusal) => void): void {
    if (this.#socket === socket) this.#socket = null
    reject(unreachable(`the gateway did not say welcome within ${dialMsMax / 1_000} s`))
    socket.close()
  }

  #hello(socket: WebSocketLike, token: string): void {
    const resume = this.#connection === null ? {} : { resume: this.#connection }
    const { codec, producer } = this.#options
    socket.send(codec.encode({ type: 'hello', token, producer, ...resume }))
  }

  #welcome(frame: Extract<GatewayFrame, { type: 'welcome' }>): void {
    this.#connection = frame.connection
    this.#state = 'connected'
    this.#ears.welcomed(frame)
  }

  #lose(cause: GatewayRefusal): void {
    this.#socket = null
    if (this.#state !== 'connected') return
    this.#state = 'reconnecting'
    this.#ears.lost()
    void this.#redial(cause)
  }

  async #redial(cause: GatewayRefusal): Promise<void> {
    const { clock, reconnectMsMax } = this.#options
    const deadline = clock.now() + reconnectMsMax
    let last = cause
    let pause = pauseMs.first
    while (clock.now() < deadline && this.#isWorthTrying(last)) {
      const scattered = pause * (0.5 + Math.random() / 2)
      await clock.wait(Math.max(scattered, this.#pauseMs), this.#stopping.signal)
      this.#pauseMs = 0
      pause = Math.min(pause * 2, pauseMs.most)
      if (this.isClosed) return
      try {
        return await this.#dial()
      } catch (thrown) {
        last = refusalOf(thrown)
      }
    }
    this.close(last)
  }

  /** A token that is asked for anew may be good the next time. */
  #isWorthTrying({ isRetryable, code }: GatewayRefusal): boolean {
    return isRetryable || typeof this.#options.token === 'function' && code === 'TOKEN_EXPIRED'
  }

  async #beat(): Promise<void> {
    const { clock } = this.#options
    while (!this.isClosed) {
      await clock.wait(beatMs, this.#stopping.signal)
      const socket = this.#socket
      if (!this.isConnected || socket === null) continue
      if (clock.now() - this.#heardAt <= 2 * beatMs) {
        this.send({ type: 'ping' })
        continue
      }
      this.#lose(unreachable('nothing was heard of the gateway'))
      socket.close()
    }
  }
}

function refusalOf(thrown: unknown): GatewayRefusal {
  return thrown instanceof GatewayRefusal ? thrown : unreachable(String(thrown))
}
