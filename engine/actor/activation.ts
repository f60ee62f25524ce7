/**
 * An activation: one actor in memory. It is made by the actor's first record, filled with the stored fields,
 * kept while busy and dropped (passivated) when memory is needed; nothing is lost by dropping a clean one.
 */
import type { HinataError } from '../errors/index.js'
import { decodeValue, encodeValue } from '../record/pack.js'
import { isTable, type Cell, type CellWriter, type Journal, type TableRows } from '../state/index.js'
import type { ActorType } from './actor.js'
import { markedRow, upcastFields, upcastRow, type Upcasting } from './schema.js'

const parkedField = '~parked'
const activationOverheadBytes = 512

/** Changed fields of one hash: what a commit writes. */
export class FieldChanges implements CellWriter {
  /** field, value, field, value … */
  readonly puts: (string | Buffer)[] = []
  readonly removals: string[] = []

  put(field: string, packed: Uint8Array): void {
    this.puts.push(field, packed as Buffer)
  }

  remove(field: string): void {
    this.removals.push(field)
  }

  get isEmpty(): boolean {
    return this.puts.length === 0 && this.removals.length === 0
  }
}

/** One actor in memory. */
export class Activation {
  readonly actor: ActorType
  readonly key: string
  readonly cells: Readonly<Record<string, Cell>>
  /** `bytes` when it was measured last (activations.ts). */
  measured = 0
  #queue: { head: number, next: number } | undefined
  #isQueueDirty = false
  #upcasting: Upcasting | undefined
  #isWiped = false
  #unreadable: HinataError | undefined

  constructor(actor: ActorType, key: string, journal: Journal) {
    this.actor = actor
    this.key = key
    this.cells = Object.fromEntries(Object.entries(actor.state).map(([name, declared]) =>
      [name, declared.create(journal) as Cell]))
  }

  /**
   * Takes the stored fields: `<cell>` or `<cell>:<sub>`. Fields of cells that are no longer declared are left
   * alone. Fields of an older schema are brought to the present. With `only`, other cells stay empty: for who
   * reads and never writes. Throws SCHEMA_NEWER.
   */
  load(stored: Readonly<Record<string, Uint8Array>>, only?: ReadonlySet<string>): void {
    const { fields, upcasting } = upcastFields(this.actor, this.key, stored)
    this.#upcasting = upcasting
    for (const [field, packed] of Object.entries(fields)) {
      if (field === parkedField) {
        const [head, next] = decodeValue(packed) as [number, number]
        this.#queue = { head, next }
        continue
      }
      const colon = field.indexOf(':')
      const name = colon < 0 ? field : field.slice(0, colon)
      if (only !== undefined && !only.has(name)) continue
      this.cells[name]?.load(colon < 0 ? '' : field.slice(colon + 1), packed)
    }
  }

  /**
   * Makes this the actor of which nothing is stored, whatever the store still says: the next commit clears
   * its hashes. Only for a new activation, in place of `load`.
   */
  wipe(): void {
    this.#isWiped = true
    this.load({})
    for (const name of this.tables) this.table(name).wipe()
  }

  /** Its stored state cannot be read: no turn may run on it. */
  refuse(error: HinataError): void {
    this.#unreadable = error
  }

  /** Why no turn may run. */
  get unreadable(): HinataError | undefined {
    return this.#unreadable
  }

  /** Whether the next commit must clear its hashes. */
  get isWiped(): boolean {
    return this.#isWiped
  }

  /** Names of the table cells. */
  get tables(): string[] {
    return Object.keys(this.cells).filter(name => isTable(this.cells[name]))
  }

  /** Takes one stored row of a table cell; null: there is none. Throws SCHEMA_NEWER. */
  loadRow(table: string, row: string, packed: Uint8Array | null): void {
    this.table(table).loadRow(row, packed && upcastRow(this.actor, this.key, table, packed))
  }

  /** The rows of a table cell. */
  table(name: string): TableRows {
    const cell = this.cells[name]
    if (!cell || !isTable(cell)) throw new Error(`${this.actor.type} has no table ${name}`)
    return cell
  }

  /** Writes what changed; table rows go to the writer of their own hash. */
  collect(fields: CellWriter, tableWriter: (table: string) => CellWriter): void {
    if (this.actor.schema.version > 1) return this.#collectMarked(fields, tableWriter)
    this.#collectCells(fields, tableWriter)
  }

  #collectCells(fields: CellWriter, tableWriter: (table: string) => CellWriter): void {
    for (const name in this.cells) {
      const cell = this.cells[name]
      cell.collect(isTable(cell) ? tableWriter(name) : fields, name)
    }
    if (this.#isQueueDirty) {
      if (this.#queue) fields.put(parkedField, encodeValue([this.#queue.head, this.#queue.next]))
      else fields.remove(parkedField)
    }
    this.#isQueueDirty = false
  }

  /** With the schema's mark, and with what the upcasters changed where no cell changed it since. */
  #collectMarked(fields: CellWriter, tableWriter: (table: string) => CellWriter): void {
    const own = new FieldChanges()
    this.#collectCells(own, table => {
      const writer = tableWriter(table)
      return {
        put: (row, packed) => writer.put(row, markedRow(this.actor.schema, packed)),
        remove: row => writer.remove(row),
      }
    })
    if (own.isEmpty && this.#upcasting?.isNew !== false) return
    const puts = new Map<string, Uint8Array>(this.#upcasting?.puts)
    const removals = new Set(this.#upcasting?.removals)
    for (let i = 0; i < own.puts.length; i += 2) {
      puts.set(String(own.puts[i]), own.puts[i + 1] as Buffer)
      removals.delete(String(own.puts[i]))
    }
    for (const field of own.removals) {
      puts.delete(field)
      removals.add(field)
    }
    for (const [field, packed] of puts) fields.put(field, packed)
    for (const field of removals) fields.remove(field)
    this.#upcasting = undefined
  }

  /** Forgets table rows, and that it was wiped; only when everything is collected. */
  releaseRows(): void {
    this.#isWiped = false
    for (const name in this.cells) {
      const cell = this.cells[name]
      if (isTable(cell)) cell.releaseRows()
    }
  }

  /**
   * A parked actor's records go to the dead letters, where they form a queue: they leave it in its order, and
   * when it is empty the actor goes on.
   */
  get isParked(): boolean {
    return this.#queue !== undefined
  }

  park(): void {
    if (this.#queue) return
    this.#queue = { head: 0, next: 0 }
    this.#isQueueDirty = true
  }

  /** The place of one more letter in the queue; parks. */
  enqueue(): number {
    this.park()
    this.#isQueueDirty = true
    return this.#queue!.next++
  }

  /** Whether the letter at `place` is the one that may be folded or dropped now. */
  isFirst(place: number): boolean {
    return this.#queue?.head === place
  }

  /** The first letter was folded or dropped; an empty queue unparks. */
  dequeue(): void {
    if (!this.#queue) return
    this.#queue.head++
    this.#isQueueDirty = true
    if (this.#queue.head >= this.#queue.next) this.#queue = undefined
  }

  get bytes(): number {
    let bytes = activationOverheadBytes
    for (const name in this.cells) bytes += this.cells[name].bytes
    return bytes
  }
}
