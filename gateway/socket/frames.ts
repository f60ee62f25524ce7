/**
 * Frames of the WebSocket and their two codecs. One frame is one WebSocket message:
 *
 *   hinata.json.v1      text message     {"type":"submit","seq":7,"user_id":"ada","records":[…]}
 *   hinata.msgpack.v1   binary message   the same object in msgpack: maps with string keys, no extensions
 *
 * F1  `read` and `frameOf` throw FRAME_MALFORMED, FRAME_TYPE or REQUEST_INVALID and nothing else.
 * F2  An update reads the same whether `encode` wrote it or `updates`, around data that were packed once.
 * F3  Records inside a submit are foreign still; `submission.ts` reads them one by one.
 */
import { decodeValue, encodeAround, encodeValue, HinataError } from '../../engine/index.js'
import type { UpdateWriter } from '../live/shown.js'
import { checkerOf } from '../schema/check.js'
import {
  helloFrame, pingFrame, submitFrame, subscribeFrame, unsubscribeFrame, type AppFrame,
} from '../schema/frames.js'
import type { GatewayFrame } from '../schema/gateway-frames.js'

/** One way to write frames. */
export interface Codec {
  readonly subprotocol: string
  readonly isBinary: boolean
  encode(frame: GatewayFrame): Uint8Array | string
  readonly updates: UpdateWriter
  /** Reads what an app sent, any value. `bytes` need not outlive the call. */
  read(bytes: Uint8Array): unknown
}

const checkers = {
  hello: checkerOf(helloFrame),
  submit: checkerOf(submitFrame),
  subscribe: checkerOf(subscribeFrame),
  unsubscribe: checkerOf(unsubscribeFrame),
  ping: checkerOf(pingFrame),
}

const closingBrace = Buffer.from('}')

const jsonCodec: Codec = {
  subprotocol: 'hinata.json.v1',
  isBinary: false,
  encode: frame => JSON.stringify(frame),
  updates: {
    pack: data => Buffer.from(JSON.stringify(data)),
    frame(head, packed) {
      const fields = JSON.stringify({ type: 'update', ...head }).slice(0, -1)
      return Buffer.concat([Buffer.from(`${fields},"data":`), packed, closingBrace])
    },
  },
  read: bytes => reading(() => JSON.parse(bufferOf(bytes).toString('utf8')) as unknown),
}

const msgpackCodec: Codec = {
  subprotocol: 'hinata.msgpack.v1',
  isBinary: true,
  encode: frame => encodeValue(frame),
  updates: {
    pack: encodeValue,
    frame: (head, packed) => encodeAround({ type: 'update', ...head }, 'data', packed),
  },
  read: bytes => reading(() => decodeValue(Buffer.from(bytes))),
}

/** The codecs in the order of preference. */
export const codecs: readonly Codec[] = [jsonCodec, msgpackCodec]

/**
 * The first codec that an app's `Sec-WebSocket-Protocol` offers; SUBPROTOCOL_UNSUPPORTED when there is none.
 */
export function codecOf(offered: string): Codec {
  const names = offered.split(',').map(name => name.trim())
  for (const name of names) {
    const codec = codecs.find(candidate => candidate.subprotocol === name)
    if (codec !== undefined) return codec
  }
  throw new HinataError('SUBPROTOCOL_UNSUPPORTED', { found: offered === '' ? 'none' : offered.slice(0, 100) })
}

/** The seq of a frame that was refused, where it has one, so that the error can name it. */
export function seqOf(frame: unknown): number | undefined {
  if (typeof frame !== 'object' || frame === null) return undefined
  const { seq } = frame as { seq?: unknown }
  return typeof seq === 'number' && Number.isSafeInteger(seq) ? seq : undefined
}

function reading(read: () => unknown): unknown {
  try {
    return read()
  } catch (thrown) {
    throw new HinataError(
      'FRAME_MALFORMED', { reason: thrown instanceof Error ? thrown.message : String(thrown) }
    )
  }
}

/** The frame that a value is. */
export function frameOf(value: unknown): AppFrame {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HinataError('FRAME_MALFORMED', { reason: 'a frame is an object with a type.' })
  }
  const { type } = value as { type?: unknown }
  if (typeof type !== 'string' || !Object.hasOwn(checkers, type)) {
    const found = typeof type === 'string' ? type.slice(0, 60) : typeof type
    throw new HinataError('FRAME_TYPE', { found, expected: Object.keys(checkers).join(', ') })
  }
  return checkers[type as keyof typeof checkers].parse(value)
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
