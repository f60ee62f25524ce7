/**
 * hinata tiers list | move | warm | expire | cool | heat: which records are cold, moving what became so,
 * bringing some back, letting go of rows that are older than they shall be kept; content that leaves Redis,
 * and comes back.
 */
import {
  expireRows, isShown, listParts, moveCold, openAnalytics, warmCold, type Analytics, type ColdPart,
} from '../../../analytics/index.js'
import { HinataError, openTopologyClient, systemClock } from '../../../engine/index.js'
import {
  assertRowsMayGo, coolRecords, heatEverything, heatRecords, type Moved,
} from '../../../storage/index.js'
import type { Config } from '../../config/index.js'
import { retentionOf } from '../../roles/retention.js'
import { findPipeline } from '../pipeline.js'
import { runningClickhouse } from '../stopped.js'

/** A move of a large month takes minutes. */
const requestTimeoutMs = 600_000
const dayMs = 86_400_000

/** What the command was given beside its action. */
export interface TiersRequest {
  readonly month?: string
  readonly user?: string
  readonly days?: string
  readonly all?: boolean
  readonly json?: boolean
}

/** Does what `action` says. Throws SYSTEM_NOT_FOUND. */
export async function tiers(config: Config, action: string, given: TiersRequest): Promise<void> {
  const place = runningClickhouse(config)
  if (!place) throw new HinataError('SYSTEM_NOT_FOUND', { place: config.text('system.data_dir') })
  const which = action === 'warm' ? whichOf(given) : undefined
  if (!['list', 'move', 'warm', 'expire', 'cool', 'heat'].includes(action)) {
    throw new HinataError('USAGE', { reason: 'Expected: tiers list, move, warm, expire, cool, or heat.' })
  }
  const analytics = await openAnalytics({ ...place, requestTimeoutMs })
  try {
    if (action === 'expire') return await expire(analytics, config, given)
    if (action === 'cool' || action === 'heat') return await moveContent(analytics, config, action, given)
    const parts = which ? await warmCold(analytics, which) : action === 'move' ? await moveCold(analytics)
      : (await listParts(analytics)).filter(isShown)
    if (given.json) return void process.stdout.write(`${JSON.stringify(parts.map(shown))}\n`)
    const none = action === 'list' ? 'Nothing is cold.' : 'Nothing to do.'
    if (parts.length === 0) process.stdout.write(`${none}\n`)
    for (const { name, month, rows, state } of parts) {
      process.stdout.write(`${name}  ${month}  ${rows} rows  ${state}\n`)
    }
  } finally {
    await analytics.close()
  }
}

/** Content leaves Redis, or comes back. */
async function moveContent(
  analytics: Analytics, config: Config, action: 'cool' | 'heat', given: TiersRequest,
): Promise<void> {
  const { user, all } = given
  if (action === 'heat' && (user === undefined) === (all === undefined)) {
    throw new HinataError('USAGE', { reason: 'Expected: tiers heat --user ID, or --all.' })
  }
  const days = given.days === undefined ? undefined : Number(given.days)
  if (days !== undefined && !(days >= 0)) throw new HinataError('USAGE', { reason: '--days is a number.' })
  const before = days === undefined ? {} : { before: systemClock.now() - days * dayMs }
  const client = await openTopologyClient(findPipeline(config))
  const moving = { client, analytics, clock: systemClock }
  try {
    if (action === 'cool' && retentionOf(config).records > 0) {
      throw new HinataError('TIERS_COOLED', { days: retentionOf(config).records })
    }
    const done = action === 'cool'
      ? await coolRecords(moving, { ...before, ...user === undefined ? {} : { user }, isWhole: all === true })
      : user === undefined ? await heatEverything(moving) : await heatRecords(moving, user)
    process.stdout.write(given.json ? `${JSON.stringify(done)}\n` : textOf(action, done))
  } finally {
    await client.close()
  }
}

function textOf(action: 'cool' | 'heat', { persons, records, missing }: Moved): string {
  const what = `${records} records of ${persons} persons`
  const end = missing === 0 ? '.' : `; ${missing} have nothing to take it from.`
  return action === 'cool' ? `The content of ${what} is in ClickHouse alone.\n`
    : `The content of ${what} is in Redis again${end}\n`
}

async function expire(analytics: Analytics, config: Config, given: TiersRequest): Promise<void> {
  const retention = retentionOf(config)
  if (retention.records > 0) {
    const client = await openTopologyClient(findPipeline(config))
    await assertRowsMayGo(client, retention).finally(() => client.close())
  }
  const done = await expireRows(analytics, retention)
  if (given.json) return void process.stdout.write(`${JSON.stringify(done)}\n`)
  if (done.length === 0) process.stdout.write('Nothing is older than it shall be kept.\n')
  for (const { table, upto, rows } of done) {
    process.stdout.write(upto === '' ? `${table}  has another lifetime\n`
      : `${table}  ${rows} rows from before ${upto} went\n`)
  }
}

function whichOf({ month, user }: TiersRequest): { month: number } | { user: string } {
  if (user !== undefined && month === undefined) return { user }
  if (month !== undefined && user === undefined && /^\d{6}$/.test(month)) return { month: Number(month) }
  throw new HinataError('USAGE', { reason: 'Expected: tiers warm --month 202601, or --user ID.' })
}

function shown({ name, month, rows, state }: ColdPart): Record<string, unknown> {
  return { name, month, rows, state }
}
