/**
 * Where a fold's committed fields come from, Redis or memory in the test driver, and what it changes in them.
 */
import type { Activation, FieldChanges } from '../actor/index.js'
import type { HinataError } from '../errors/index.js'

/** An actor whose cells are wanted. */
export interface ActorRequest {
  readonly actor: string
  readonly key: string
}

/** Rows of a table cell that are wanted. */
export interface RowRequest {
  readonly activation: Activation
  readonly table: string
  readonly rows: readonly string[]
}

/** What was found, in the order of the requests, or why it cannot be read. */
export interface LoadedState {
  readonly fields: readonly (Readonly<Record<string, Uint8Array>> | HinataError)[]
  readonly rows: readonly ((Uint8Array | null)[] | HinataError)[]
}

/** Where the changed fields of one actor or table belong. */
export interface ChangedHash {
  readonly actor: string
  readonly key: string
  /** undefined: the actor's own cells. */
  readonly table: string | undefined
  readonly changes: FieldChanges
  /** Everything that the hash held goes first. */
  readonly isCleared?: boolean
}

/** Reads committed state. */
export interface StateStore {
  load(actors: readonly ActorRequest[], rows: readonly RowRequest[]): Promise<LoadedState>
}
