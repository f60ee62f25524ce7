/** Example 4: testing an actor with the engine's own driver: no Redis, and the clock is yours. */
import { testDriver } from '../engine/index.js'
import { sessionsEnded, visits, visitsTopology } from './03-visits-actor.js'

/** Two visits, then more than half an hour of silence. */
export async function drive(): Promise<{ total: number, ended: { person: string, visits: number }[] }> {
  // #region drive
  const driver = await testDriver(visitsTopology)
  await driver.push('ada', { address: '/mill' })
  await driver.push('ada', { address: '/store' })
  await driver.advance(31 * 60_000)

  const total = driver.state(visits, 'ada').total.get() // 2
  const ended = driver.emitted(sessionsEnded) // [{ person: 'ada', visits: 2 }]
  // #endregion
  return { total, ended }
}
