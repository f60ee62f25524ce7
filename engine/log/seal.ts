/**
 * Sealing a log: what is appended afterwards counts as accepted at the seal's time or later, even if the
 * clock of Redis goes back. So a timer that fired because nothing older can come has fired in its right place
 * (F1).
 */
import type { EntryId } from '../record/record.js'
import { loadScript, runScript, type RedisConnection } from '../redis/index.js'

const sealScript = loadScript('seal-log')

/**
 * Seals the log if nothing stands behind `position` and `due` (ms UTC) is past; the time of Redis, or
 * undefined when it did not.
 */
export async function sealLog(
  redis: RedisConnection, stream: string, position: EntryId, due: number,
): Promise<number | undefined> {
  const now = await runScript(redis, sealScript, [stream], [position, due]) as number
  return now === 0 ? undefined : now
}
