/**
 * Whose rows are whose, the other way: from what rows call a person to the person. Ids are found at once. Names that
 * were drawn lead to a hash alone, and nobody but the state knows of whom it is: its keys are read, once.
 */
import { hashesOfNames, personHash, type Analytics } from '../../analytics/index.js'
import { person } from '../../actors/person/person.js'
import type { TopologyClient } from '../../engine/index.js'

/** See the top of the file. Lives as long as one sweep. */
export class RowPersons {
  readonly #analytics: Analytics
  readonly #client: TopologyClient
  #keys: Promise<ReadonlyMap<string, string>> | undefined

  constructor(analytics: Analytics, client: TopologyClient) {
    this.#analytics = analytics
    this.#client = client
  }

  /** The persons of these names; who has no state is left out. */
  async of(names: readonly string[]): Promise<ReadonlySet<string>> {
    const persons = new Set<string>()
    for (const [name, hash] of await hashesOfNames(this.#analytics, names)) {
      const key = personHash(name) === hash ? name : (await (this.#keys ??= this.#read())).get(hash)
      if (key !== undefined) persons.add(key)
    }
    return persons
  }

  async #read(): Promise<ReadonlyMap<string, string>> {
    const keys = new Map<string, string>()
    for await (const key of this.#client.keysOf(person)) keys.set(personHash(key), key)
    return keys
  }
}
