/** Committed state in Redis, as the fold and the readers of committed state see it. */
import { openFields, openNamedRows, type DataKeys } from '../cipher/index.js'
import { HinataError } from '../errors/index.js'
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
  readonly #dataKeys: DataKeys | undefined

  constructor(
    redis: RedisConnection, keys: Keyspace, topology: string, partition: number, dataKeys?: DataKeys,
  ) {
    this.#dataKeys = dataKeys
    this.#redis = redis
    this.#keys = keys
    this.#topology = topology
    this.#partition = partition
  }

  async load(actors: readonly ActorRequest[], rows: readonly RowRequest[]): Promise<LoadedState> {
    const [fields, found] = await Promise.all([
      Promise.all(actors.map(({ actor, key }) => this.#fields(actor, key))),
      Promise.all(rows.map(({ activation, table, rows: names }) =>
        this.rows(activation.actor.type, activation.key, table, names).catch(refusalOf))),
    ])
    if (!this.#dataKeys) return { fields, rows: found }
    return { rows: found,
      fields: await openFields(this.#dataKeys, fields.map((one, i) => [actors[i].key, one])) }
  }

  /** The named rows of one table; null where absent. */
  rows(actor: string, key: string, table: string, names: readonly string[]): Promise<(Buffer | null)[]> {
    const hash = this.#keys.table(this.#partition, this.#topology, actor, table, key)
    const read = (stored: readonly string[]): Promise<(Buffer | null)[]> =>
      send(this.#redis, 'HMGET', [hash, ...stored]) as Promise<(Buffer | null)[]>
    return this.#dataKeys && names.length > 0 ? openNamedRows(this.#dataKeys, key, names, read) : read(names)
  }

  async #fields(actor: string, key: string): Promise<Record<string, Buffer>> {
    const hash = this.#keys.state(this.#partition, this.#topology, actor, key)
    return fieldsOf(await send(this.#redis, 'HGETALL', [hash]))
  }
}

/** What is wrong with one key's state, and not with the system. */
const unreadable = new Set<string>(['CIPHER_BROKEN', 'CIPHER_KEY_MISSING'])

function refusalOf(error: unknown): HinataError {
  if (error instanceof HinataError && unreadable.has(error.code)) return error
  throw error
}
