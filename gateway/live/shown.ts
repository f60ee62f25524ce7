/**
 * What a change shows to those who may see the same of it: one object however many are told, packed once for
 * each way of writing.
 *
 * K1  `framed` answers the same bytes to everybody who calls a subscription by the same id; with another id
 *     only the head of the frame is written anew.
 * K2  Bytes are kept as long as somebody keeps the change: whoever is behind shares them with all others.
 */

/** Writes updates in one way. */
export interface UpdateWriter {
  /** What is shown, as bytes of their own. */
  pack(data: unknown): Uint8Array
  /** The frame around what was packed. */
  frame(head: UpdateHead, packed: Uint8Array): Uint8Array
}

/** What an update says beside what it shows. */
export interface UpdateHead {
  readonly id: string
  readonly position: string
  readonly skipped?: number
}

/** A change as it is seen. `key` names the thing whose newest state this is. */
export class Shown {
  readonly position: string
  readonly key: string
  readonly data: unknown
  readonly #packed = new Map<UpdateWriter, Uint8Array>()
  readonly #framed = new Map<UpdateWriter, { readonly id: string, readonly frame: Uint8Array }>()

  constructor(position: string, key: string, data: unknown) {
    this.position = position
    this.key = key
    this.data = data
  }

  /** What is shown, packed; the same bytes each time. */
  packedBy(writer: UpdateWriter): Uint8Array {
    const known = this.#packed.get(writer)
    if (known !== undefined) return known
    const packed = writer.pack(this.data)
    this.#packed.set(writer, packed)
    return packed
  }

  /** The update as one message; `skipped` older states were left out before it. */
  framed(writer: UpdateWriter, id: string, skipped?: number): Uint8Array {
    const { position } = this
    if (skipped !== undefined) return writer.frame({ id, position, skipped }, this.packedBy(writer))
    const last = this.#framed.get(writer)
    if (last?.id === id) return last.frame
    const frame = writer.frame({ id, position }, this.packedBy(writer))
    this.#framed.set(writer, { id, frame })
    return frame
  }
}
