/**
 * A cluster master dies under load: with `replica` nothing acknowledged is lost (G1), order is kept (G3).
 * What `memory` promises less is shown on a master that is cut off from its replica before it dies.
 */
import t from 'tap'
import { runFailover } from './failover-run.js'

t.setTimeout(170_000)

const nothingElse = { doubled: 0, disordered: 0, misfolded: 0 }

t.test('G1 G2 G3: kill -9 of a master loses nothing that a replica confirmed', async t => {
  const { acknowledged, alone, unconfirmed, failures, pauseMs, ...wrong } =
    await runFailover('replica', 'kill -9')
  t.strictSame(wrong, { lost: 0, ...nothingElse })
  t.ok(acknowledged > 5_000, `${acknowledged} were acknowledged, ${failures.length} refused`)
  t.comment(`longest pause of a key: ${pauseMs} ms`)
})

t.test('G1 G2 G3: a master without its replica acknowledges nothing with `replica`', async t => {
  const { acknowledged, alone, unconfirmed, failures, pauseMs, ...wrong } =
    await runFailover('replica', 'cut off, kill -9')
  t.strictSame({ alone, ...wrong }, { alone: 0, lost: 0, ...nothingElse })
  t.ok(acknowledged > 5_000, `${acknowledged} were acknowledged, ${failures.length} refused`)
  t.comment(`longest pause of a key: ${pauseMs} ms`)
})

t.test('G1 G2 G3: with `memory` it does, and exactly that is lost', async t => {
  const { alone, unconfirmed, lost, failures, acknowledged, pauseMs, ...wrong } =
    await runFailover('memory', 'cut off, kill -9')
  t.strictSame(wrong, nothingElse)
  t.ok(alone >= 1_000, `${alone} were acknowledged by the master alone`)
  t.ok(lost >= alone, `${lost} of ${acknowledged} are lost`)
  t.ok(lost < unconfirmed + 1_000, `what the replica had got before is not: ${lost} of ${unconfirmed}`)
})
