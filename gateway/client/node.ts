/** The client as Node has it: the same, with the `ws` package for sockets and msgpack as its default. */
import { WebSocket } from 'ws'
import { decodeValue, encodeValue } from '../../engine/index.js'
import type { GatewayFrame } from '../schema/gateway-frames.js'
import {
  connect as connectWith, openClient as openClientWith, type ClientOptions, type HinataClient,
} from './client.js'
import { jsonCodec, type FrameCodec } from './codec.js'

export { GatewayRefusal, jsonCodec, RecordRefusal } from './index.js'
export type { Ack, ClientOptions, FrameCodec, HinataClient, LiveUpdate, Subscribing } from './index.js'

/** How to connect from Node. */
export interface NodeClientOptions extends ClientOptions {
  /** Default: msgpack, which costs both sides less. */
  readonly subprotocol?: 'hinata.json.v1' | 'hinata.msgpack.v1'
  /** Offers to compress messages; the gateway decides. Worth it on thin links only. Default: no. */
  readonly compresses?: boolean
}

const msgpackCodec: FrameCodec = {
  subprotocol: 'hinata.msgpack.v1',
  encode: frame => encodeValue(frame),
  decode: message => decodeValue(
    typeof message === 'string' ? Buffer.from(message) : new Uint8Array(message)) as GatewayFrame,
}

/** Connects and says hello. Throws GatewayRefusal: TOKEN_UNKNOWN, UPSTREAM_UNAVAILABLE … */
export function connect(options: NodeClientOptions): Promise<HinataClient> {
  return connectWith(withDefaults(options))
}

/** Gives a client at once, which connects when it can. */
export function openClient(options: NodeClientOptions): HinataClient {
  return openClientWith(withDefaults(options))
}

function withDefaults(options: NodeClientOptions): ClientOptions {
  const { subprotocol = msgpackCodec.subprotocol, compresses = false, ...more } = options
  const codec = subprotocol === jsonCodec.subprotocol ? jsonCodec : msgpackCodec
  return { WebSocket: compresses ? CompressingSocket : PlainSocket, codec, ...more }
}

class PlainSocket extends WebSocket {
  constructor(url: string, subprotocol: string) {
    super(url, subprotocol, { perMessageDeflate: false })
  }
}

class CompressingSocket extends WebSocket {
  constructor(url: string, subprotocol: string) {
    super(url, subprotocol, { perMessageDeflate: true })
  }
}
