/**
 * The sink is away for long. In full: until the outbox holds its bound, folding stops, the log fills and the
 * sender is told LOG_FULL; then it is back, and every value arrives once. What is tried is the engine's part
 * of an outage; ClickHouse itself is killed in kill-role.ts.
 */
import { outboxValuesMax } from '../../engine/limits/limits.js'
import { startRedis } from '../support/redis.js'
import { until } from '../support/until.js'
import { addRun, newOutcome, type Fault } from './fault.js'
import { Rig } from './rig.js'

const batch = 500
const recordsQuick = 4_000
const settleSecondsMax = 900

/** See the top of the file. */
export const sinkAway: Fault = {
  name: 'the sink away until the outbox and the log are full',
  guarantees: 'G5 G6 G8',
  async run(size, tell) {
    const server = await startRedis()
    const rig = await Rig.open({ url: server.url, seed: 15, partitions: 1 })
    const outcome = newOutcome()
    try {
      const node = await rig.startNode()
      rig.isSinkAway = true
      if (size === 'quick') for (let sent = 0; sent < recordsQuick; sent += batch) await rig.send(batch)
      else await untilFull(rig, tell)
      await until('everything that may be is folded', async () =>
        size === 'full' || await rig.unread() === 0)
      rig.isSinkAway = false
      const catchUpMs = await rig.settled(settleSecondsMax)
      await node.stop()
      addRun(outcome, await rig.check(catchUpMs))
      return outcome
    } finally {
      await rig.close()
      await server.stop()
    }
  },
}

/** Sends until the sender is refused; the last batch waits and is taken when there is room. */
async function untilFull(rig: Rig, tell: Parameters<Fault['run']>[1]): Promise<void> {
  for (let folded = 0; folded < outboxValuesMax; folded = await rig.folded()) {
    tell?.(folded, outboxValuesMax)
    await rig.send(batch)
  }
  const isFull = until('the sender is refused', () => (rig.refusals.get('LOG_FULL') ?? 0) > 0,
    settleSecondsMax).then(() => { rig.isSinkAway = false })
  while ((rig.refusals.get('LOG_FULL') ?? 0) === 0) await rig.send(batch)
  await isFull
}
