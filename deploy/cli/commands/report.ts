/** hinata report: what a week was like, for all persons together. */
import { openAnalytics, reportOf } from '../../../analytics/index.js'
import { HinataError } from '../../../engine/index.js'
import type { Config } from '../../config/index.js'
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
  try {
    const form = given.json ? 'json' : given.html ? 'html' : 'markdown'
    const text = await reportOf(analytics, given.week, form)
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  } finally {
    await analytics.close()
  }
}
