/**
 * What every cell is. A cell is one piece of an actor's state; an actor's state is a record of named cells.
 *
 * Owns: the contract between a cell and the turn, the activation and the commit.
 * C1  A mutation is recorded in the journal first, so that a failed turn leaves no trace.
 * C2  Only what changed since the last commit is collected: the cost of a commit follows the change, not the
 *     state.
 * C3  The same mutations in the same order collect the same bytes.
 * C4  Values are immutable to their readers: change a value by putting a new one, never in place.
 */
import type { Journal } from './journal.js'

/** Receives the fields that a commit must write. `row` fields go to the table's own hash. */
export interface CellWriter {
  put(field: string, packed: Uint8Array): void
  remove(field: string): void
}

/** One piece of state, as the runtime sees it. */
export interface Cell {
  /** Takes one stored field at activation; `sub` is what follows `<cell>:` in the field's name, or ''. */
  load(sub: string, packed: Uint8Array): void
  /** Writes the changed fields and forgets that they changed. */
  collect(writer: CellWriter, name: string): void
  /** Puts back what the journal remembers. Called only by the journal. */
  undo(key: unknown, before: unknown): void
  /** Memory that it holds, roughly: its values as objects, for the passivation bound. */
  readonly bytes: number
}

/** A declared cell: how to make one. `C` is what the behaviour sees in `ctx.state`. */
export interface CellDeclaration<C> {
  readonly kind: 'value' | 'map' | 'list' | 'counter' | 'table' | 'timeline'
  create(journal: Journal): C & Cell
}

/** The declared state of an actor type. */
export type StateDeclaration = Readonly<Record<string, CellDeclaration<unknown>>>

/** What a behaviour sees for a declared state. */
export type CellsOf<S extends StateDeclaration> = {
  readonly [N in keyof S]: S[N] extends CellDeclaration<infer C> ? C : never
}
