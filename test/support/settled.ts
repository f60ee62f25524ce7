/** Waiting until a topology has nothing left to do. */
import type { TopologyClient } from '../../engine/index.js'
import { until } from './until.js'

/**
 * Resolves when everything is folded, relayed and handed over, and with `timers: 'none'` no timer waits.
 * Partitions are read one after the other, and a relay may append to one that was just read; but the counts
 * only rise, so two equal readings in a row were true at one instant between them.
 */
export async function settled(
  client: TopologyClient, { timers = 'may wait' }: { timers?: 'may wait' | 'none' } = {},
): Promise<void> {
  let before: number | undefined
  await until('all is folded, relayed and handed over', async () => {
    const lag = await client.lag()
    const isDone = lag.every(one => one.folded === one.appended && one.inserted === one.emitted
      && (timers === 'may wait' || one.timers === 0))
    const moved = lag.reduce((sum, { appended, emitted }) => sum + appended + emitted, 0)
    const isSame = moved === before
    before = isDone ? moved : undefined
    return isDone && isSame
  })
}
