/**
 * Two nodes: one owner per partition (G4), takeover when one stops, and a frozen one that wakes is fenced.
 */
import t from 'tap'
import { until } from '../support/until.js'
import { Fleet } from './fleet.js'
import { partitions } from './orders.js'

t.setTimeout(120_000)

t.test('the partitions are shared; when one node stops, the other takes over and nothing is lost',
  async t => {
  const fleet = await Fleet.open(t, 7)
  const [one, two] = [fleet.startNode(), fleet.startNode()]
  const ids = await Promise.all([one.started(), two.started()])
  fleet.startFlow()
  const shared = await until('both own something', async () => {
    const owners = await fleet.owners()
    return ids.every(id => owners.includes(id)) && owners.every(owner => owner !== null) ? owners : undefined
  })
  t.equal(shared.length, partitions)
  const before = await fleet.foldedCount()
  await until('they work', async () => await fleet.foldedCount() > before + 1_000)
  const stoppedAt = Date.now()
  await one.end('SIGTERM')
  await until('the other owns all', async () => (await fleet.owners()).every(owner => owner === ids[1]), 30)
  t.comment(`taken over after ${Date.now() - stoppedAt} ms`)
  const after = await fleet.foldedCount()
  await until('it works', async () => await fleet.foldedCount() > after + 1_000)
  await fleet.stopFlow()
  await fleet.exactlyOnce()
  await fleet.equalsUndisturbed()
})

t.test('G4: a node frozen past its lease is fenced when it wakes, and changes nothing', async t => {
  const fleet = await Fleet.open(t, 11)
  const [frozen, heir] = [fleet.startNode(), fleet.startNode()]
  const [frozenId, heirId] = await Promise.all([frozen.started(), heir.started()])
  fleet.startFlow()
  await until('both own something', async () => {
    const owners = await fleet.owners()
    return owners.includes(frozenId) && owners.includes(heirId)
  })
  for (let round = 1; round <= 3; round++) {
    const before = await fleet.foldedCount()
    await until('they work', async () => await fleet.foldedCount() > before + 500 + fleet.draw(500)
      && (await fleet.owners()).includes(frozenId))
    frozen.signal('SIGSTOP')
    await until('the heir owns all', async () => (await fleet.owners()).every(owner => owner === heirId))
    const taken = await fleet.foldedCount()
    await until('the heir works', async () => await fleet.foldedCount() > taken + 1_000)
    frozen.signal('SIGCONT')
    await until('the frozen one is back', async () => (await fleet.owners()).includes(frozenId))
  }
  t.ok(frozen.told(/lease lost at epoch|belongs to epoch/), 'it was told that it is fenced')
  await fleet.stopFlow()
  await fleet.exactlyOnce()
  await fleet.equalsUndisturbed()
})
