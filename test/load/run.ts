/**
 * Load at the edge, measured: `node dist/test/load/run.js connections [--idle 10000] [--active 1000]`,
 * `… subscribers [--slow 1000]`, `… sender [--records 150000]`. Prints one line of JSON. Times are those of
 * the wall: a machine that does other work shows that work.
 */
import { parseArgs } from 'node:util'
import { manyConnections } from './connections.js'
import { fastSender } from './fast-sender.js'
import { slowSubscribers } from './subscribers.js'

const { values, positionals: [what] } = parseArgs({ allowPositionals: true, options: {
  idle: { type: 'string', default: '10000' }, active: { type: 'string', default: '1000' },
  slow: { type: 'string', default: '1000' }, records: { type: 'string', default: '150000' },
} })
const updates = 200
/** Without and with the slow ones by turns, so that a machine that gets slower slows both. */
const subscriberRounds = 2
const rounds = 20

switch (what) {
  case 'connections':
    say(await manyConnections(Number(values.idle), Number(values.active), rounds))
    break
  case 'subscribers':
    for (let round = 0; round < subscriberRounds; round++) {
      say(await slowSubscribers(0, updates))
      say(await slowSubscribers(Number(values.slow), updates))
    }
    break
  case 'sender':
    say(await fastSender(Number(values.records)))
    break
  default:
    process.stderr.write('connections, subscribers or sender?\n')
    process.exitCode = 2
}

function say(found: unknown): void {
  process.stdout.write(`${JSON.stringify(found)}\n`)
}
