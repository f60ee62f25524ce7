/** Committed state in memory: what the test driver runs on. It holds the same fields that Redis would. */
import type { FoldedBatch } from './staged.js'
import type { ActorRequest, ChangedHash, LoadedState, RowRequest, StateStore } from './state-store.js'

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

  /** The fields of one hash. */
  hash({ actor, table, key }: Omit<ChangedHash, 'changes'>): ReadonlyMap<string, Buffer> {
    return this.#hashes.get(nameOf(actor, table, key)) ?? new Map<string, Buffer>()
  }

  /** Every hash: its actor, its table (undefined: the actor's cells), its key, and its fields. */
  *hashes(): Generator<[of: Omit<ChangedHash, 'changes'>, fields: ReadonlyMap<string, Buffer>]> {
    for (const [name, fields] of this.#hashes) {
      const [kind, actor, ...rest] = name.split('|')
      const [table, key] = kind === 's' ? [undefined, rest.join('|')] : [rest[0], rest.slice(1).join('|')]
      yield [{ actor, table, key }, fields]
    }
  }

  /** Writes the changed fields of a batch. */
  write(batch: Pick<FoldedBatch, 'hashes'>): void {
    for (const { actor, key, table, changes, isCleared } of batch.hashes) {
      const name = nameOf(actor, table, key)
      const hash = (isCleared ? undefined : this.#hashes.get(name)) ?? new Map<string, Buffer>()
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

function nameOf(actor: string, table: string | undefined, key: string): string {
  return table === undefined ? `s|${actor}|${key}` : `t|${actor}|${table}|${key}`
}
