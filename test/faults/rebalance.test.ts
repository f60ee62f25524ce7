/** Nodes 1, 3, 1 under load: every record counts once (G2), also where its partition moves. */
import t from 'tap'
import { runRebalance } from './rebalance-run.js'

t.setTimeout(90_000)

t.test('G2 G4: a rebalance loses and doubles nothing', async t => {
  const { wrong, records, max, shares } = await runRebalance([1, 3, 1], 9)
  t.strictSame(wrong, [])
  t.strictSame(shares.map(({ length }) => length), [1, 3, 1])
  t.comment(`${records} records, longest pause ${max} ms, shares ${JSON.stringify(shares)}`)
})
