/** Committed state in memory: what the test driver runs on. It holds the same fields that Redis would. */
import type { FoldedBatch } from './staged.js'
import type { ActorRequest, LoadedState, RowRequest, StateStore } from './state-store.js'

/** The state store of one partition. */
export class MemoryStore implements StateStore {
  /** Fields by hash: `s|actor|key` for cells, `t|actor|table|key` for rows. */
  readonly #hashes = new Map<string, Map<string, Buffer>>()

  load(actors: readonly ActorRequest[], rows: readonly RowRequest[]): Promise<LoadedState> {
    return Promise.resolve({
      fields: actors.map(({ actor, key }) => this.fields(actor, key)),
      rows: rows.map(({ activation, table, rows: names }) => {
        const hash = this.#hashes.get(`t|${activation.actor.type}|${table}|${activation.key}`)
        return names.map(name => hash?.get(name) ?? null)
      }),
    })
  }

  /** The cells of one actor. */
  fields(actor: string, key: string): Record<string, Buffer> {
    return Object.fromEntries(this.#hashes.get(`s|${actor}|${key}`) ?? [])
  }

  /** All rows of one table. */
  rows(actor: string, key: string, table: string): Buffer[] {
    return [...(this.#hashes.get(`t|${actor}|${table}|${key}`)?.values() ?? [])]
  }

  /** Writes the changed fields of a batch. */
  write(batch: Pick<FoldedBatch, 'hashes'>): void {
    for (const { actor, key, table, changes } of batch.hashes) {
      const name = table === undefined ? `s|${actor}|${key}` : `t|${actor}|${table}|${key}`
      const hash = this.#hashes.get(name) ?? new Map<string, Buffer>()
      this.#hashes.set(name, hash)
      for (let i = 0; i < changes.puts.length; i += 2) {
        hash.set(String(changes.puts[i]), changes.puts[i + 1] as Buffer)
      }
      for (const field of changes.removals) hash.delete(field)
    }
  }

  /** Every field by `<hash>/<field>`, in the order of names: for byte comparison. */
  dump(): Map<string, Buffer> {
    const fields: [string, Buffer][] = []
    for (const [hash, entries] of this.#hashes) {
      for (const [field, packed] of entries) fields.push([`${hash}/${field}`, packed])
    }
    return new Map(fields.sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}
