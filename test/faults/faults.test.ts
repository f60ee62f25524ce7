/**
 * G1 to G6 under every fault, in short form: nothing acknowledged is lost, nothing is doubled, and everything
 * is what an undisturbed run makes of it. The long form is table.ts.
 */
import t from 'tap'
import { faults } from './faults.js'

t.setTimeout(170_000)

for (const [name, fault] of Object.entries(faults)) {
  t.test(`${name}: ${fault.name}`, { skip: fault.skipped?.('quick') ?? false }, async t => {
    const { runs, records, lost, doubled, changed, catchUpMs, wrong } = await fault.run('quick')
    t.strictSame({ lost, doubled, changed, wrong }, { lost: 0, doubled: 0, changed: 0, wrong: [] })
    t.ok(runs > 0 && records > 0,
      `${runs} runs, ${records} records, caught up in ${Math.round(catchUpMs)} ms`)
  })
}
