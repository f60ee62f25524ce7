/**
 * One query of RxJS over the events of one seed, in a process of its own: `fork('query-process.js')`, which
 * gets an `RxOrder` and answers a `QueryRun`. The events lie in memory before; measured is from the first one
 * until the last row is in an array, after a run over a part of them.
 */
import { NexmarkGenerator, type Generation } from '../generator.js'
import type { QueryRun } from '../query-run.js'
import { writeRows, type RowFiles } from '../rows-file.js'
import { toldBy } from './told.js'

/** What is to be run. */
export interface RxOrder extends RowFiles {
  readonly query: string
  readonly generation: Generation
}

const warmUpShare = 0.1

process.once('message', order => {
  const done = run(order as RxOrder)
  process.send!(done, () => { process.disconnect() })
})

function run({ query, generation, rowsFile, lateFile }: RxOrder): QueryRun {
  const generator = new NexmarkGenerator(generation)
  const events = generator.arrivals().map(n => generator.event(n))
  toldBy(query, events.slice(0, Math.ceil(events.length * warmUpShare)))
  const before = process.cpuUsage()
  const startedAt = performance.now()
  const { rows, lateRows } = toldBy(query, events)
  const seconds = (performance.now() - startedAt) / 1_000
  const { user, system } = process.cpuUsage(before)
  writeRows(rowsFile, rows)
  writeRows(lateFile, lateRows)
  return { seconds, cpuSeconds: (user + system) / 1e6, rows: rows.length, late: lateRows.length }
}
