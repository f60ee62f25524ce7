/** G2, G4, G5, G6 under kill -9: twenty times, at seeded random instants, while records flow. */
import t from 'tap'
import { until } from '../support/until.js'
import { Fleet } from './fleet.js'

const kills = 20
const seed = 20_261_121

t.setTimeout(170_000)

t.test(`${kills} kills change nothing: the state of an undisturbed run, every output exactly once`,
  async t => {
  const fleet = await Fleet.open(t, seed)
  fleet.startFlow()
  let foldedBefore = 0
  for (let kill = 0; kill < kills; kill++) {
    const node = fleet.startNode()
    await node.started()
    // One in four dies before it owns anything or in the middle of taking, the others somewhere in their
    // work.
    const records = kill % 4 === 0 ? fleet.draw(2) : fleet.draw(3_000)
    foldedBefore = await fleet.foldedCount()
    await until(`${records} more are folded`, async () => await fleet.foldedCount() >= foldedBefore + records)
    await node.end('SIGKILL')
  }
  const last = fleet.startNode()
  await last.started()
  await fleet.stopFlow()
  const folded = await fleet.foldedCount()
  t.ok(folded > 10_000, `${folded} records were folded by ${kills + 1} nodes`)
  await last.end('SIGTERM')
  await fleet.exactlyOnce()
  await fleet.equalsUndisturbed()
})
