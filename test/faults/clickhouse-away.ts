/**
 * ClickHouse does not answer for long (SIGSTOP), until the outbox holds its bound, folding stops, the log is
 * full and the sender gets no credit; it stays so for a while, and then ClickHouse goes on.
 *
 * The sender is slowed down, not refused; the node's memory does not grow while everything stands; afterwards
 * every record is one row. Judged as kill-role.ts is. In short form there is only sink-away.ts.
 */
import { logUnreadRecordsMax, outboxValuesMax } from '../../engine/limits/limits.js'
import { until } from '../support/until.js'
import { addRun, newOutcome, type Fault } from './fault.js'
import { SystemRig } from './system-rig.js'

/** Records before ClickHouse goes, so that the node is warm. */
const recordsBefore = 10_000
/** More than outbox and log hold. */
const recordsAway = outboxValuesMax + logUnreadRecordsMax
const fullSecondsMax = 1_800
/** How long everything stands. */
const standSeconds = 30
/** What a node that stands may grow by, MB: less than 2,000 records of a second's flow are in memory. */
const growthMbMax = 64

/** See the top of the file. */
export const clickhouseAway: Fault = {
  name: 'ClickHouse silent (SIGSTOP) until outbox and log are full, and half a minute longer',
  guarantees: 'G5 G6 G8',
  skipped: size => (size === 'quick' ? 'it takes some minutes' : undefined),
  async run(_size, tell) {
    const rig = await SystemRig.open({ seed: 31_000, partitions: 1 })
    const outcome = newOutcome()
    try {
      rig.allow(recordsBefore)
      await until('the node is warm', async () => (await rig.progress()).folded >= recordsBefore,
        fullSecondsMax)
      const warm = await rig.memoryOf('node')
      const { pid } = rig.child('clickhouse')
      process.kill(pid!, 'SIGSTOP')
      try {
        rig.allow(recordsAway)
        await standFull(rig, outcome, warm.nowMb, tell)
      } finally {
        process.kill(pid!, 'SIGCONT')
      }
      const began = performance.now()
      await rig.stopFlow()
      await rig.settled()
      addRun(outcome, await rig.check(performance.now() - began))
      return outcome
    } finally {
      await rig.close()
    }
  },
}

/** Until nothing moves any more, and then for a while. */
async function standFull(
  rig: SystemRig, outcome: ReturnType<typeof newOutcome>, warmMb: number,
  tell: Parameters<Fault['run']>[1],
): Promise<void> {
  await until('the outbox is full', async () => {
    const { waiting } = await rig.progress()
    tell?.(waiting, outboxValuesMax)
    return waiting >= outboxValuesMax
  }, fullSecondsMax)
  let last = -1
  await until('the sender stands', async () => {
    await new Promise(resolve => setTimeout(resolve, 1_000)) // a second without an acknowledgement
    const stands = rig.ledger.acknowledged === last
    last = rig.ledger.acknowledged
    return stands
  }, fullSecondsMax)
  const full = await rig.memoryOf('node')
  await new Promise(resolve => setTimeout(resolve, standSeconds * 1_000)) // standing is the experiment
  const stood = await rig.memoryOf('node')
  const { unread, waiting } = await rig.progress()
  const grownMb = stood.mostMb - full.mostMb
  if (rig.ledger.acknowledged !== last) outcome.wrong.push('the sender went on although everything was full')
  if (grownMb > growthMbMax) outcome.wrong.push(`the node grew by ${grownMb} MB while it stood`)
  outcome.notes.push(`${waiting} values in the outbox, ${unread} records unread; node ${warmMb} MB `
    + `when it went, ${full.nowMb} MB when all was full, `
    + `${stood.nowMb} MB ${standSeconds} s later, at most ${stood.mostMb} MB`)
}
