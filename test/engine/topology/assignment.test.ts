/**
 * Assignment: all nodes agree (B1), no node owns more than its share (B2), and little moves when a node comes
 * or goes (B3), compared with plain rendezvous hashing, which moves least and bounds nothing.
 */
import fc from 'fast-check'
import t from 'tap'
import { hashText } from '../../../engine/record/hash.js'
import { assignedOwners, Assignment } from '../../../engine/topology/assignment.js'

const seed = 26
const nodeNames = (max: number): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: max })

const loadOf = (owners: readonly string[], node: string): number =>
  owners.filter(owner => owner === node).length
const movedBetween = (one: readonly string[], other: readonly string[]): number =>
  one.filter((owner, partition) => owner !== other[partition]).length

/** Rendezvous hashing without a bound: the strongest node of each partition. */
const rendezvous = (nodes: readonly string[], count: number): string[] =>
  Array.from({ length: count }, (_, partition) => {
    const weight = (node: string): number => hashText(`${node}/${partition}`)
    return nodes.reduce((best, node) => (weight(node) > weight(best) ? node : best))
  })

t.test('B1: the same set of nodes gives the same owners, in whatever order and however often', async t => {
  fc.assert(fc.property(nodeNames(24), fc.integer({ min: 1, max: 256 }), fc.infiniteStream(fc.nat()),
    (nodes, count, draws) => {
      const order = new Map(nodes.map(node => [node, draws.next().value as number]))
      const shuffled = [...nodes].sort((a, b) => order.get(a)! - order.get(b)!)
      t.strictSame(assignedOwners(shuffled, count), assignedOwners(nodes, count))
      t.strictSame(assignedOwners([...nodes, nodes[0]], count), assignedOwners(nodes, count))
      const assignment = new Assignment(count)
      const mine = shuffled.map(node => assignment.partitionsOf(node, shuffled))
      t.strictSame(mine.flat().sort((a, b) => a - b), Array.from({ length: count }, (_, i) => i))
    }), { seed, numRuns: 40 })
})

t.test('B2: every node owns its share, rounded down or up', async t => {
  fc.assert(fc.property(nodeNames(40), fc.integer({ min: 1, max: 256 }), (nodes, count) => {
    const owners = assignedOwners(nodes, count)
    t.equal(owners.length, count)
    for (const node of nodes) {
      const load = loadOf(owners, node)
      t.ok(load >= Math.floor(count / nodes.length) && load <= Math.ceil(count / nodes.length))
    }
  }), { seed, numRuns: 60 })
  t.strictSame(assignedOwners([], 16), [])
  t.strictSame(new Assignment(16).partitionsOf('a', []), [])
})

t.test('B3: one node more or less moves at least its share and at most twice of it and one for each other',
  async t => {
    let [moved, least, unbounded, runs] = [0, 0, 0, 0]
    const counts = fc.integer({ min: 1, max: 256 })
    fc.assert(fc.property(nodeNames(24), fc.uuid(), counts, (others, node, count) => {
      fc.pre(!others.includes(node))
      const nodes = [...others, node]
      const [before, after] = [assignedOwners(others, count), assignedOwners(nodes, count)]
      const found = movedBetween(before, after)
      const share = count / nodes.length
      t.ok(found >= Math.floor(share), `${found} of ${count}, ${nodes.length} nodes`)
      t.ok(found <= 2 * Math.ceil(share) + others.length, `${found} of ${count}, ${nodes.length} nodes`)
      t.strictSame(assignedOwners(others, count), before, 'gone again, all is as it was')
      moved += found
      least += Math.floor(share)
      unbounded += movedBetween(rendezvous(others, count), rendezvous(nodes, count))
      runs++
    }), { seed, numRuns: 300 })
    t.comment(`${runs} joins: moved ${moved}, least that could ${least}, without a bound ${unbounded}`)
    t.ok(moved < 2 * least)
  })

t.test('plain rendezvous hashing leaves a node with far more than its share; this does not', async t => {
  const nodes = ['a', 'b', 'c', 'd']
  const most = (owners: string[]): number => Math.max(...nodes.map(node => loadOf(owners, node)))
  t.equal(most(assignedOwners(nodes, 16)), 4)
  t.ok(most(rendezvous(nodes, 16)) > 4)
})

t.test('the answer is remembered while the nodes stay, and forgotten when one changes', async t => {
  const assignment = new Assignment(16)
  const both = assignment.partitionsOf('a', ['a', 'b'])
  t.equal(both.length, 8)
  t.strictSame(assignment.partitionsOf('a', ['b', 'a']), both)
  t.equal(assignment.partitionsOf('a', ['a']).length, 16)
  t.strictSame(assignment.partitionsOf('a', ['a', 'b']), both)
})
