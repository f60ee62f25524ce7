/**
 * Frames that are almost right, in bursts over one WebSocket. Behind each burst stands a frame whose answer
 * is known, so a connection that hangs is noticed; one that the gateway ends is opened again.
 */
import { isUtf8 } from 'node:buffer'
import { WebSocket } from 'ws'
import { decodeValue, encodeValue } from '../../engine/index.js'
import { jsonBytes, msgpackBytes } from './bytes.js'
import { Draw } from './draw.js'
import type { Target } from './http-lane.js'
import type { Outcome } from './outcome.js'
import { frame } from './templates.js'
import { changed } from './values.js'

const burst = 50
const answerMsMax = 20_000

/** Codes that a gateway may end a connection with. */
const goodCodes: readonly number[] = [1005, 1006, 1007, 1008, 1009, 1013]

/** A first frame is fuzzed instead of a burst once in so many. */
const helloOnceIn = 20

interface Frame {
  readonly type?: unknown
  readonly code?: unknown
  readonly id?: unknown
  readonly message?: unknown
  readonly rejected?: readonly { readonly code: unknown, readonly message: unknown }[]
}

/** Sends inputs over one connection at a time. */
export class SocketLane {
  readonly #target: Target
  readonly #seed: number
  readonly #outcome: Outcome
  readonly #isBinary: boolean
  #socket: WebSocket | null = null
  #syncs = 0
  #onFrame: (frame: Frame) => void = () => undefined
  #onClose: () => void = () => undefined
  #first = 0

  constructor(target: Target, seed: number, outcome: Outcome, isBinary: boolean) {
    this.#target = target
    this.#seed = seed
    this.#outcome = outcome
    this.#isBinary = isBinary
  }

  /** Sends what the indices stand for. */
  async send(indices: readonly number[]): Promise<void> {
    for (let at = 0; at < indices.length; at += burst) {
      const part = indices.slice(at, at + burst)
      this.#first = part[0] ?? 0
      if (new Draw(this.#seed, -1 - this.#first).once(helloOnceIn)) this.close()
      let socket = this.#socket ?? await this.#open(part[0] ?? 0)
      for (const index of part) socket = await this.#sendOne(index, socket)
      if (this.#socket === socket) await this.#sync(socket)
    }
  }

  /** Sends one input; a text that is no UTF-8 ends the socket, so the rest of the burst gets another. */
  async #sendOne(index: number, socket: WebSocket): Promise<WebSocket> {
    this.#outcome.count(this.#kind)
    const draw = new Draw(this.#seed, index)
    const isText = draw.once(500) ? this.#isBinary : !this.#isBinary
    const drawn = this.#bytesOf(frame(draw), draw)
    const isMended = isText && !isUtf8(drawn) && !draw.once(100)
    const bytes = isMended ? Buffer.from(drawn.toString('utf8')) : drawn
    if (this.#socket !== socket) socket = await this.#open(index)
    socket.send(bytes, { binary: !isText })
    if (isText && !isUtf8(bytes)) await this.#sync(socket)
    return socket
  }

  close(): void {
    this.#socket?.terminate()
    this.#socket = null
  }

  get #kind(): string {
    return this.#isBinary ? 'msgpack' : 'json'
  }

  #bytesOf(template: Record<string, unknown>, draw: Draw): Buffer {
    const value = draw.once(4) ? template : changed(template, draw)
    return this.#isBinary ? msgpackBytes(value, draw) : jsonBytes(value, draw)
  }

  /** Opens a connection; now and then what greets it is spoilt first, and must be refused or believed. */
  async #open(index: number): Promise<WebSocket> {
    const draw = new Draw(this.#seed, -2 - index)
    if (draw.once(2)) {
      const spoilt = await this.#connected(index)
      const hello = { type: 'hello', token: this.#target.appKey, producer: 'p', resume: 'c_x' }
      const answered = this.#next(() => true)
      spoilt.send(this.#bytesOf(hello, draw), { binary: this.#isBinary })
      if (!await answered) this.#outcome.wrong(index, this.#kind, 'no answer to a spoilt hello')
      spoilt.terminate()
    }
    const socket = await this.#connected(index)
    const welcomed = this.#next(({ type }) => type === 'welcome')
    const hello = { type: 'hello', token: this.#target.appKey }
    socket.send(this.#isBinary ? encodeValue(hello) : JSON.stringify(hello))
    if (!await welcomed) this.#outcome.wrong(index, this.#kind, 'a good hello was not welcomed')
    this.#socket = socket
    return socket
  }

  #connected(index: number): Promise<WebSocket> {
    const subprotocol = this.#isBinary ? 'hinata.msgpack.v1' : 'hinata.json.v1'
    const socket = new WebSocket(`ws://127.0.0.1:${this.#target.port}/ws`, subprotocol,
      { perMessageDeflate: false })
    socket.on('message', (data: Buffer) => this.#heard(data))
    socket.on('error', () => undefined) // its code is judged at the close
    socket.on('close', code => {
      if (this.#socket === socket) this.#socket = null
      if (!goodCodes.includes(code)) this.#outcome.wrong(index, this.#kind, `the socket ended with ${code}`)
      this.#onClose()
    })
    return new Promise((resolve, reject) => socket.on('open', () => resolve(socket)).on('error', reject))
  }

  #heard(data: Buffer): void {
    const heard = (this.#isBinary ? decodeValue(data) : JSON.parse(data.toString('utf8'))) as Frame
    if (heard.type === 'error') {
      this.#outcome.refused(this.#first, this.#kind, heard.code, String(heard.message))
    }
    for (const { code, message } of heard.rejected ?? []) {
      this.#outcome.refused(this.#first, this.#kind, code, String(message))
    }
    this.#onFrame(heard)
  }

  async #sync(socket: WebSocket): Promise<void> {
    const id = `sync ${++this.#syncs}`
    const synced = this.#next(heard => heard.id === id)
    const asked = { type: 'unsubscribe', id }
    if (socket.readyState === WebSocket.OPEN) socket.send(this.#isBinary ? encodeValue(asked)
      : JSON.stringify(asked))
    if (!await synced) this.#outcome.wrong(this.#first, this.#kind, `no answer within ${answerMsMax} ms`)
  }

  /** Resolves true at a frame that fits, or when the socket ended; false when neither came in time. */
  #next(fits: (frame: Frame) => boolean): Promise<boolean> {
    return new Promise(resolve => {
      const done = (isHeard: boolean): void => {
        clearTimeout(timer)
        this.#onFrame = this.#onClose = (): void => undefined
        resolve(isHeard)
      }
      const timer = setTimeout(() => done(false), answerMsMax)
      this.#onFrame = heard => { if (fits(heard)) done(true) }
      this.#onClose = () => done(true)
    })
  }
}
