/**
 * Which node should own which partition: rendezvous hashing with bounded load. Pairs of node and partition
 * are taken strongest first; a pair counts if the partition is free and the node has room. So a partition
 * that could do better elsewhere finds only full nodes there, full of partitions that are stronger.
 *
 * B1  The answer depends on the set of nodes and the number of partitions only, so all nodes agree.
 * B2  With P partitions and N nodes each owns floor(P/N) or ceil(P/N): the load factor is 1.
 * B3  When a node comes to N others, or goes from them, at least its share moves, floor(P/(N+1)), as with any
 *     such bound, and not more than 2·ceil(P/(N+1)) + N (measured for P ≤ 256, N ≤ 24; the mean is 1.2 times
 *     the least).
 */
import { hashText } from '../record/hash.js'

/** The owner of each of `count` partitions; empty when there are no nodes. */
export function assignedOwners(nodes: readonly string[], count: number): string[] {
  const ids = [...new Set(nodes)].sort()
  const owners: string[] = []
  const loads = ids.map(() => 0)
  const share = Math.floor(count / ids.length)
  let remainder = count % ids.length
  for (const pair of strongestFirst(ids, count)) {
    const partition = pair % count
    const node = (pair - partition) / count
    if (owners[partition] !== undefined || loads[node] > share) continue
    if (loads[node] === share && remainder-- <= 0) continue
    owners[partition] = ids[node]
    loads[node]++
  }
  return owners
}

/** Remembers the owners while the nodes stay the same: a node asks several times a second. */
export class Assignment {
  readonly #count: number
  #nodes = ''
  #owners: readonly string[] = []

  constructor(count: number) {
    this.#count = count
  }

  /** The partitions that `node`, one of `nodes`, should own. */
  partitionsOf(node: string, nodes: readonly string[]): number[] {
    const names = [...nodes].sort().join()
    if (names !== this.#nodes) {
      this.#owners = assignedOwners(nodes, this.#count)
      this.#nodes = names
    }
    return this.#owners.flatMap((owner, partition) => (owner === node ? [partition] : []))
  }
}

const weightRange = 2 ** 32

/** Pairs as `node index · count + partition`. Weight and pair fit one double, which sorts without objects. */
function strongestFirst(ids: readonly string[], count: number): Float64Array {
  const pairs = ids.length * count
  const sorted = new Float64Array(pairs)
  for (let pair = 0; pair < pairs; pair++) {
    const partition = pair % count
    const weight = hashText(`${ids[(pair - partition) / count]}/${partition}`)
    sorted[pair] = (weightRange - 1 - weight) * pairs + pair
  }
  return sorted.sort().map(value => value % pairs)
}
