/**
 * What a savepoint holds of keys that were erased since: it is not restored. A value of such a key in the
 * outbox becomes one that nobody takes, so that counts stay what they were.
 */
import { erasureName, type LastErasure } from '../log/index.js'
import { decodeEmissions } from '../record/emission.js'
import type { Keyspace } from '../record/keys.js'
import { decodeValue, encodeTriple } from '../record/pack.js'
import { compareEntries } from '../record/record.js'
import type { Frame } from './savepoint-file.js'
import type { Savepoint, SavepointPart } from './savepoint.js'
import { topologyId } from './redis-store.js'
import type { DeadLetter } from './topology.js'

/** The output of values that nobody takes. */
const voidOutput = '~void'

/** Leaves out of a part's frames what was erased behind its position. */
export class ErasedSince {
  readonly #keys: Keyspace
  readonly #savepoint: Savepoint
  readonly #part: SavepointPart
  readonly #erasures: ReadonlyMap<string, LastErasure>
  readonly #id: string

  constructor(keys: Keyspace, savepoint: Savepoint, part: SavepointPart,
    erasures: ReadonlyMap<string, LastErasure>) {
    this.#keys = keys
    this.#savepoint = savepoint
    this.#part = part
    this.#erasures = erasures
    this.#id = topologyId({ name: savepoint.topology, version: savepoint.version })
  }

  /** The frame without it; undefined when nothing is left. */
  rest(frame: Frame): Frame | undefined {
    if (this.#erasures.size === 0) return frame
    if (frame.kind === 'h') {
      const key = this.#keyOf(frame.key)
      return key !== undefined && this.#isErased(key) ? undefined : frame
    }
    if (frame.key === `${this.#id}:dead`) return this.#entries(frame, packed =>
      (this.#isErased((decodeValue(packed) as DeadLetter).key) ? undefined : packed))
    if (frame.key === `${this.#id}:out`) return this.#entries(frame, packed => this.#emissions(packed))
    return frame
  }

  #isErased(key: string): boolean {
    const { topic } = this.#savepoint
    const { partition, position } = this.#part
    const last = this.#erasures.get(erasureName({ keys: this.#keys, partition, topic, key }))
    return last !== undefined && compareEntries(position, last.entry) < 0
  }

  /** Whose hash it is: `<id>:s:<actor>:<key>`, `<id>:t:<actor>:<table>:<key>` or `<topic>:ids:<key>`. */
  #keyOf(name: string): string | undefined {
    const behind = (prefix: string, parts: number): string | undefined => (name.startsWith(prefix)
      ? name.slice(prefix.length).split(':').slice(parts).join(':') : undefined)
    return behind(`${this.#id}:s:`, 1) ?? behind(`${this.#id}:t:`, 2)
      ?? behind(`${this.#savepoint.topic}:ids:`, 0)
  }

  #entries(frame: Frame, changed: (packed: Buffer) => Buffer | undefined): Frame {
    const [last, ...entries] = frame.items
    const items: unknown[] = [last]
    for (let i = 0; i < entries.length; i += 2) {
      const [name, packed, ...others] = entries[i + 1] as Buffer[]
      const rest = changed(packed)
      if (rest) items.push(entries[i], [name, rest, ...others])
    }
    return { ...frame, items }
  }

  #emissions(packed: Buffer): Buffer {
    const emitted = decodeEmissions(packed)
    if (!emitted.some(({ key }) => this.#isErased(key))) return packed
    return Buffer.concat(emitted.map(({ output, key, value }) =>
      (this.#isErased(key) ? encodeTriple(voidOutput, '', null) : encodeTriple(output, key, value))))
  }
}
