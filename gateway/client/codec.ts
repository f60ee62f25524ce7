/** Frames as a client writes and reads them. JSON needs nothing; Node has msgpack as well (node.ts). */
import type { AppFrame } from '../schema/frames.js'
import type { GatewayFrame } from '../schema/gateway-frames.js'

/** One subprotocol of the gateway, from the app's side. */
export interface FrameCodec {
  readonly subprotocol: string
  encode(frame: AppFrame): Uint8Array | string
  /** Reads a message of the gateway: a text, or bytes. */
  decode(message: string | ArrayBuffer): GatewayFrame
}

/** hinata.json.v1 */
export const jsonCodec: FrameCodec = {
  subprotocol: 'hinata.json.v1',
  encode: frame => JSON.stringify(frame),
  decode: message => JSON.parse(typeof message === 'string' ? message : new TextDecoder().decode(message)) as
    GatewayFrame,
}
