/**
 * Redis is killed (SIGKILL) at seeded instants while records are appended and folded, and started again.
 *
 * With `everysec` Redis answers before it writes while its file is being synced (aof_pending_bio_fsync), for
 * two seconds at most: what it acknowledged then is not promised, and is counted apart. What stands before
 * something that is kept is.
 */
import { startRedis } from '../support/redis.js'
import { until } from '../support/until.js'
import { addRun, newOutcome, type Fault } from './fault.js'
import { Rig } from './rig.js'

const kills = { quick: 3, full: 20 }
const recordsBetween = 2_000
/** How long Redis puts off a write for a sync, ms. */
const putOffMsMax = 2_000

/** With one way to write the append-only file. */
export function killRedis(appendfsync: 'everysec' | 'always'): Fault {
  return {
    name: `kill -9 of Redis, appendfsync ${appendfsync}`,
    guarantees: 'G1 G2 G3 G5',
    async run(size, tell) {
      const server = await startRedis(['--appendfsync', appendfsync])
      const rig = await Rig.open({ url: server.url, seed: 3, partitions: 4, isRelaying: true })
      const outcome = newOutcome()
      try {
        const node = await rig.startNode()
        rig.startFlow()
        for (let kill = 0; kill < kills[size]; kill++) {
          const before = await rig.folded()
          const records = rig.draw(recordsBetween)
          await until(`${records} more are folded`, async () => await rig.folded() >= before + records)
          const killedAt = performance.now()
          await server.kill()
          if (appendfsync === 'everysec') rig.ledger.excuse(killedAt - putOffMsMax)
          await server.restart()
          tell?.(kill + 1, kills[size])
        }
        await rig.stopFlow()
        const catchUpMs = await rig.settled()
        await node.stop()
        addRun(outcome, await rig.check(catchUpMs), kills[size])
        const { records, ms } = rig.ledger.excused()
        if (records > 0) outcome.notes.push(`${records} acknowledged within ${ms} ms before a kill are lost: `
          + 'not written yet, as the file was being synced')
        return outcome
      } finally {
        await rig.close()
        await server.stop()
      }
    },
  }
}
