/** Faults in short form as tests: one each, judged by what the checker found. */
import t from 'tap'
import type { Fault } from './fault.js'

/** Declares them. */
export function testFaults(faults: Readonly<Record<string, Fault>>): void {
  t.setTimeout(400_000)
  for (const [name, fault] of Object.entries(faults)) {
    t.test(`${name}: ${fault.name}`, { skip: fault.skipped?.('quick') ?? false }, async t => {
      const { runs, records, lost, doubled, changed, catchUpMs, wrong } = await fault.run('quick')
      t.strictSame({ lost, doubled, changed, wrong }, { lost: 0, doubled: 0, changed: 0, wrong: [] })
      t.ok(runs > 0 && records > 0,
        `${runs} runs, ${records} records, caught up in ${Math.round(catchUpMs)} ms`)
    })
  }
}
