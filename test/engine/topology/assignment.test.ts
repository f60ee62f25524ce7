/** Assignment: every partition has one node, all nodes agree, and little moves when a node comes or goes. */
import t from 'tap'
import { assignedPartitions } from '../../../engine/topology/assignment.js'

const count = 256
const ownersOf = (nodes: string[]): Map<number, string> =>
  new Map(nodes.flatMap(node => assignedPartitions(node, nodes, count).map(partition => [partition, node])))

t.test('each partition belongs to exactly one node, in whatever order the nodes are listed', async t => {
  const nodes = ['a', 'b', 'c', 'd']
  t.equal(nodes.reduce((sum, node) => sum + assignedPartitions(node, nodes, count).length, 0), count)
  t.strictSame(ownersOf(nodes), ownersOf([...nodes].reverse()))
  for (const node of nodes) {
    const { length } = assignedPartitions(node, nodes, count)
    t.ok(length > count / 8 && length < count / 2, `${node} has ${length}`)
  }
  t.strictSame(assignedPartitions('a', [], count), [])
  t.equal(assignedPartitions('a', ['a'], count).length, count)
})

t.test('when a node goes only its own partitions move; when it comes back they return', async t => {
  const before = ownersOf(['a', 'b', 'c', 'd'])
  const without = ownersOf(['a', 'b', 'd'])
  const moved = [...before].filter(([partition, node]) => without.get(partition) !== node)
  t.strictSame(new Set(moved.map(([, node]) => node)), new Set(['c']))
  t.equal(moved.length, [...before.values()].filter(node => node === 'c').length)
  t.strictSame(ownersOf(['d', 'c', 'b', 'a']), before)
})
