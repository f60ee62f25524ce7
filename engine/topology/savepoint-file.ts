/**
 * The file of one partition in a savepoint: every key that the partition's version keeps, as frames.
 *
 *   file    ┌──────┬───┬─────────┬─ … ─┬─────────┐
 *           │ HSAV │ 1 │ frame 0 │     │ frame n │        magic, format, frames to the end
 *           └──────┴───┴─────────┴─ … ─┴─────────┘
 *   frame   ┌────────────┬──────────────────────────────────────────┐
 *           │ bytes: u32 │ msgpack [key: str, kind: str, items: []] │   big endian
 *           └────────────┴──────────────────────────────────────────┘
 *   key     the name behind `<ns>:{p}:`, so that it may be restored to another namespace
 *   kind    h  hash: field, value, field, value …         a large hash has several frames
 *           z  sorted set: member, score, …               members and scores as text
 *           x  stream: last id, then for each entry: id, [field, value, …]
 *           s  string: its value          m  set: its members
 *
 * The SHA-256 of the whole file stands in the manifest.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { HinataError } from '../errors/index.js'
import { savepointFrameBytesMax } from '../limits/limits.js'
import { decodeValue, encodeValue } from '../record/pack.js'

type FrameKind = 'h' | 'z' | 'x' | 's' | 'm'

/** What a frame holds, see the drawing. */
export interface Frame {
  readonly key: string
  readonly kind: FrameKind
  readonly items: readonly unknown[]
}

/** What is known of a written file. */
export interface FileFacts {
  readonly bytes: number
  readonly sha256: string
}

const magic = Buffer.from([0x48, 0x53, 0x41, 0x56, 1])
const lengthBytes = 4

/** Writes one file. */
export class FrameWriter {
  readonly #out: WriteStream
  readonly #hash = createHash('sha256')
  #bytes = 0
  #failure: Error | undefined
  /** Pending while the disk is slower than we are. */
  #room: Promise<void> | undefined

  constructor(path: string) {
    this.#out = createWriteStream(path, { flags: 'wx' })
    this.#out.once('error', error => { this.#failure = error })
    this.#write(magic)
  }

  /** Resolves when there is room for more. */
  async write({ key, kind, items }: Frame): Promise<void> {
    if (this.#failure) throw this.#failure
    const body = encodeValue([key, kind, items])
    const length = Buffer.alloc(lengthBytes)
    length.writeUInt32BE(body.length)
    this.#write(length)
    if (!this.#write(body)) this.#room ??= once(this.#out, 'drain').then(() => { this.#room = undefined })
    await this.#room
  }

  /** Ends the file and tells what was written; throws what went wrong. */
  async end(): Promise<FileFacts> {
    await new Promise<void>((resolve, reject) => {
      this.#out.once('error', reject)
      this.#out.end(resolve)
    })
    if (this.#failure) throw this.#failure
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  #write(bytes: Buffer): boolean {
    this.#hash.update(bytes)
    this.#bytes += bytes.length
    return this.#out.write(bytes)
  }
}

/** Reads the frames of a file in order. Throws SAVEPOINT_CORRUPT. */
export async function* readFrames(path: string): AsyncGenerator<Frame> {
  let held: Buffer = Buffer.alloc(0)
  let isStarted = false
  for await (const chunk of createReadStream(path, { highWaterMark: savepointFrameBytesMax })) {
    held = held.length === 0 ? chunk as Buffer : Buffer.concat([held, chunk as Buffer])
    if (!isStarted) {
      if (held.length < magic.length) continue
      if (!held.subarray(0, magic.length).equals(magic)) throw corrupt(path, 'it is not a savepoint file')
      held = held.subarray(magic.length)
      isStarted = true
    }
    while (held.length >= lengthBytes && held.length >= lengthBytes + held.readUInt32BE()) {
      const end = lengthBytes + held.readUInt32BE()
      yield frameOf(path, held.subarray(lengthBytes, end))
      held = held.subarray(end)
    }
  }
  if (!isStarted || held.length > 0) throw corrupt(path, 'it ends too early')
}

/** Checks a file against the manifest. Throws SAVEPOINT_CORRUPT. */
export async function assertIntact(path: string, expected: FileFacts): Promise<void> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk as Buffer)
      bytes += (chunk as Buffer).length
    }
  } catch (error) {
    throw corrupt(path, error instanceof Error ? error.message : String(error))
  }
  if (bytes !== expected.bytes) throw corrupt(path, `it has ${bytes} bytes, ${expected.bytes} were written`)
  if (hash.digest('hex') !== expected.sha256) throw corrupt(path, 'its checksum differs')
}

function frameOf(path: string, body: Uint8Array): Frame {
  const [key, kind, items] = decodeValue(body) as [unknown, unknown, unknown]
  if (typeof key !== 'string' || !isKind(kind) || !Array.isArray(items)) {
    throw corrupt(path, 'a frame is broken')
  }
  return { key, kind, items }
}

function isKind(kind: unknown): kind is FrameKind {
  return kind === 'h' || kind === 'z' || kind === 'x' || kind === 's' || kind === 'm'
}

function corrupt(file: string, reason: string): HinataError {
  return new HinataError('SAVEPOINT_CORRUPT', { file, reason })
}
