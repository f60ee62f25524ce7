/**
 * The clocks of two nodes jump forward and back, by up to a day, each on its own, while records and timers
 * flow. The time that enters state is that of Redis, so nothing may change; a node's own clock only says when
 * it looks for due timers and how old its health is.
 */
import { systemClock, type Clock } from '../../engine/index.js'
import { startRedis } from '../support/redis.js'
import { until } from '../support/until.js'
import { addRun, newOutcome, type Fault } from './fault.js'
import { Rig } from './rig.js'

const jumps = { quick: 6, full: 50 }
const jumpMsMax = 24 * 3_600_000
const recordsBetween = 400

/** A clock that can be set. */
class JumpingClock implements Clock {
  offsetMs = 0
  now = (): number => systemClock.now() + this.offsetMs
  wait = systemClock.wait
  pause = systemClock.pause
}

/** See the top of the file. */
export const clockJumps: Fault = {
  name: 'clocks of nodes jump forward and back',
  guarantees: 'G2 G3 G4 G7',
  async run(size) {
    const server = await startRedis()
    const rig = await Rig.open({ url: server.url, seed: 19, partitions: 4, isRelaying: true })
    const outcome = newOutcome()
    try {
      const clocks = [new JumpingClock(), new JumpingClock()]
      const nodes = await Promise.all(clocks.map(clock => rig.startNode(clock)))
      rig.startFlow()
      for (let jump = 0; jump < jumps[size]; jump++) {
        const before = await rig.folded()
        const records = rig.draw(recordsBetween)
        await until(`${records} more are folded`, async () => await rig.folded() >= before + records)
        clocks[jump % 2].offsetMs = rig.draw(2 * jumpMsMax) - jumpMsMax
      }
      for (const clock of clocks) clock.offsetMs = 0
      await rig.stopFlow()
      const catchUpMs = await rig.settled()
      await Promise.all(nodes.map(node => node.stop()))
      addRun(outcome, await rig.check(catchUpMs), jumps[size])
      return outcome
    } finally {
      await rig.close()
      await server.stop()
    }
  },
}
