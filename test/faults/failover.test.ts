/** A cluster master dies under load: with `replica` nothing acknowledged is lost (G1), order is kept (G3). */
import t from 'tap'
import { runFailover } from './failover-run.js'

t.setTimeout(60_000)

t.test('G1 G2 G3: kill -9 of a master loses nothing that a replica confirmed', async t => {
  const { acknowledged, failures, pauseMs, ...wrong } = await runFailover('replica', 'kill -9')
  t.strictSame(wrong, { lost: 0, doubled: 0, disordered: 0, misfolded: 0 })
  t.ok(acknowledged > 8_000, `${acknowledged} were acknowledged, ${failures.length} refused`)
  t.comment(`longest pause of a key: ${pauseMs} ms`)
})
