/**
 * Which node should own which partition: rendezvous hashing. Every node computes the same answer from the
 * same list of nodes; when a node comes or goes, only its own partitions move.
 */
import { hashText } from '../record/hash.js'

/** The node of `nodes` that should own `partition`; undefined when there is none. */
function assignedNode(partition: number, nodes: readonly string[]): string | undefined {
  let best: string | undefined
  let bestWeight = -1
  for (const node of nodes) {
    const weight = hashText(`${node}/${partition}`)
    if (weight > bestWeight || (weight === bestWeight && node < best!)) {
      best = node
      bestWeight = weight
    }
  }
  return best
}

/** The partitions of `count` that `node` should own. */
export function assignedPartitions(node: string, nodes: readonly string[], count: number): number[] {
  return Array.from({ length: count }, (_, partition) => partition)
    .filter(partition => assignedNode(partition, nodes) === node)
}
