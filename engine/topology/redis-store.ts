/** Committed state in Redis, as the fold and the readers of committed state see it. */
import type { Keyspace } from '../record/keys.js'
import { fieldsOf, send, type RedisConnection } from '../redis/index.js'
import type { ActorRequest, LoadedState, RowRequest, StateStore } from './state-store.js'
import type { Topology } from './topology.js'

/** `<name>.<version>`: the part of the keys that separates versions of a topology. */
export function topologyId(topology: Pick<Topology, 'name' | 'version'>): string {
  return `${topology.name}.${topology.version}`
}

/** The state store of one partition. All reads of one `load` go out together. */
export class RedisStore implements StateStore {
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #topology: string
  readonly #partition: number

  constructor(redis: RedisConnection, keys: Keyspace, topology: string, partition: number) {
    this.#redis = redis
    this.#keys = keys
    this.#topology = topology
    this.#partition = partition
  }

  async load(actors: readonly ActorRequest[], rows: readonly RowRequest[]): Promise<LoadedState> {
    const [fields, found] = await Promise.all([
      Promise.all(actors.map(({ actor, key }) => this.#fields(actor, key))),
      Promise.all(rows.map(({ activation, table, rows: names }) =>
        this.rows(activation.actor.type, activation.key, table, names))),
    ])
    return { fields, rows: found }
  }

  /** The named rows of one table; null where absent. */
  rows(actor: string, key: string, table: string, names: readonly string[]): Promise<(Uint8Array | null)[]> {
    const hash = this.#keys.table(this.#partition, this.#topology, actor, table, key)
    return send(this.#redis, 'HMGET', [hash, ...names]) as Promise<(Buffer | null)[]>
  }

  async #fields(actor: string, key: string): Promise<Record<string, Uint8Array>> {
    const hash = this.#keys.state(this.#partition, this.#topology, actor, key)
    return fieldsOf(await send(this.#redis, 'HGETALL', [hash]))
  }
}
