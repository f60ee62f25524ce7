/**
 * hinata tiers list | move | warm | expire: which records are cold, moving what became so, bringing some
 * back, letting go of rows that are older than they shall be kept.
 */
import {
  expireRows, isShown, listParts, moveCold, openAnalytics, warmCold, type Analytics, type ColdPart,
} from '../../../analytics/index.js'
import { HinataError } from '../../../engine/index.js'
import type { Config } from '../../config/index.js'
import { retentionOf } from '../../roles/retention.js'
import { runningClickhouse } from '../stopped.js'

/** A move of a large month takes minutes. */
const requestTimeoutMs = 600_000

/** What the command was given beside its action. */
export interface TiersRequest {
  readonly month?: string
  readonly user?: string
  readonly json?: boolean
}

/** Does what `action` says. Throws SYSTEM_NOT_FOUND. */
export async function tiers(config: Config, action: string, given: TiersRequest): Promise<void> {
  const place = runningClickhouse(config)
  if (!place) throw new HinataError('SYSTEM_NOT_FOUND', { place: config.text('system.data_dir') })
  const which = action === 'warm' ? whichOf(given) : undefined
  if (!['list', 'move', 'warm', 'expire'].includes(action)) {
    throw new HinataError('USAGE', { reason: 'Expected: tiers list, move, warm, or expire.' })
  }
  const analytics = await openAnalytics({ ...place, requestTimeoutMs })
  try {
    if (action === 'expire') return await expire(analytics, config, given)
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

async function expire(analytics: Analytics, config: Config, given: TiersRequest): Promise<void> {
  const done = await expireRows(analytics, retentionOf(config))
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
