/** hinata report: what a week was like, for all persons together, and the counts of those who consent. */
import { openAnalytics, reportOf } from '../../../analytics/index.js'
import { HinataError, openTopologyClient, type TopologyClient } from '../../../engine/index.js'
import { consentingTo } from '../../../gateway/index.js'
import type { Config } from '../../config/index.js'
import { findSystemFile } from '../../roles/system-file.js'
import { pipelineAt } from '../pipeline.js'
import { runningClickhouse } from '../stopped.js'

/** Prints the report of the week of a day, or of the last whole week, as Markdown, JSON or a page. */
export async function report(
  config: Config, period: string,
  given: { readonly json?: boolean, readonly html?: boolean, readonly week?: string },
): Promise<void> {
  if (period !== 'weekly') throw new HinataError('USAGE', { reason: 'Expected: hinata report weekly.' })
  const place = runningClickhouse(config)
  if (!place) throw new HinataError('SYSTEM_NOT_FOUND', { place: config.text('system.data_dir') })
  const analytics = await openAnalytics(place)
  const client = await clientOf(config)
  try {
    const form = given.json ? 'json' : given.html ? 'html' : 'markdown'
    const text = await reportOf(analytics, given.week, form, async persons =>
      (client ? consentingTo(client.registry, 'analytics', persons) : new Set()))
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  } finally {
    await client?.close()
    await analytics.close()
  }
}

/** Where persons' consents are kept; without a Redis nobody can be asked, and nobody is named. */
async function clientOf(config: Config): Promise<TopologyClient | undefined> {
  const redisUrl = config.text('redis.url') || findSystemFile(config.text('system.data_dir'))?.redis
  return redisUrl ? openTopologyClient(pipelineAt(config, redisUrl)) : undefined
}
