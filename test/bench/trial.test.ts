/** A run of a contender in its process, on its Redis: what is delivered counts, and nothing else. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { runTrial } from '../../bench/keyed-counter/trial.js'
import { writeKeys } from '../../bench/keyed-counter/workload.js'

const folder = mkdtempSync(join(tmpdir(), 'hinata-test-'))
const keysFile = join(folder, 'keys')
writeKeys(keysFile, { records: 2_000, keys: 50, skew: 1, seed: 3 })
t.teardown(() => { rmSync(folder, { recursive: true }) })

const ours = (contender: string): Parameters<typeof runTrial>[0] => ({
  module: new URL('./contenders.js', import.meta.url), contender, keysFile, records: 2_000,
  warmUpRecords: 100,
})

t.test('an honest run has a time and a price', async t => {
  const { seconds, cpuSeconds, delivered } = await runTrial(ours('honest'))
  t.equal(delivered, 2_000)
  t.ok(seconds > 0 && cpuSeconds >= 0)
})

t.test('B1 one record less fails the run', async t => {
  await t.rejects(runTrial(ours('lossy')), { message: 'lossy failed' })
})

t.test('a run that measures nothing fails', async t => {
  await t.rejects(runTrial(ours('unmeasured')), { message: 'unmeasured failed' })
})

t.test('the keyed counter itself delivers every record', async t => {
  const module = new URL('../../bench/keyed-counter/hinata.js', import.meta.url)
  const { delivered } = await runTrial({ ...ours('hinata'), module })
  t.equal(delivered, 2_000)
})
