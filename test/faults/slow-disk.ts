/**
 * A slow disk, as everyone but Redis sees it: Redis stands for a while in the middle of its work (SIGSTOP,
 * SIGCONT), sometimes for longer than the leases.
 */
import { startRedis } from '../support/redis.js'
import { until } from '../support/until.js'
import { addRun, newOutcome, type Fault } from './fault.js'
import { Rig } from './rig.js'

const pauses = { quick: 5, full: 40 }
const pauseMsMax = 400
/** One pause in so many is longer than a lease. */
const longShare = 5
const longMs = 1_600
const recordsBetween = 300

/** See the top of the file. */
export const slowDisk: Fault = {
  name: 'Redis stands still (slow disk), also for longer than a lease',
  guarantees: 'G1 G2 G3 G4',
  async run(size) {
    const server = await startRedis(['--appendfsync', 'always'])
    const rig = await Rig.open({ url: server.url, seed: 17, partitions: 4, isRelaying: true })
    const outcome = newOutcome()
    try {
      const nodes = [await rig.startNode(), await rig.startNode()]
      rig.startFlow()
      for (let pause = 0; pause < pauses[size]; pause++) {
        const before = await rig.folded()
        const records = rig.draw(recordsBetween)
        await until(`${records} more are folded`, async () => await rig.folded() >= before + records)
        const ms = pause % longShare === longShare - 1 ? longMs : rig.draw(pauseMsMax)
        process.kill(server.pid, 'SIGSTOP')
        await new Promise(resolve => setTimeout(resolve, ms)) // the standstill is the experiment
        process.kill(server.pid, 'SIGCONT')
      }
      await rig.stopFlow()
      const catchUpMs = await rig.settled()
      await Promise.all(nodes.map(node => node.stop()))
      addRun(outcome, await rig.check(catchUpMs), pauses[size])
      return outcome
    } finally {
      await rig.close()
      await server.stop()
    }
  },
}
