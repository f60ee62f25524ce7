/**
 * Turns among those who move cold records: operators, the hourly job, sinks that erase. ClickHouse has no
 * locks; but of all who create a table of one name, one succeeds.
 *
 *   cold_turn_7 "free" ── created: cold_turn_8 "held until …" ── 7 is dropped ── work ──▶ cold_turn_8 "free"
 *
 * V1  Whoever created the highest number holds the turn until it is free, or not renewed for `heldMs`: then
 *     its process is dead, and the next number is there for another.
 * V2  It is renewed while work is done and asserted before each step. A holder that was taken for dead finds
 *     its table gone and stops there.
 * V3  A free turn of the same number before and after means that nothing was moved in between.
 */
import { ClickHouseError } from '@clickhouse/client'
import { systemClock } from '../../engine/clock/index.js'
import { HinataError } from '../../engine/errors/index.js'
import type { Analytics } from '../connection.js'

/** Several times longer than a renewal takes on a busy server. */
const heldMs = 60_000
const renewMs = 10_000
/** Moves of a month take seconds, those of a large one minutes: whoever waits longer tries again later. */
const waitMs = 10_000
const pollMs = 200

const free = 'Turns among those who move cold records: free'
const tableExists = '57'
const tableUnknown = '60'

/** The newest turn; number 0: there was none yet. */
export interface LastTurn {
  readonly number: number
  readonly isFree: boolean
}

/** Who had the last turn, and whether they have it still. */
export async function lastTurn(analytics: Analytics): Promise<LastTurn> {
  const [found] = await analytics.query<{ number: number, comment: string, now: string }>(`
SELECT toUInt32OrZero(extract(name, '\\\\d+$')) AS number, comment,
  toString(toUnixTimestamp64Milli(now64(3))) AS now
FROM system.tables WHERE database = currentDatabase() AND match(name, '^cold_turn_\\\\d+$')
ORDER BY number DESC LIMIT 1`)
  if (found === undefined) return { number: 0, isFree: true }
  const until = /held until (\d+)/.exec(found.comment)?.[1] ?? 0
  return { number: found.number, isFree: Number(until) <= Number(found.now) }
}

/**
 * Does work in a turn; `assertHeld` is called before each step. Throws TIERS_BUSY when others hold it, or
 * took it over.
 */
export async function inTurn<R>(
  analytics: Analytics, work: (assertHeld: () => Promise<void>) => Promise<R>,
): Promise<R> {
  const number = await take(analytics)
  const ended = new AbortController()
  const renew = (): Promise<void> => comment(analytics, number, 'held')
  const renewing = keepRenewing(renew, ended.signal)
  try {
    return await work(renew)
  } finally {
    ended.abort()
    await renewing
    await comment(analytics, number, 'free').catch(() => undefined) // it ends by itself (V1)
  }
}

async function take(analytics: Analytics): Promise<number> {
  const deadline = systemClock.now() + waitMs
  for (;;) {
    const { number, isFree } = await lastTurn(analytics)
    if (isFree && await create(analytics, number + 1)) return number + 1
    if (systemClock.now() >= deadline) throw new HinataError('TIERS_BUSY')
    await systemClock.wait(pollMs)
  }
}

/** Whether the turn is ours: another may have been faster, and have had even later turns meanwhile. */
async function create(analytics: Analytics, number: number): Promise<boolean> {
  try {
    await analytics.client.command({ query:
      `CREATE TABLE ${nameOf(number)} (nothing UInt8) ENGINE = Null COMMENT '${await textOf(analytics)}'` })
  } catch (error) {
    if (error instanceof ClickHouseError && error.code === tableExists) return false
    throw error
  }
  const isNewest = (await lastTurn(analytics)).number === number
  const done = !isNewest ? [nameOf(number)] : (await analytics.query<{ name: string }>(`
SELECT name FROM system.tables WHERE database = currentDatabase() AND match(name, '^cold_turn_\\\\d+$')
  AND toUInt32OrZero(extract(name, '\\\\d+$')) < ${number}`)).map(({ name }) => name)
  for (const name of done) await analytics.client.command({ query: `DROP TABLE IF EXISTS ${name} SYNC` })
  return isNewest
}

async function keepRenewing(renew: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await systemClock.wait(renewMs, signal)
    if (!signal.aborted) await renew().catch(() => undefined) // the next step hears of it
  }
}

/** Throws TIERS_BUSY when it is not ours any more (V2). */
async function comment(analytics: Analytics, number: number, state: 'held' | 'free'): Promise<void> {
  const text = state === 'free' ? free : await textOf(analytics)
  try {
    await analytics.client.command({ query: `ALTER TABLE ${nameOf(number)} MODIFY COMMENT '${text}'` })
  } catch (error) {
    if (error instanceof ClickHouseError && error.code === tableUnknown) throw new HinataError('TIERS_BUSY')
    throw error
  }
}

/** By the server's clock. */
async function textOf(analytics: Analytics): Promise<string> {
  const [{ until }] = await analytics.query<{ until: string }>(
    `SELECT toString(toUnixTimestamp64Milli(now64(3)) + ${heldMs}) AS until`)
  return `Turns among those who move cold records: held until ${until}`
}

function nameOf(number: number): string {
  return `cold_turn_${number}`
}
