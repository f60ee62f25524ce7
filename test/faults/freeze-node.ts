/** A node is frozen (SIGSTOP) past its lease, another takes over, and it wakes with its old epoch. */
import { startRedis } from '../support/redis.js'
import { until } from '../support/until.js'
import { addRun, newOutcome, type Fault } from './fault.js'
import { Rig } from './rig.js'

const freezes = { quick: 2, full: 20 }
const recordsBetween = 300

/** See the top of the file. */
export const freezeNode: Fault = {
  name: 'SIGSTOP of a node past its lease, then SIGCONT',
  guarantees: 'G2 G3 G4',
  async run(size, tell) {
    const server = await startRedis()
    const rig = await Rig.open({ url: server.url, seed: 7, partitions: 8, isRelaying: true })
    const outcome = newOutcome()
    try {
      const nodes = [await rig.forkNode(), await rig.forkNode()]
      rig.startFlow()
      let catchUpMs = 0
      for (let freeze = 0; freeze < freezes[size]; freeze++) {
        const owners = async (): Promise<Set<string | null>> => new Set(await rig.owners())
        await until('both own something', async () => {
          const both = await owners()
          return both.size === 2 && !both.has(null)
        })
        const before = await rig.folded()
        await until('they work', async () => await rig.folded() > before + rig.draw(recordsBetween))
        const frozen = nodes[freeze % 2]
        frozen.kill('SIGSTOP')
        const began = performance.now()
        await until('the other owns all', async () => (await owners()).size === 1)
        catchUpMs = Math.max(catchUpMs, performance.now() - began)
        const taken = await rig.folded()
        await until('the other works', async () => await rig.folded() > taken + recordsBetween)
        frozen.kill('SIGCONT')
        tell?.(freeze + 1, freezes[size])
      }
      await rig.stopFlow()
      catchUpMs = Math.max(catchUpMs, await rig.settled())
      addRun(outcome, await rig.check(catchUpMs), freezes[size])
      return outcome
    } finally {
      await rig.close()
      await server.stop()
    }
  },
}
