/** hinata tiers list | move | warm: which records are cold, moving what became so, bringing some back. */
import {
  isShown, listParts, moveCold, openAnalytics, warmCold, type ColdPart,
} from '../../../analytics/index.js'
import { HinataError } from '../../../engine/index.js'
import type { Config } from '../../config/index.js'
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
  if (!['list', 'move', 'warm'].includes(action)) {
    throw new HinataError('USAGE', { reason: 'Expected: tiers list, tiers move, or tiers warm.' })
  }
  const analytics = await openAnalytics({ ...place, requestTimeoutMs })
  try {
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

function whichOf({ month, user }: TiersRequest): { month: number } | { user: string } {
  if (user !== undefined && month === undefined) return { user }
  if (month !== undefined && user === undefined && /^\d{6}$/.test(month)) return { month: Number(month) }
  throw new HinataError('USAGE', { reason: 'Expected: tiers warm --month 202601, or --user ID.' })
}

function shown({ name, month, rows, state }: ColdPart): Record<string, unknown> {
  return { name, month, rows, state }
}
