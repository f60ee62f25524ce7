/** A node is killed (SIGKILL) at seeded instants while records flow; another takes over. */
import { once } from 'node:events'
import { startRedis } from '../support/redis.js'
import { until } from '../support/until.js'
import { addRun, newOutcome, type Fault } from './fault.js'
import { Rig } from './rig.js'

const kills = { quick: 4, full: 50 }
const recordsBetween = 1_500
/** One in so many dies before it owns anything or while it takes. */
const earlyShare = 4

/** See the top of the file. */
export const killNode: Fault = {
  name: 'kill -9 of the node',
  guarantees: 'G2 G3 G4 G5',
  async run(size, tell) {
    const server = await startRedis()
    const rig = await Rig.open({ url: server.url, seed: 5, partitions: 8, isRelaying: true })
    const outcome = newOutcome()
    try {
      rig.startFlow()
      for (let kill = 0; kill < kills[size]; kill++) {
        const node = await rig.forkNode()
        const before = await rig.folded()
        const records = kill % earlyShare === 0 ? rig.draw(2) : rig.draw(recordsBetween)
        await until(`${records} more are folded`, async () => await rig.folded() >= before + records)
        const ended = once(node, 'exit')
        node.kill('SIGKILL')
        await ended
        tell?.(kill + 1, kills[size])
      }
      await rig.stopFlow()
      const began = performance.now()
      const node = await rig.startNode()
      await rig.settled()
      const catchUpMs = performance.now() - began
      await node.stop()
      addRun(outcome, await rig.check(catchUpMs), kills[size])
      return outcome
    } finally {
      await rig.close()
      await server.stop()
    }
  },
}
