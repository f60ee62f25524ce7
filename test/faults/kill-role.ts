/**
 * The gateway or ClickHouse of the whole system is killed (SIGKILL) at seeded instants under load: the sender
 * always has records waiting, and each kill comes when so many were acknowledged (gateway) or inserted
 * (ClickHouse) since the process was back.
 */
import { until } from '../support/until.js'
import { addRun, newOutcome, type Fault } from './fault.js'
import { SystemRig } from './system-rig.js'

const kills = { quick: 2, full: 20 }
const seeds = { gateway: 13, clickhouse: 1_300 }
/** Records that may be sent from one kill to the next, so that the whole run has its measure. */
const recordsBetween = { quick: 300, full: 2_000 }
/** A kill comes within so many of them (values, of ClickHouse), and then within so many ms. */
const progressMax = { quick: 150, full: 1_000 }
const instantMsMax = 60
const backSecondsMax = 120

/** With the role that is killed. */
export function killRole(role: 'gateway' | 'clickhouse'): Fault {
  return {
    name: `kill -9 of ${role === 'gateway' ? 'the gateway' : 'ClickHouse'}`,
    guarantees: role === 'gateway' ? 'G1 G2 G3' : 'G5 G6',
    async run(size, tell) {
      const rig = await SystemRig.open({ seed: seeds[role], partitions: 4 })
      const outcome = newOutcome()
      try {
        const done = async (): Promise<number> =>
          (role === 'gateway' ? rig.ledger.acknowledged : (await rig.progress()).inserted)
        for (let kill = 0; kill < kills[size]; kill++) {
          const child = rig.child(role)
          await until(`${role} runs`, () => child.starts > kill, backSecondsMax)
          rig.allow(recordsBetween[size])
          const before = await done()
          const more = 1 + rig.draw(progressMax[size])
          await until(`${more} more are done`, async () => await done() >= before + more, backSecondsMax)
          await new Promise(resolve => setTimeout(resolve, rig.draw(instantMsMax))) // the instant is drawn
          process.kill(child.pid!, 'SIGKILL')
          tell?.(kill + 1, kills[size])
        }
        const began = performance.now()
        await until(`${role} runs again`, () => rig.child(role).starts > kills[size], backSecondsMax)
        await rig.stopFlow()
        await rig.settled()
        addRun(outcome, await rig.check(performance.now() - began), kills[size])
        return outcome
      } finally {
        await rig.close()
      }
    },
  }
}
