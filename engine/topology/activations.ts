/**
 * The actors of one partition that are in memory, the least recently used first. What is not in memory is
 * loaded from the store, many actors at a time.
 */
import { Activation, type ActorType } from '../actor/index.js'
import { HinataError } from '../errors/index.js'
import type { Journal } from '../state/index.js'
import { changedHashes } from './changed-hashes.js'
import type { ChangedHash, RowRequest, StateStore } from './state-store.js'

/** See the top of the file. */
export class Activations {
  readonly #store: StateStore
  readonly #journal: Journal
  /** By type, then by key: a name made of both would be made and hashed anew for every look. */
  readonly #held = new Map<string, Map<string, Activation>>()
  /** All that are held, in the order of their last use. */
  readonly #used = new Set<Activation>()
  /** Made for a batch, not loaded yet. */
  readonly #wanted = new Map<string, Map<string, Activation>>()
  #wantedCount = 0
  /** The sum of what those in memory measured. */
  #bytes = 0
  #loads = 0
  #loadedBytes = 0

  constructor(store: StateStore, journal: Journal) {
    this.#store = store
    this.#journal = journal
  }

  get(actor: ActorType, key: string): Activation | undefined {
    return this.#held.get(actor.type)?.get(key)
  }

  /** The activation of (actor, key): the one in memory, or a new one that `loadWanted` will fill. */
  want(actor: ActorType, key: string): Activation {
    const known = this.get(actor, key) ?? this.#wanted.get(actor.type)?.get(key)
    if (known) return known
    const activation = new Activation(actor, key, this.#journal)
    placed(this.#wanted, activation)
    this.#wantedCount++
    return activation
  }

  /** How many are wanted and not loaded yet. */
  get wanted(): number {
    return this.#wantedCount
  }

  /** Actors loaded so far, and how large they were. */
  get loaded(): { readonly actors: number, readonly bytes: number } {
    return { actors: this.#loads, bytes: this.#loadedBytes }
  }

  /** Loads what is wanted, and these rows, in one go. */
  loadWanted(rows: readonly RowRequest[]): Promise<void> {
    const activations = [...this.#wanted.values()].flatMap(byKey => [...byKey.values()])
    this.#wanted.clear()
    this.#wantedCount = 0
    return this.#load(activations, rows)
  }

  /** Loads one actor. */
  activate(actor: ActorType, key: string): Promise<void> {
    return this.#load([new Activation(actor, key, this.#journal)], [])
  }

  /** Loads rows of actors that are in memory. */
  loadRows(rows: readonly RowRequest[]): Promise<void> {
    return this.#load([], rows)
  }

  async #load(activations: readonly Activation[], rows: readonly RowRequest[]): Promise<void> {
    if (activations.length === 0 && rows.length === 0) return
    const loaded = await this.#store.load(
      activations.map(({ actor, key }) => ({ actor: actor.type, key })), rows)
    activations.forEach((activation, i) => {
      const fields = loaded.fields[i]
      if (fields instanceof HinataError) activation.refuse(fields)
      else activation.load(fields)
      this.#hold(activation)
      this.#loads++
      this.#loadedBytes += activation.measured
    })
    rows.forEach(({ activation, table, rows: names }, i) => {
      const found = loaded.rows[i]
      if (found instanceof HinataError) activation.refuse(found)
      const cell = activation.table(table)
      names.forEach((name, j) => {
        if (cell.missing([name]).length > 0) {
          activation.loadRow(table, name, found instanceof HinataError ? null : found[j])
        }
      })
    })
  }

  /** Marks as most recently used. */
  use(activation: Activation): void {
    this.#used.delete(activation)
    this.#used.add(activation)
  }

  /** Puts actors of which nothing is stored in the place of those of `key`; the former ones and the new. */
  wipe(actors: Iterable<ActorType>, key: string): [before: Activation | undefined, after: Activation][] {
    return Array.from(actors, actor => {
      const before = this.get(actor, key)
      const after = new Activation(actor, key, this.#journal)
      after.wipe()
      this.#hold(after)
      return [before, after]
    })
  }

  /** Holds it as the most recently used, in the place of another one of its name. */
  #hold(activation: Activation): void {
    const before = this.get(activation.actor, activation.key)
    if (before) this.#bytes -= before.measured
    if (before) this.#used.delete(before)
    placed(this.#held, activation)
    this.#used.add(activation)
    this.#measure(activation)
  }

  /** Drops the least recently used until at most `bytesMax` are held. Only when nothing is uncommitted. */
  passivate(bytesMax: number): void {
    for (const activation of this.#used) {
      if (this.#bytes <= bytesMax) return
      this.#bytes -= activation.measured
      this.#used.delete(activation)
      this.#held.get(activation.actor.type)?.delete(activation.key)
    }
  }

  /**
   * What an activation changed since the last commit. Its size is taken anew: to ask all of them at each
   * commit would cost more than the commit.
   */
  collect(activation: Activation): ChangedHash[] {
    const hashes = changedHashes(activation)
    if (this.get(activation.actor, activation.key) === activation) this.#measure(activation)
    return hashes
  }

  #measure(activation: Activation): void {
    const { bytes } = activation
    this.#bytes += bytes - activation.measured
    activation.measured = bytes
  }

  /** Memory of all, roughly. */
  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#used.size
  }
}

function placed(among: Map<string, Map<string, Activation>>, activation: Activation): void {
  const byKey = among.get(activation.actor.type)
  if (byKey) byKey.set(activation.key, activation)
  else among.set(activation.actor.type, new Map([[activation.key, activation]]))
}
