/** The tests of the log, the relay and the node, run again on a cluster: three masters, three replicas. */
import { join } from 'node:path'
import t from 'tap'

t.setTimeout(150_000)

const files = ['log/lease', 'log/reader', 'log/appender', 'topology/relay',
  'topology/event-time-node', 'node']

for (const file of files) {
  t.spawn(process.execPath, [join(import.meta.dirname, `${file}.test.js`), '--cluster'],
    { name: `${file} on a cluster` })
}
