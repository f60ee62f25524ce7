/**
 * The WebSocket edge: upgrades, and hands messages to connections.
 *
 * E1  A subprotocol we do not speak is refused before the upgrade, as HTTP 400 with the error's code.
 * E2  uWebSockets never drops a message of ours: its own limit is off, ours is in `connection.ts` (W3).
 * E3  A message up to twice `frameBytesMax` is refused with words; beyond it the socket is cut unread.
 */
import uws from 'uWebSockets.js'
import { HinataError } from '../../engine/index.js'
import type { Edge } from '../edge.js'
import { publicErrorOf } from '../failure.js'
import { Connection } from '../socket/connection.js'
import { codecOf, codecs, type Codec } from '../socket/frames.js'
import type { Wire } from '../socket/wire.js'
import { addressOf } from './address.js'
import { Later } from './later.js'
import type { App } from './listen.js'

interface Session {
  readonly codec: Codec
  readonly address: string
  connection: Connection | null
  wire: SocketWire | null
}

/** A message, or a ping in its place among them. */
type Outgoing =
  | { readonly message: Uint8Array | string, readonly isBinary: boolean }
  | { readonly ping: string }

/** uWebSockets counts idle time in steps of so many seconds. */
const idleStepSeconds = 4

/**
 * Serves `/ws`. With `compresses`, permessage-deflate is agreed on with apps that offer it, without a window
 * of its own per socket: each message is packed by itself, and an idle socket costs nothing more. `onOpen`
 * hears of each socket that became a WebSocket.
 */
export function serveSockets(app: App, edge: Edge, compresses: boolean, onOpen: () => void): void {
  const { frameBytesMax, idleMs, messageCompressBytesMin, laterMs } = edge.limits
  const compressBytesMin = compresses ? messageCompressBytesMin : Infinity
  const later = new Later(laterMs)
  app.ws<Session>('/ws', {
    maxPayloadLength: frameBytesMax * 2,
    maxBackpressure: 0,
    idleTimeout: Math.ceil(idleMs / 1_000 / idleStepSeconds) * idleStepSeconds,
    sendPingsAutomatically: true,
    compression: compresses ? sharedCompression() : uws.DISABLED,
    upgrade: (response, request, context) => upgrade(response, request, context, edge),
    open(socket) {
      onOpen()
      const session = socket.getUserData()
      session.wire = new SocketWire(socket, compressBytesMin, later)
      session.connection = new Connection(
        edge.connections.nextId(), edge, session.codec, session.wire, session.address)
      edge.connections.add(session.connection)
    },
    message: (socket, message, isBinary) => socket.getUserData().connection?.receive(
      new Uint8Array(message), isBinary
    ),
    pong: (socket, payload) => socket.getUserData().connection?.pong(Buffer.from(payload).toString('latin1')),
    drain: socket => socket.getUserData().connection?.drained(),
    close(socket) {
      const { connection, wire } = socket.getUserData()
      wire?.ended()
      connection?.ended()
      if (connection !== null) edge.connections.remove(connection)
    },
  })
}

/** Options of uWebSockets are bits. */
function sharedCompression(): uws.CompressOptions {
  return uws.SHARED_COMPRESSOR | uws.SHARED_DECOMPRESSOR
}

function upgrade(
  response: uws.HttpResponse, request: uws.HttpRequest, context: uws.us_socket_context_t, edge: Edge
): void {
  try {
    if (edge.isDraining()) throw new HinataError('STOPPING')
    edge.connections.assertRoom()
    const codec = codecOf(request.getHeader('sec-websocket-protocol'))
    const address = addressOf(response, request, edge.trustedProxies)
    const session: Session = { codec, address, connection: null, wire: null }
    response.upgrade(session, request.getHeader('sec-websocket-key'), codec.subprotocol,
      request.getHeader('sec-websocket-extensions'), context)
  } catch (thrown) {
    const { code, kind, message } = publicErrorOf(thrown, edge, 'upgrade')
    const body = {
      error: { code, message, details: { supported: codecs.map(({ subprotocol }) => subprotocol) } },
    }
    response.cork(() => {
      response.writeStatus(kind === 'unavailable' || kind === 'limited' ? '503 Service Unavailable'
        : '400 Bad Request')
      response.writeHeader('Content-Type', 'application/json').end(JSON.stringify(body))
    })
  }
}

/**
 * A uWebSockets socket as a wire. It must not be touched after it ended, so this remembers. What is sent
 * within one turn of the event loop goes out together: one reply of the log answers up to forty batches. Sent
 * one by one, acks cost the gateway 5 % more and their reader 8 %.
 */
class SocketWire implements Wire {
  #socket: uws.WebSocket<Session> | null
  readonly #compressBytesMin: number
  readonly #later: Later
  #unsent: Outgoing[] = []
  #unsentBytes = 0

  constructor(socket: uws.WebSocket<Session>, compressBytesMin: number, later: Later) {
    this.#socket = socket
    this.#later = later
    this.#compressBytesMin = compressBytesMin
  }

  send(message: Uint8Array | string, isBinary: boolean): void {
    if (this.#put({ message, isBinary })) queueMicrotask(() => this.#flush())
  }

  sendLater(message: Uint8Array | string, isBinary: boolean): void {
    if (this.#put({ message, isBinary })) this.#later.add(() => this.#flush())
  }

  ping(payload: string): void {
    if (this.#put({ ping: payload })) queueMicrotask(() => this.#flush())
  }

  end(code: number, reason: string): void {
    this.#flush()
    const socket = this.#socket
    this.#socket = null
    socket?.end(code, reason)
  }

  ended(): void {
    this.#socket = null
  }

  get bufferedBytes(): number {
    return (this.#socket?.getBufferedAmount() ?? 0) + this.#unsentBytes
  }

  /** Whether a flush must be asked for: nothing waited before. */
  #put(outgoing: Outgoing): boolean {
    if (this.#socket === null) return false
    if ('message' in outgoing) this.#unsentBytes += outgoing.message.length
    return this.#unsent.push(outgoing) === 1
  }

  #flush(): void {
    const unsent = this.#unsent
    if (unsent.length === 0) return
    this.#unsent = []
    this.#unsentBytes = 0
    const socket = this.#socket
    socket?.cork(() => {
      for (const one of unsent) {
        if ('ping' in one) socket.ping(one.ping)
        else socket.send(one.message, one.isBinary, one.message.length >= this.#compressBytesMin)
      }
    })
  }
}
