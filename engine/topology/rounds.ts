/**
 * The file of a partition that is read while it changes: what changed is read again in later rounds, so of a
 * field only what its last round read counts. Rounds are written one behind the other into `<path>.rounds`;
 * from that the file is made.
 */
import { renameSync, rmSync } from 'node:fs'
import { compareEntries, type EntryId } from '../record/record.js'
import type { Change } from './changes.js'
import { FrameWriter, readFrames, type FileFacts, type Frame } from './savepoint-file.js'

interface Again {
  /** The round in which its fields from before were gone. */
  clearedIn: number
  /** Field → the round that read it last. */
  readonly fields: Map<string, number>
}

/** Which round read what last; the first one is round 0. */
class Rounds {
  readonly #again = new Map<string, Again>()
  /** Stream → the entry up to which nothing of it counts. */
  readonly #dropped = new Map<string, EntryId>()

  get isEmpty(): boolean {
    return this.#again.size === 0 && this.#dropped.size === 0
  }

  dropUpTo(key: string, entry: EntryId): void {
    this.#dropped.set(key, entry)
  }

  /** Notes that a round reads again what changed. `key` is the name that its frames have. */
  note(round: number, key: string, { field }: Change): void {
    let again = this.#again.get(key)
    if (!again) this.#again.set(key, again = { clearedIn: 0, fields: new Map() })
    if (field === undefined) again.clearedIn = round
    else again.fields.set(field.toString('latin1'), round)
  }

  /** What counts of a frame that a round wrote; undefined when nothing does. */
  rest(round: number, frame: Frame): Frame | undefined {
    const upTo = this.#dropped.get(frame.key)
    if (upTo !== undefined) return withoutFirst(frame, upTo)
    const again = this.#again.get(frame.key)
    if (!again || (frame.kind !== 'h' && frame.kind !== 'z')) return frame
    const items: unknown[] = []
    for (let i = 0; i < frame.items.length; i += 2) {
      const last = again.fields.get(textOf(frame.items[i])) ?? 0
      if (last <= round && again.clearedIn <= round) items.push(frame.items[i], frame.items[i + 1])
    }
    return items.length > 0 ? { ...frame, items } : undefined
  }
}

/** A stream's frame without its entries up to one; it still names the stream's last id. */
function withoutFirst(frame: Frame, upTo: EntryId): Frame {
  const [last, ...entries] = frame.items
  const kept: unknown[] = []
  for (let i = 0; i < entries.length; i += 2) {
    if (compareEntries(String(entries[i]), upTo) > 0) kept.push(entries[i], entries[i + 1])
  }
  return { ...frame, items: [last, ...kept] }
}

/** The file while it is written. */
export class RoundsFile {
  readonly #path: string
  readonly #writer: FrameWriter
  readonly #rounds = new Rounds()
  /** Frames at the end of each round but the last. */
  readonly #ends: number[] = []
  #frames = 0

  constructor(path: string) {
    this.#path = path
    this.#writer = new FrameWriter(`${path}.rounds`)
  }

  /** Resolves when there is room for more. */
  write(frame: Frame): Promise<void> {
    this.#frames++
    return this.#writer.write(frame)
  }

  /** What is written from now on counts for what it notes, and what was written before does not. */
  nextRound(): void {
    this.#ends.push(this.#frames)
  }

  /** Notes that this round reads again what changed; `key` is the name that its frames have. */
  note(key: string, change: Change): void {
    this.#rounds.note(this.#ends.length, key, change)
  }

  /** Entries of a stream up to this one do not count, whichever round read them. */
  dropUpTo(key: string, entry: EntryId): void {
    this.#rounds.dropUpTo(key, entry)
  }

  /** Makes the file and tells what it is. */
  async end(): Promise<FileFacts> {
    const written = `${this.#path}.rounds`
    const facts = await this.#writer.end()
    if (this.#rounds.isEmpty) {
      renameSync(written, this.#path)
      return facts
    }
    const file = new FrameWriter(this.#path)
    let [round, at] = [0, 0]
    for await (const frame of readFrames(written)) {
      while (at >= (this.#ends[round] ?? Infinity)) round++
      at++
      const rest = this.#rounds.rest(round, frame)
      if (rest) await file.write(rest)
    }
    rmSync(written)
    return file.end()
  }
}

/** Of a field, which is bytes, or of a member, which frames have as text. */
function textOf(item: unknown): string {
  return (typeof item === 'string' ? Buffer.from(item) : Buffer.from(item as Uint8Array)).toString('latin1')
}
