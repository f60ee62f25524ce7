/**
 * The table cell: a map too large for memory. It lives in a hash of its own; a turn sees only the rows that
 * its behaviour named in `reads`, which the task fetches in one go before the turns of a batch.
 *
 * B1  A row that was read or written stays in memory until its batch is committed, so that later turns see
 *     it.
 * B2  Using a row that was not declared fails the turn (ROW_NOT_DECLARED): nothing is ever silently absent.
 * B3  After `wipe` no row is there, whatever is stored, until the batch is committed, which clears the hash.
 */
import { HinataError } from '../errors/index.js'
import { decodeStored, encodeShared } from '../record/pack.js'
import type { Cell, CellDeclaration, CellWriter } from './cell.js'
import type { Journal } from './journal.js'

/** Rows by key, fetched on demand. */
export interface TableCell<V> {
  /** The row, or undefined when it does not exist. */
  get(row: string): V | undefined
  put(row: string, value: V): void
  delete(row: string): void
}

/** What the task needs to fetch rows and to forget them again. */
export interface TableRows {
  /** Which of `rows` are not in memory. */
  missing(rows: readonly string[]): string[]
  loadRow(row: string, packed: Uint8Array | null): void
  /** Forgets the rows in memory; called when nothing of the table is uncommitted. */
  releaseRows(): void
  /** Every row is gone (B3). */
  wipe(): void
}

/** Declares a table. */
export function table<V>(): CellDeclaration<TableCell<V>> {
  return { kind: 'table', create: journal => new StoredTable<V>(journal) }
}

/** Tells table cells from the others. */
export function isTable(cell: Cell): cell is Cell & TableRows {
  return cell instanceof StoredTable
}

class StoredTable<V> implements TableCell<V>, Cell, TableRows {
  readonly #rows = new Map<string, V | undefined>()
  readonly #dirty = new Set<string>()
  readonly #journal: Journal
  #isWiped = false

  constructor(journal: Journal) {
    this.#journal = journal
  }

  get(row: string): V | undefined {
    this.#assertLoaded(row)
    return this.#rows.get(row)
  }

  put(row: string, value: V): void {
    this.#assertLoaded(row)
    this.#journal.note(this, row, this.#rows.get(row))
    this.#rows.set(row, value)
    this.#dirty.add(row)
  }

  delete(row: string): void {
    this.#assertLoaded(row)
    this.#journal.note(this, row, this.#rows.get(row))
    this.#rows.set(row, undefined)
    this.#dirty.add(row)
  }

  missing(rows: readonly string[]): string[] {
    return this.#isWiped ? [] : rows.filter(row => !this.#rows.has(row))
  }

  loadRow(row: string, packed: Uint8Array | null): void {
    this.#rows.set(row, packed === null ? undefined : decodeStored(packed) as V)
  }

  releaseRows(): void {
    this.#rows.clear()
    this.#isWiped = false
  }

  wipe(): void {
    this.#rows.clear()
    this.#dirty.clear()
    this.#isWiped = true
  }

  load(): void {
    // rows are never loaded at activation
  }

  collect(writer: CellWriter): void {
    for (const row of this.#dirty) {
      const now = this.#rows.get(row)
      if (now === undefined) writer.remove(row)
      else writer.put(row, encodeShared(now))
    }
    this.#dirty.clear()
  }

  undo(key: unknown, before: unknown): void {
    this.#rows.set(key as string, before as V | undefined)
  }

  get bytes(): number {
    return this.#rows.size * 1_024
  }

  #assertLoaded(row: string): void {
    if (this.#isWiped || this.#rows.has(row)) return
    throw new HinataError('ROW_NOT_DECLARED', { table: 'of this actor', row })
  }
}
