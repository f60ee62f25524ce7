/** hinata report: what a week was like, for all persons together. */
import { mondayOf, openAnalytics, reportMarkdown, weeklyReport } from '../../../analytics/index.js'
import { HinataError, systemClock } from '../../../engine/index.js'
import type { Config } from '../../config/index.js'
import { findSystemFile } from '../../roles/system-file.js'

/** Prints the report of the week of a day, or of the last whole week, as Markdown or JSON. */
export async function report(
  config: Config, period: string, given: { readonly json?: boolean, readonly week?: string },
): Promise<void> {
  if (period !== 'weekly') throw new HinataError('USAGE', { reason: 'Expected: hinata report weekly.' })
  const monday = given.week === undefined ? mondayOf(systemClock.now() - 7 * 86_400_000) : weekOf(given.week)
  const dataDir = config.text('system.data_dir')
  const url = config.text('clickhouse.url') || findSystemFile(dataDir)?.clickhouse
  if (!url) throw new HinataError('SYSTEM_NOT_FOUND', { place: dataDir })
  const password = config.text('clickhouse.password')
  const analytics = await openAnalytics(
    { url, ...(password === '' ? {} : { username: 'default', password }) })
  try {
    const found = await weeklyReport(analytics, monday)
    process.stdout.write(given.json ? `${JSON.stringify(found)}\n` : reportMarkdown(found))
  } finally {
    await analytics.close()
  }
}

function weekOf(text: string): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : NaN
  if (!Number.isNaN(at)) return mondayOf(at)
  throw new HinataError('USAGE', { reason: `--week must be a day like 2026-03-02, found ${text}.` })
}
