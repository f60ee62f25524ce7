/**
 * Frames between a node's query port and those who ask. TCP, loopback or the cluster's network.
 *
 *   0        4                        4 + length
 *   ┌────────┬────────────────────────┐
 *   │ length │ msgpack body           │     length: uint32, big endian
 *   └────────┴────────────────────────┘
 *   question  [id, view, key, name, args]
 *   answer    [id, true, result]  |  [id, false, {code, details}]
 */
import { HinataError } from '../errors/index.js'
import { queryFrameBytesMax } from '../limits/limits.js'
import { decodeValue, encodeValue } from '../record/pack.js'

/** A frame ready to be written. */
export function encodeFrame(body: unknown): Buffer {
  const packed = encodeValue(body)
  const frame = Buffer.allocUnsafe(4 + packed.length)
  frame.writeUInt32BE(packed.length)
  packed.copy(frame, 4)
  return frame
}

/** Cuts a byte stream into frames. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0)

  /** The bodies completed by `chunk`. Throws FRAME_TOO_LARGE. */
  read(chunk: Buffer): unknown[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    const bodies: unknown[] = []
    while (this.#pending.length >= 4) {
      const length = this.#pending.readUInt32BE()
      if (length > queryFrameBytesMax) throw new HinataError('FRAME_TOO_LARGE', { max: queryFrameBytesMax })
      if (this.#pending.length < 4 + length) break
      bodies.push(decodeValue(this.#pending.subarray(4, 4 + length)))
      this.#pending = this.#pending.subarray(4 + length)
    }
    return bodies
  }
}
