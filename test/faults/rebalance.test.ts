/**
 * Nodes 1, 3, 1 under load: every record counts once (G2) and in the order of its key (G3), also where its
 * partition moves; no partition has two writers (G4); and no more moves than the assignment promises (B3).
 */
import t from 'tap'
import { judgeCommits, type Committed } from './commit-witness.js'
import { runRebalance } from './rebalance-run.js'

t.setTimeout(120_000)

t.test('G2 G3 G4 B3: a rebalance loses, doubles and mixes up nothing', async t => {
  const { wrong, records, catchUpMs, steps, commits } = await runRebalance({ counts: [1, 3, 1], seconds: 9 })
  t.strictSame(wrong, [])
  t.ok(records > 0 && commits > 0)
  t.strictSame(steps.map(({ nodes, shares }) => [nodes, shares.reduce((sum, share) => sum + share, 0)]),
    [[1, 16], [3, 16], [1, 16]])
  for (const { moved, least } of steps) {
    t.ok(moved >= least && moved <= least + 1, `${moved} moved, at least ${least} had to`)
  }
  t.comment(`${records} records, ${commits} commits, longest pause ${catchUpMs} ms`)
})

t.test('W1 W2 W3: the witness tells a gap, an epoch that goes back and two writers of one epoch', async t => {
  const commit = (sequence: number, epoch: number): Committed => ({ partition: 3, sequence, epoch })
  const judge = (one: [number, number][], two: [number, number][]): string[] => {
    const commits = (all: [number, number][]): Committed[] => all.map(each => commit(...each))
    return judgeCommits(new Map([['one', commits(one)], ['two', commits(two)]]))
  }
  t.strictSame(judge([[1, 1], [2, 1], [4, 3]], [[3, 2], [5, 4]]), [])
  t.strictSame(judge([[1, 1], [2, 1]], [[4, 2]]), ['partition(3) commit 4 of two follows 2'])
  t.strictSame(judge([[1, 2]], [[2, 1]]), ['partition(3) commit 2 of two: epoch 1 goes back'])
  t.strictSame(judge([[1, 1]], [[2, 1]]), ['partition(3) commit 2 of two: epoch 1 is that of one'])
})
