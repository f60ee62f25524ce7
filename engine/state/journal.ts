/**
 * The undo log of one turn. Cells write what they are about to change; a failed turn is rolled back in
 * reverse order. Flat triples in one array: a mutation costs three pushes and no closure.
 */
import type { Cell } from './cell.js'

/**
 * Remembers the mutations of the running turn. One journal serves all activations of a task: turns never
 * overlap.
 */
export class Journal {
  #entries: unknown[] = []

  /** Notes that `cell` is about to change `key`, whose value was `before`. */
  note(cell: Cell, key: unknown, before: unknown): void {
    this.#entries.push(cell, key, before)
  }

  /** The turn succeeded: what it changed stays. */
  keep(): void {
    this.#entries.length = 0
  }

  /** The turn failed: everything it changed is put back, the last change first. */
  rollBack(): void {
    const entries = this.#entries
    for (let i = entries.length - 3; i >= 0; i -= 3) (entries[i] as Cell).undo(entries[i + 1], entries[i + 2])
    entries.length = 0
  }
}
