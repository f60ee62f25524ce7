/**
 * The node (whose thread is the sink), ClickHouse and Redis of the whole system are killed (SIGKILL) in one
 * run, which of them and when by a seed, while records flow: some while what was killed before is still
 * coming back.
 *
 * Judged as kill-role.ts is, and stricter of rows: ClickHouse merges nothing, so that a row that came twice
 * cannot vanish before it is counted. Redis writes with `always`: with `everysec` it may lose what it
 * acknowledged in its last milliseconds (kill-redis.ts counts them).
 */
import { until } from '../support/until.js'
import { addRun, newOutcome, type Fault } from './fault.js'
import { SystemRig } from './system-rig.js'

type Role = 'node' | 'clickhouse' | 'redis'

const roles: readonly Role[] = ['node', 'clickhouse', 'redis']
const kills = { quick: 6, full: 30 }
const seed = 3_030
/** Records that may be sent from one kill to the next, so that the whole run has its measure. */
const recordsBetween = { quick: 200, full: 1_500 }
/** A kill comes within so many inserted values, and then within so many ms. */
const progressMax = { quick: 100, full: 800 }
const instantMsMax = 400
/** One kill in so many does not wait for anything to be inserted after the kill before. */
const hastyShare = 3
const backSecondsMax = 180

/** See the top of the file. */
export const mixedKills: Fault = {
  name: 'kill -9 of the node with its sink, of ClickHouse and of Redis (`always`) in turn, at random',
  guarantees: 'G1 G2 G3 G5 G6',
  async run(size, tell) {
    const rig = await SystemRig.open({ seed, partitions: 4, appendfsync: 'always' })
    const outcome = newOutcome()
    const killed: Record<Role, number> = { node: 0, clickhouse: 0, redis: 0 }
    const last = new Map<Role, number>()
    try {
      rig.allow(recordsBetween[size])
      await until('the first rows', async () => (await rig.progress()).inserted > 0, backSecondsMax)
      await rig.stopMerges()
      for (let kill = 0; kill < kills[size]; kill++) {
        const role = kill < roles.length ? roles[kill] : roles[rig.draw(roles.length)]
        rig.allow(recordsBetween[size])
        if (rig.draw(hastyShare) > 0) {
          const from = (await rig.progress()).inserted
          const more = 1 + rig.draw(progressMax[size])
          await until(`${more} more are inserted`, async () =>
            (await rig.progress()).inserted >= from + more, backSecondsMax)
        }
        await new Promise(resolve => setTimeout(resolve, rig.draw(instantMsMax))) // the instant is drawn
        const pid = await until(`${role} runs`, async () => {
          const now = await rig.pidOf(role)
          return now !== last.get(role) ? now : undefined
        }, backSecondsMax)
        process.kill(pid, 'SIGKILL')
        last.set(role, pid)
        killed[role]++
        tell?.(kill + 1, kills[size])
      }
      const began = performance.now()
      await rig.stopFlow()
      await rig.settled()
      addRun(outcome, await rig.check(performance.now() - began), kills[size])
      const twice = await rig.changesTwice()
      outcome.doubled += twice
      if (twice > 0) outcome.wrong.push(`doubled: ${twice} rows of psp_components`)
      outcome.notes.push(`node ${killed.node}, ClickHouse ${killed.clickhouse}, Redis ${killed.redis} times; `
        + 'rows counted without FINAL, nothing merged')
      return outcome
    } finally {
      await rig.close()
    }
  },
}
