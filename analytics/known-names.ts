/**
 * Names that a sink need not ask for: those it found for the batch before, as long as it goes on where that
 * ended. To look them up costs ClickHouse a tenth of an insert.
 *
 * A name ends with its person's erasure, which comes through the outbox of their partition. So who inserts
 * all batches of a partition, one behind the other, knows of each. A batch's token says where it begins and
 * ends (engine/topology/sink-loop.ts): one that does not begin where the last one ended makes all forgotten.
 */
import type { Analytics } from './connection.js'
import { nameAll } from './row-names.js'

/** Of one partition; more are forgotten, all at once. */
const personsMax = 10_000

/** By person. */
type NamesOfBatch = Map<string, readonly [string, ...string[]]>

interface Batch {
  readonly token: string
  readonly partition: number
}

interface Known {
  /** What the token of the next batch begins with. */
  readonly continuation: string
  readonly names: NamesOfBatch
}

/** See the top of the file. Of one sink in one process. */
export class KnownNames {
  readonly #known = new Map<number, Known>()

  /** As `nameAll`, for a batch that erases some persons before. Call `keep` when the batch is in. */
  async of(
    analytics: Analytics, { token, partition }: Batch, erased: Iterable<string>,
    since: ReadonlyMap<string, number>,
  ): Promise<NamesOfBatch> {
    const before = this.#known.get(partition)
    this.#known.delete(partition)
    const goesOn = before !== undefined && before.continuation === beginningOf(token)
    const names: NamesOfBatch = goesOn && before.names.size < personsMax ? before.names : new Map()
    for (const person of erased) names.delete(person)
    const missing = new Map([...since].filter(([person]) => !names.has(person)))
    if (missing.size > 0) {
      for (const [person, found] of await nameAll(analytics, missing)) names.set(person, found)
    }
    return names
  }

  /** The batch is in, with these names. */
  keep({ token, partition }: Batch, names: NamesOfBatch): void {
    this.#known.set(partition, { continuation: endOf(token), names })
  }
}

/** `<what>:<from>:<to>`: what and from. */
function beginningOf(token: string): string {
  return token.slice(0, token.lastIndexOf(':'))
}

/** What the token of the next batch begins with. */
function endOf(token: string): string {
  const beginning = beginningOf(token)
  return beginning.slice(0, beginning.lastIndexOf(':')) + token.slice(token.lastIndexOf(':'))
}
